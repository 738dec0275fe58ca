import { beforeEach, describe, expect, test, vi } from 'vitest';
import { beginning, Ledger, type LedgerState } from '../../../workflows/ledger.js';
import type { Run } from '../../../workflows/publish.js';
import { trainHere, type Trained } from '../../../workflows/train-here.js';
import type { Resume } from '../../../workflows/train-in-rounds.js';
import { plan, resolvedJob } from '../../support/catalog-facts.js';

/** What others are asked, and after how many questions the server suggests to continue as new. */
const world = vi.hoisted(() => ({ asked: [] as string[], room: Infinity, inTurn: 0 }));

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ continueAsNewSuggested: world.inTurn >= world.room }),
}));

/** The last round of the training, in segments of `plan.segmentRounds`. */
const LAST = 7 * plan.segmentRounds;
const cost = { join: 0, compute: 0, transfer: 0, bytesOut: 5 };
const found = { report: { trials: Array.from({ length: 150 }, (_, at) => ({ at })) }, model: { l2: 0.5 } };

vi.mock('../../../workflows/publish.js', async (original) => ({
  ...(await original<object>()),
  publishAndMatch: () => {
    world.asked.push('publishAndMatch');
    return Promise.resolve({ parties: {}, match: { target: 't', rows: 12, trainRows: 9, overlaps: [] } });
  },
}));
vi.mock('../../../workflows/cross-validate.js', () => ({
  crossValidate: () => {
    world.asked.push('crossValidate');
    return Promise.resolve(found);
  },
}));
vi.mock('../../../workflows/activity-proxies.js', () => {
  /** What the site has in its store. */
  const store: unknown[] = [];
  const operations: Record<string, (input: Record<string, unknown>) => object> = {
    trainHere: () => ({ head: 'at 0', progress: { round: 0, loss: 1, gradientNorm: null } }),
    trainSegment({ head, rounds, steering }) {
      const before = Number(String(head).slice(3));
      const round = steering ? before : before + Number(rounds);
      const stopped = steering ? 'max-rounds' : round >= LAST ? 'converged' : undefined;
      return {
        head: `at ${round}`,
        progress: { round, loss: 1, gradientNorm: 1 },
        ...(stopped && { stopped }),
      };
    },
    keepValidation: (input) => ({ kept: { kind: 'measures', at: store.push(input.found) - 1 } }),
    keptValidation: ({ kept }) => ({ found: store[(kept as { at: number }).at] }),
    finishHere: ({ head }) => ({ metrics: {}, curve: [], parts: {}, intercept: head }),
  };
  const aggregatorAt = () =>
    new Proxy(
      {},
      {
        get: (_, name: string) => (input: Record<string, unknown>) => {
          world.inTurn++;
          world.asked.push('head' in input ? `${name} ${String(input.head)}` : name);
          return Promise.resolve({ ...operations[name]?.(input), cost });
        },
      },
    );
  return { aggregatorAt };
});

/** What is asked of the run after so many segments, and then pending. */
let requests: Record<number, object>;

beforeEach(() => {
  Object.assign(world, { asked: [], room: Infinity, inTurn: 0 });
  requests = {};
});

/** A training with all its turns; what is carried from one to the next goes through JSON. */
async function train(change = {}): Promise<{ trained: Trained; turns: Resume[]; ledger: LedgerState }> {
  const { job, ...resolved } = resolvedJob(change);
  const turns: Resume[] = [];
  const candidate = { ...plan.candidates[0]!, site: 'aggregator' as const, mode: 'pull' as const };
  let segments = 0;
  for (;;) {
    world.inTurn = 0;
    const resume = turns.at(-1);
    const ledger = new Ledger(resume?.ledger ?? beginning(0), () => undefined);
    let pending = (resume?.steering as { pending?: object } | undefined)?.pending;
    const run = {
      ...{ execution: 'e', resolved: { ...resolved, job, parties: [], groups: [] }, ledger },
      watch: {
        phase: () => undefined,
        round: () => (pending = requests[++segments] ?? pending),
        snapshot: () => ({ round: segments }),
      },
      steering: {
        told: {},
        next: () => {
          const told = pending;
          pending = undefined;
          return Promise.resolve(told);
        },
        snapshot: () => Promise.resolve({ paused: false, pending, told: {} }),
        reasonOf: (stopped: string) => stopped,
      },
    };
    let next: Resume | undefined;
    const goOn = (turn: Resume) => {
      next = JSON.parse(JSON.stringify(turn)) as Resume;
      return Promise.reject(new Error('continued as new'));
    };
    try {
      const trained = await trainHere(run as unknown as Run, candidate, plan, goOn, resume?.here);
      return { trained, turns, ledger: ledger.snapshot() };
    } catch (error) {
      if (next === undefined) throw error;
      turns.push(next);
    }
  }
}

describe('a training in one place', () => {
  test('continues as new when the server suggests it, and is the same training: nothing is asked twice', async () => {
    const whole = await train();
    expect(whole.turns).toEqual([]);
    const asked = world.asked;
    expect(asked).toHaveLength(2 + 7 + 1);
    Object.assign(world, { asked: [], room: 2 });
    const inTurns = await train();
    expect(inTurns.turns.length).toBeGreaterThanOrEqual(3);
    expect(world.asked).toEqual(asked);
    expect(inTurns.trained).toEqual(whole.trained);
    expect(inTurns.ledger).toEqual(whole.ledger);
    expect(inTurns.trained).toMatchObject({ rounds: LAST, rows: { train: 9, test: 3 } });
  });

  test('carries less than 1 KiB along, also where it was cross-validated: what the folds came to is kept once, with the site', async () => {
    const change = { validation: { folds: 2 }, search: { over: { l2: [0.5, 1] } } };
    const whole = await train(change);
    Object.assign(world, { asked: [], room: 1 });
    const { trained, turns } = await train(change);
    expect(turns).toHaveLength(6);
    for (const turn of turns) expect(JSON.stringify(turn).length).toBeLessThan(1024);
    expect(trained).toEqual(whole.trained);
    expect(trained).toMatchObject({ spec: found.model, manifest: { validation: found.report } });
    const times = (name: string) => world.asked.filter((one) => one === name).length;
    expect(['crossValidate', 'keepValidation', 'keptValidation'].map(times)).toEqual([1, 1, 1]);
  });

  test('does not lose what was asked of it in the segment after which it continues as new', async () => {
    world.room = 1;
    requests = { 3: { stop: true } };
    const { trained, turns } = await train();
    expect(turns.at(-1)).toMatchObject({ steering: { pending: { stop: true } } });
    expect(trained).toMatchObject({ rounds: 3 * plan.segmentRounds, stopped: 'max-rounds' });
  });
});
