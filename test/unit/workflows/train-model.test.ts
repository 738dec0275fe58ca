import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ResolvedJob } from '../../../core/job/resolved.js';
import type { Candidate } from '../../../core/planner/plan.js';
import type { Run } from '../../../workflows/publish.js';
import type { HereState } from '../../../workflows/segments-here.js';
import type { Trained } from '../../../workflows/train-here.js';
import type { Resume } from '../../../workflows/train-in-rounds.js';
import { SiloLost } from '../../../workflows/silo-lost.js';
import { trainModel } from '../../../workflows/train-model.js';
import { manifest, metrics, plan, resolvedJob } from '../../support/catalog-facts.js';
import { flightsJob } from '../../support/flights-job.js';

type GoOn = (turn: Resume) => Promise<never>;
type Training = (run: Run, goOn: GoOn) => Promise<void>;

/** What the workflow meets: trainings in turn, and what it asks of others. */
interface World {
  trainings: Training[];
  asked: string[];
  without: (readonly string[] | undefined)[];
  followed: object[];
  resumption: unknown;
  updates: Record<string, (given?: unknown) => unknown>;
  turns: unknown[];
  /** Where trainings in one place were to go on. */
  here: (HereState | undefined)[];
  loaded: ((execution: unknown) => unknown) | undefined;
}

const world = vi.hoisted((): World => ({
  ...{ trainings: [], asked: [], without: [], followed: [], turns: [], updates: {}, here: [] },
  ...{ resumption: undefined, loaded: undefined },
}));

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ continuedFromExecutionRunId: 'the turn before' }),
  defineUpdate: (name: string) => name,
  defineQuery: (name: string) => name,
  setHandler: (name: string, handler: (given?: unknown) => unknown) => {
    world.updates[name] = handler;
  },
  condition: async (holds: () => boolean) => {
    while (!holds()) await new Promise((later) => setTimeout(later, 1));
  },
  setCurrentDetails: () => undefined,
  upsertSearchAttributes: () => undefined,
  log: { info: () => undefined, debug: () => undefined, warn: () => undefined },
  metricMeter: { createCounter: () => ({ add: () => undefined }) },
  CancellationScope: class {
    static nonCancellable = <T>(work: () => Promise<T>) => work();
    run = <T>(work: () => Promise<T>) => work();
    cancel = () => undefined;
  },
  continueAsNew: (...turn: unknown[]) => {
    world.turns.push(turn);
    return Promise.reject(new Error('continued as new'));
  },
}));
vi.mock('../../../workflows/recorded.js', () => ({
  recorded: (_kind: string, execution: string | undefined, body: (started: object) => unknown) =>
    body({ run: 'train-late-arrivals', execution: execution ?? 'own', kind: 'training' }),
}));
vi.mock('../../../workflows/check-silos.js', () => ({
  resolveFreshly: (job: object, without: string[] | undefined, known: (job: ResolvedJob) => void) => {
    world.without.push(without);
    const resolved = resolvedJob(job);
    known(resolved);
    return Promise.resolve(resolved);
  },
}));
vi.mock('../../../workflows/silo-presence.js', () => ({
  askSite: (_site: string, ask: () => unknown) => ask(),
  followSilos: (change: object) => world.followed.push(change),
  mayBeSkipped: () => true,
}));
vi.mock('../../../workflows/leave-silos-out.js', () => ({ leaveSilosOut: () => Promise.resolve(undefined) }));
vi.mock('../../../workflows/activity-proxies.js', () => {
  const answers: Record<string, (first: unknown) => unknown> = {
    planRun: () => plan,
    resumeRun: () => world.resumption,
    loadRun: (execution) => world.loaded?.(execution) ?? { resolved: resolvedJob(), plan },
    publishModel: () => ({ name: 'late-arrivals', version: 1 }),
  };
  const catalog = new Proxy(
    {},
    {
      get: (_, name: string) => (first: unknown) => {
        world.asked.push(typeof first === 'string' ? `${name} of ${first}` : name);
        return Promise.resolve(answers[name]?.(first));
      },
    },
  );
  return { catalog, standings: catalog, probeOf: () => ({ describeHost: () => Promise.resolve({}) }) };
});
vi.mock('../../../workflows/validate-in-rounds.js', () => ({
  async trainValidated(run: Run, _candidate: Candidate, goOn: GoOn): Promise<Trained> {
    await world.trainings.shift()?.(run, goOn);
    const ended = { spec: run.resolved.job.model, manifest, metrics, rounds: 3, stopped: 'converged' };
    return { ...ended, rows: { train: 1, test: 1 }, curve: [], intercept: 0 } as Trained;
  },
}));
vi.mock('../../../workflows/train-here.js', () => ({
  trainHere: async (run: Run, _candidate: Candidate, _plan: object, goOn: GoOn, resumed?: HereState) => {
    world.here.push(resumed);
    await goOn({ execution: run.execution, here: { head: 'h' } } as unknown as Resume);
  },
}));

const LOST = Date.UTC(2026, 0, 1);
const lost: Training = () =>
  Promise.reject(new SiloLost('silo.weather', LOST, { field: undefined, begun: true }));
const nothing: Training = () => Promise.resolve();
const job = { ...flightsJob, onSiloLost: { policy: 'skip' } } as typeof flightsJob;

beforeEach(() => {
  Object.assign(world, {
    trainings: [],
    asked: [],
    without: [],
    followed: [],
    updates: {},
    turns: [],
    here: [],
    loaded: undefined,
  });
});

describe('a training that begins anew without a silo', () => {
  test('tells its first step all that steps were told before, and what was pending', async () => {
    const told: unknown[] = [];
    const first: Training = async (run, goOn) => {
      expect(await run.steering?.next()).toBeUndefined();
      world.updates['setTolerance']?.({ tolerance: 0.25, maxRounds: 70 });
      told.push(await run.steering?.next());
      world.updates['setTolerance']?.({ tolerance: 0.5 });
      return lost(run, goOn);
    };
    const second: Training = async ({ steering }) => {
      expect(steering?.told).toEqual({});
      told.push(await steering?.next(), await steering?.next());
    };
    world.trainings = [first, second];
    await trainModel(job);
    expect(told).toEqual([{ tolerance: 0.25, maxRounds: 70 }, { tolerance: 0.5, maxRounds: 70 }, undefined]);
    expect(world.without).toEqual([undefined, ['weather']]);
  });

  test('stays paused until it is resumed, and stops if it was to stop', async () => {
    const events: unknown[] = [];
    const first: Training = async (run, goOn) => {
      world.updates['stopEarly']?.();
      events.push(await run.steering?.next());
      world.updates['pause']?.();
      return lost(run, goOn);
    };
    const second: Training = async ({ steering }) => {
      setTimeout(() => {
        events.push('resumed');
        world.updates['resume']?.();
      }, 20);
      events.push(await steering?.next());
    };
    world.trainings = [first, second];
    await trainModel(job);
    expect(events).toEqual([{ stop: true }, 'resumed', { stop: true }]);
  });

  test('forgets where it stood, so that nobody goes on from steps of another training; one that lost none does not', async () => {
    world.trainings = [lost, nothing];
    await trainModel(job);
    const ofPlan = world.asked.filter((one) => /recordPlan|forgetStanding/.test(one));
    expect(ofPlan).toEqual(['recordPlan of own', 'forgetStanding of own', 'recordPlan of own']);
  });

  test('that went on from another run goes on from none, under its own name', async () => {
    const reached = { rounds: { round: 17 } };
    const told = { tolerance: 0.25 };
    const standing = { journal: 'root', reached, told };
    world.resumption = {
      resolved: resolvedJob(),
      plan,
      journal: 'root',
      standing,
      pending: { maxRounds: 9 },
    };
    const runs: unknown[] = [];
    const look = async ({ execution, standing: keeper, steering }: Run) => {
      runs.push([execution, keeper?.from, await steering?.next()]);
    };
    const first: Training = async (run, goOn) => {
      await look(run);
      return lost(run, goOn);
    };
    world.trainings = [first, look];
    await trainModel({ ...job, resumeFrom: 'train-before' });
    expect(runs).toEqual([
      ['root', reached, { maxRounds: 9 }],
      ['own', {}, { maxRounds: 9, tolerance: 0.25 }],
    ]);
    expect(world.asked.filter((one) => one.startsWith('resumeRun'))).toHaveLength(1);
  });

  test('looks for hosts of its sites anew: those that it had may be the lost ones', async () => {
    const first: Training = async (run, goOn) => {
      run.watch.host('silo.weather', 'gone');
      return lost(run, goOn);
    };
    world.trainings = [first, nothing];
    await trainModel(job);
    expect(world.followed.map((one) => 'hosts' in one)).toEqual([false, false]);
  });
});

test('a run that goes on from another and continues as new at its folds still knows where that one stood', async () => {
  const from = { rounds: { round: 17 } } as never;
  world.resumption = {
    ...{ resolved: resolvedJob(), plan, journal: 'root', pending: {} },
    standing: { journal: 'root', reached: from, told: {} },
  };
  const ofFold = { rounds: { round: 2 } } as unknown as Resume;
  world.trainings = [async (_run: Run, goOn: GoOn) => goOn(ofFold)];
  await expect(trainModel({ ...flightsJob, resumeFrom: 'train-before' })).rejects.toThrow('continued');
  const [[, turn]] = world.turns as [[unknown, Resume]];
  expect(turn).toMatchObject({ execution: 'own', journal: 'root', from });
  let known: unknown;
  world.trainings = [
    (run: Run) => {
      known = run.standing?.from;
      return Promise.resolve();
    },
  ];
  await trainModel(flightsJob, { ...turn, ledger: undefined, progress: undefined } as unknown as Resume);
  expect(known).toEqual(from);
});

test('a training in one place continues as new as one in rounds does, under its own execution, and goes on from there', async () => {
  const candidates = plan.candidates.map((one) => ({ ...one, mode: 'pull' as const }));
  world.loaded = () => ({ resolved: resolvedJob(), plan: { ...plan, candidates } });
  const reached = { head: 'before', segment: 7 } as unknown as HereState;
  const turn = { execution: 'own', here: reached } as unknown as Resume;
  await expect(trainModel(flightsJob, turn)).rejects.toThrow('continued');
  expect(world.here).toEqual([reached]);
  expect(world.turns).toEqual([[flightsJob, { execution: 'own', journal: 'own', here: { head: 'h' } }]]);
});

test('the result names the hash of the run’s own job, also where steps are those of another with other settings', async () => {
  const { jobHash } = resolvedJob();
  const model = { ...flightsJob.model, tolerance: 0.125 } as typeof flightsJob.model;
  const own = resolvedJob({ model });
  expect(own.jobHash).not.toBe(jobHash);
  world.resumption = { resolved: resolvedJob(), plan, journal: 'root', pending: {} };
  world.trainings = [nothing, nothing];
  const changed = await trainModel({ ...flightsJob, model, resumeFrom: 'train-before' });
  expect(changed.jobHash).toBe(own.jobHash);
  // To go on from a run is no other job.
  expect((await trainModel({ ...flightsJob, resumeFrom: 'train-before' })).jobHash).toBe(jobHash);
  world.loaded = (execution) => ({ resolved: execution === 'own' ? own : resolvedJob(), plan });
  world.trainings = [nothing];
  const turn = { execution: 'own', journal: 'root' } as Resume;
  expect((await trainModel(flightsJob, turn)).jobHash).toBe(own.jobHash);
});
