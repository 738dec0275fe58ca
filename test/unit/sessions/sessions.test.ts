import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { aggregatorSession } from '../../../activities/sessions/aggregator-session.js';
import { partySession } from '../../../activities/sessions/party-session.js';
import { Mailbox } from '../../../core/exchange/mailbox.js';
import { createStores, type BlobRef } from '../../../core/exchange/index.js';
import type { Site } from '../../../core/planner/plan.js';
import { hashJson } from '../../../core/json.js';
import type {
  AggregatorStepInput,
  AggregatorStepOutput,
  Cost,
  PartyStepInput,
  PartyStepOutput,
} from '../../../workflows/contracts/operations.js';
import { siteOf } from '../../../workflows/contracts/task-queues.js';
import { memoryStore } from '../../support/memory-store.js';

// Steps that are hashes of what they are given, so that their keys say all that has happened in which order. Silo a has two shares;
// every second exchange is without b, as where tables share columns.

const SILOS = { a: ['a.t', 'a.u'], b: ['b.t'] } as const;
const ROUNDS = 23;
type Silo = keyof typeof SILOS;

const ref = (of: unknown): BlobRef => ({ home: 'exchange', sha256: hashJson(of), bytes: 1, kind: 'message' });
const costOf = (key: string): Cost => ({
  join: 0,
  compute: parseInt(key.slice(0, 4), 16),
  transfer: 1,
  bytesOut: parseInt(key.slice(4, 8), 16),
});

function partyStep({ round, shares }: PartyStepInput): PartyStepOutput {
  const made = shares.map(({ id, head, down }) => {
    const key = hashJson({ head, round, down });
    return [id, { head: key, up: ref({ up: key }) }] as const;
  });
  return { shares: Object.fromEntries(made), cost: costOf(hashJson(made)) };
}

function aggregatorStep({ round, head, ups }: AggregatorStepInput): AggregatorStepOutput {
  const key = hashJson({ head, round, ups });
  const cost = costOf(key);
  const progress = { round, loss: 1 / round, gradientNorm: 1 };
  if (round === ROUNDS) return { head: key, progress, stopped: 'converged', cost };
  const called = [...SILOS.a, ...(round % 2 === 0 ? SILOS.b : [])];
  const down = Object.fromEntries(called.map((id) => [id, ref({ key, id })]));
  return { head: key, ...(round % 2 === 0 && { progress }), down, cost };
}

interface Standing {
  readonly exchanges: number;
  readonly head: string;
  readonly heads: Readonly<Record<string, string>>;
  readonly down?: Readonly<Record<string, BlobRef>> | undefined;
  readonly stopped?: string | undefined;
}

const beginning = (name = 'start'): Standing => {
  const ids = [...SILOS.a, ...SILOS.b];
  return {
    exchanges: 0,
    head: hashJson(name),
    heads: Object.fromEntries(ids.map((id) => [id, hashJson({ name, id })])),
    down: Object.fromEntries(ids.map((id) => [id, ref({ name, id })])),
  };
};

/** Exchange by exchange, as whoever looks at each of them would have it. */
function oneByOne(from: Standing): Standing & { seconds: number; bytesOut: Record<Silo, number> } {
  let { exchanges, head, down } = from;
  const heads = { ...from.heads };
  let seconds = 0;
  const bytesOut = { a: 0, b: 0 };
  for (;;) {
    exchanges++;
    const ups: Record<string, BlobRef> = {};
    let slowest = 0;
    for (const silo of ['a', 'b'] as const) {
      const shares = SILOS[silo].flatMap((id) => {
        const own = down?.[id];
        return own ? [{ id, head: heads[id]!, down: own }] : [];
      });
      if (shares.length === 0) continue;
      const step = partyStep({ execution: 'x', round: exchanges, site: 'silo.a', shares });
      for (const [id, made] of Object.entries(step.shares)) [heads[id], ups[id]] = [made.head, made.up];
      slowest = Math.max(slowest, step.cost.compute + step.cost.transfer);
      bytesOut[silo] += step.cost.bytesOut;
    }
    const answer = aggregatorStep({ execution: 'x', round: exchanges, head, ups });
    seconds += slowest + answer.cost.compute + answer.cost.transfer;
    ({ head, down } = answer);
    if (answer.stopped !== undefined)
      return { exchanges, head, heads, down, stopped: answer.stopped, seconds, bytesOut };
  }
}

/** Stores of two silos, one of which is the aggregator's site too, and who is at work in them. */
function sitesWith(delay = 0) {
  const exchange = memoryStore();
  const made = { party: 0, aggregator: 0 };
  const storesOf = (silo: Silo) =>
    createStores({ exchange, site: { name: siteOf(silo), store: memoryStore() } });
  const stores = { a: storesOf('a'), b: storesOf('b') };
  const boxes = { a: new Mailbox(stores.a), b: new Mailbox(stores.b) };
  const port = (silo: Silo, signal: AbortSignal, failAt?: number) => ({
    site: siteOf(silo),
    mailbox: boxes[silo],
    signal,
    partyStep: async (input: PartyStepInput) => {
      if (input.round === failAt) throw new Error('the process is lost');
      made.party++;
      if (delay > 0) await sleep(delay);
      return partyStep(input);
    },
    aggregatorStep: async (input: AggregatorStepInput) => {
      if (input.round === failAt) throw new Error('the process is lost');
      made.aggregator++;
      if (delay > 0) await sleep(delay);
      return aggregatorStep(input);
    },
  });
  /** What a worker that was started again has: the stores, and nothing of the memory. */
  const restart = (silo: Silo) => (boxes[silo] = new Mailbox(stores[silo]));
  return { port, made, restart };
}

type Sites = ReturnType<typeof sitesWith>;
const forever = new AbortController().signal;
const site: Site = 'silo.a';

const partyAt = (
  sites: Sites,
  silo: Silo,
  from: Standing,
  most: number,
  failAt?: number,
  signal = forever,
) => {
  const { exchanges, head } = from;
  const heads = Object.fromEntries(SILOS[silo].map((id) => [id, from.heads[id]!]));
  const down = Object.fromEntries(
    SILOS[silo].flatMap((id) => (from.down?.[id] ? [[id, from.down[id]]] : [])),
  );
  const segment = { execution: 'x', site, exchanges, most, head };
  return partySession(sites.port(silo, signal, failAt), { ...segment, silo, heads, down });
};
const aggregatorAt = (sites: Sites, from: Standing, most: number, failAt?: number, signal = forever) =>
  aggregatorSession(sites.port('a', signal, failAt), {
    ...{ execution: 'x', site, exchanges: from.exchanges, most, head: from.head },
    silos: SILOS,
    called: Object.keys(from.down ?? {}),
  });

/** Segments of so many exchanges until the aggregator has stopped. */
async function inSegments(sites: Sites, from: Standing, most: number) {
  let at = from;
  let seconds = 0;
  const bytesOut = { a: 0, b: 0 };
  while (at.stopped === undefined) {
    const [a, b, up] = await Promise.all([
      partyAt(sites, 'a', at, most),
      partyAt(sites, 'b', at, most),
      aggregatorAt(sites, at, most),
    ]);
    bytesOut.a += a.cost.bytesOut;
    bytesOut.b += b.cost.bytesOut;
    seconds += up.critical.compute + up.critical.transfer;
    at = {
      exchanges: at.exchanges + up.made,
      head: up.head,
      heads: { ...a.heads, ...b.heads },
      down: up.down,
      stopped: up.stopped,
    };
  }
  return { ...at, seconds, bytesOut };
}

test.each([1, 2, 7, 23, 1000])(
  'sessions of at most %i exchanges make the same steps as exchanges one by one, and cost as much',
  async (most) => {
    const expected = oneByOne(beginning());
    expect(expected.exchanges).toBe(ROUNDS);
    const sites = sitesWith();
    expect(await inSegments(sites, beginning(), most)).toEqual(expected);
    expect(sites.made.aggregator).toBe(ROUNDS);
  },
);

describe('a session', () => {
  const expected = oneByOne(beginning());

  test.each(['a', 'b', 'aggregator'] as const)(
    'of %s that is lost on the way is made again from its start, and the others go on',
    async (lost) => {
      const sites = sitesWith();
      const from = beginning();
      const again = async <T>(run: (failAt?: number) => Promise<T>, silo: Silo) => {
        await expect(run(9)).rejects.toThrow('the process is lost');
        sites.restart(silo);
        return run();
      };
      const partyOf = (silo: Silo) => (failAt?: number) => partyAt(sites, silo, from, 1000, failAt);
      const [a, b, up] = await Promise.all([
        lost === 'a' ? again(partyOf('a'), 'a') : partyOf('a')(),
        // Of b there are steps in odd exchanges only.
        lost === 'b' ? again(partyOf('b'), 'b') : partyOf('b')(),
        lost === 'aggregator'
          ? again((failAt) => aggregatorAt(sites, from, 1000, failAt), 'a')
          : aggregatorAt(sites, from, 1000),
      ]);
      expect({ head: up.head, heads: { ...a.heads, ...b.heads } }).toEqual({
        head: expected.head,
        heads: expected.heads,
      });
    },
  );

  test('that runs twice at once, as when a frozen worker wakes up, changes nothing', async () => {
    const sites = sitesWith();
    const from = beginning();
    const twice = <T>(run: () => Promise<T>) => Promise.all([run(), sleep(3).then(run)]);
    const [as, bs, ups] = await Promise.all([
      twice(() => partyAt(sites, 'a', from, 1000)),
      twice(() => partyAt(sites, 'b', from, 1000)),
      twice(() => aggregatorAt(sites, from, 1000)),
    ]);
    for (const { head } of ups) expect(head).toBe(expected.head);
    for (const [at, { heads }] of as.entries())
      expect({ ...heads, ...bs[at]!.heads }).toEqual(expected.heads);
  });

  test('that waits ends at once when it is cancelled, with the reason', async () => {
    const sites = sitesWith();
    const stop = new AbortController();
    const reason = new Error('cancelled');
    const waiting = [
      partyAt(sites, 'b', beginning(), 1000, undefined, stop.signal),
      aggregatorAt(sites, beginning(), 1000, undefined, stop.signal),
    ];
    // Long enough for the pauses between two looks to have grown.
    await sleep(300);
    const began = performance.now();
    stop.abort(reason);
    const ended = await Promise.allSettled(waiting);
    expect(performance.now() - began).toBeLessThan(200);
    for (const end of ended) expect(end).toEqual({ status: 'rejected', reason });
  });

  test('of which one answer is damaged looks for the others no more', async () => {
    const sites = sitesWith();
    const damaged = new Error('damaged');
    const signals: AbortSignal[] = [];
    const take = (_home: unknown, _key: string, signal: AbortSignal) => {
      signals.push(signal);
      return signals.length === 1 ? Promise.reject(damaged) : new Promise(() => undefined);
    };
    vi.spyOn(sites.port('a', forever).mailbox, 'take').mockImplementation(take);
    await expect(aggregatorAt(sites, beginning(), 1000)).rejects.toBe(damaged);
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });

  test('of one run does not hold up those of another over the same silos', async () => {
    const sites = sitesWith(1);
    const names = ['one', 'two', 'three'];
    const runs = await Promise.all(names.map((name) => inSegments(sites, beginning(name), 5)));
    expect(runs).toEqual(names.map((name) => oneByOne(beginning(name))));
  });
});
