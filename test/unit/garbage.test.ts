import { WorkflowNotFoundError } from '@temporalio/client';
import { TypedSearchAttributes } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmalurError, type ErrorCode } from '../../core/errors.js';
import { createStores, type BlobRef } from '../../core/exchange/index.js';
import { vectorBundle } from '../../core/exchange/bundle.js';
import type { Shelf, Store } from '../../core/exchange/store.js';
import { cutoff, GRACE_MS } from '../../core/garbage/cutoff.js';
import { parseDuration } from '../../core/garbage/duration.js';
import { namesBundle, namesIn, readNames, type Roots } from '../../core/garbage/roots.js';
import { sweepBlobs, sweepRecords, sweepUnfinished } from '../../core/garbage/sweep.js';
import { Journal } from '../../core/training/journal.js';
import { createGarbageActivities } from '../../activities/catalog/garbage.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { GarbageRequest } from '../../core/garbage/request.js';
import { reportOfFailure } from '../../workflows/failures.js';
import { memoryStore } from '../support/memory-store.js';
import { all } from '../support/store-suite.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HOME = 'private:silo.shop';

interface History {
  readonly keepDays: number;
  readonly runs: readonly {
    readonly beginsAt: number;
    readonly hours: number;
    /** What it stores; runs store the same now and then. */
    readonly values: readonly number[];
    readonly open: boolean;
    /** Whether its first values are a model's, which outlives it. */
    readonly publishes: boolean;
    /** Goes on from the records of the run before it. */
    readonly resumes: boolean;
  }[];
}

const histories: fc.Arbitrary<History> = fc.record({
  keepDays: fc.integer({ min: 0, max: 20 }),
  runs: fc.array(
    fc.record({
      beginsAt: fc.integer({ min: 0, max: 60 * 24 }),
      hours: fc.integer({ min: 1, max: 40 * 24 }),
      values: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 4 }),
      open: fc.boolean(),
      publishes: fc.boolean(),
      resumes: fc.boolean(),
    }),
    { minLength: 1, maxLength: 6 },
  ),
});

const executionOf = (at: number) => `00000000-0000-4000-8000-${String(at).padStart(12, '0')}`;

/** What happens by the clock, then a collection 61 days after the beginning. */
async function live({ keepDays, runs }: History) {
  let now = 0;
  const exchange = memoryStore(() => now);
  const own = memoryStore(() => now);
  const stores = createStores({ exchange, site: { name: 'silo.shop', store: own } });
  const journal = new Journal(stores, HOME);
  const refs = runs.map((): BlobRef[] => []);
  /** What each run names of the run that it resumes. */
  const used = runs.map((): BlobRef[] => []);
  const records = new Map<number, Set<string>>();
  const steps = runs
    .flatMap(({ beginsAt, hours, values }, run) =>
      values.map((value, at) => ({ run, value, at, time: (beginsAt + (hours * at) / values.length) * HOUR })),
    )
    .sort((a, b) => a.time - b.time);
  for (const { run, value, at, time } of steps) {
    now = time;
    const before = new Set((await all(own, 'records')).map(({ name }) => name));
    // A run that resumes another names what that has made in its input.
    const resumes = runs[run]?.resumes === true;
    const from = resumes ? [...(refs[run - 1] ?? [])] : [];
    const heads = resumes ? [...(records.get(run - 1) ?? [])] : [];
    used[run]?.push(...from);
    const input = { at, value, from, heads };
    await journal.once('store', executionOf(run), input, async () => {
      const home = value % 2 === 0 ? 'exchange' : HOME;
      const ref = await stores.put(home, 'message', vectorBundle('v', Float64Array.of(value)));
      refs[run]?.push(ref);
      return ref;
    });
    const made = (await all(own, 'records')).map(({ name }) => name).filter((name) => !before.has(name));
    records.set(run, new Set([...(records.get(run) ?? []), ...made]));
  }
  now = 70 * DAY;
  const ended = ({ beginsAt, hours }: History['runs'][number]) => (beginsAt + hours) * HOUR;
  const kept = runs.map((run) => run.open || ended(run) > now - keepDays * DAY);
  const models = runs.flatMap(({ publishes }, at) => (publishes ? (refs[at] ?? []) : []));
  const before = cutoff(
    now,
    keepDays * DAY,
    runs.filter(({ open }) => open).map(({ beginsAt }) => beginsAt * HOUR),
  );
  const roots: Roots = {
    executions: new Set(runs.flatMap((_, at) => (kept[at] === true ? [executionOf(at)] : []))),
    names: new Set(models.map(({ sha256 }) => sha256)),
  };
  return { now, exchange, own, stores, refs, used, records, kept, models, before, roots };
}

async function collect({ exchange, own, before, roots }: Awaited<ReturnType<typeof live>>, dryRun = false) {
  const options = { roots, before, dryRun };
  const { report: records, mentioned } = await sweepRecords(own, options);
  const blobs = await sweepBlobs(own, mentioned, options);
  const there = await sweepBlobs(exchange, mentioned, options);
  return { records, blobs, there };
}

const names = async (store: Store, shelf: Shelf) => (await all(store, shelf)).map(({ name }) => name);

describe('garbage collection', () => {
  test('never takes what a model, an open run, or one within the retention needs, nor what a run resumes', async () => {
    await fc.assert(
      fc.asyncProperty(histories, async (history) => {
        const lived = await live(history);
        await collect(lived);
        const { stores, refs, used, records, kept, models, own } = lived;
        const needed = [
          ...models,
          ...[...refs, ...used].flatMap((of, at) => (kept[at % kept.length] === true ? of : [])),
        ];
        for (const ref of needed) await stores.get(ref);
        const left = new Set(await names(own, 'records'));
        for (const [at, made] of records)
          if (kept[at] === true) for (const key of made) expect(left).toContain(key);
        // The records of a run go all together or not at all.
        for (const made of records.values()) {
          const stay = [...made].filter((key) => left.has(key)).length;
          expect([0, made.size]).toContain(stay);
        }
      }),
      { numRuns: 200 },
    );
  });

  const run = { beginsAt: 0, hours: 2, open: false, publishes: false, resumes: false };

  test('takes what only runs that ended long ago have stored', async () => {
    const lived = await live({ keepDays: 30, runs: [{ ...run, values: [1, 2, 3] }] });
    expect(await collect(lived, true)).toMatchObject({
      records: { freed: 3 },
      blobs: { freed: 2 },
      there: { freed: 1 },
    });
    expect(await names(lived.own, 'records')).toHaveLength(3);
    const report = await collect(lived);
    expect(report).toMatchObject({
      records: { freed: 3, kept: 0 },
      blobs: { freed: 2 },
      there: { freed: 1, kept: 0 },
    });
    expect(report.there.freedBytes).toBeGreaterThan(0);
    for (const store of [lived.own, lived.exchange])
      for (const shelf of ['blobs', 'records'] as const) expect(await names(store, shelf)).toEqual([]);
    expect(await collect(lived)).toMatchObject({ records: { freed: 0 }, blobs: { freed: 0 } });
  });

  test('leaves the blobs of a model, and what is stored again by a later run', async () => {
    const early = { ...run, values: [2, 4], publishes: false };
    const late = { ...run, beginsAt: 60 * 24, values: [4], publishes: false };
    const model = { ...run, values: [6], publishes: true };
    const lived = await live({ keepDays: 15, runs: [early, late, model] });
    await collect(lived);
    const left = await names(lived.exchange, 'blobs');
    expect(left.sort()).toEqual([lived.refs[1]?.[0]?.sha256, lived.refs[2]?.[0]?.sha256].sort());
  });

  test('leaves what a run that is open mentions of one that has ended, with all records of that one', async () => {
    const ended = { ...run, values: [2, 3] };
    const open = { ...run, beginsAt: 65 * 24, values: [5], open: true, resumes: true };
    const lived = await live({ keepDays: 3, runs: [ended, open] });
    await collect(lived);
    for (const ref of lived.refs.flat()) await lived.stores.get(ref);
    expect(await names(lived.own, 'records')).toHaveLength(3);
  });

  test('leaves what has been stored of late, though no record mentions it yet', async () => {
    const lived = await live({ keepDays: 3, runs: [{ ...run, values: [2] }] });
    const ref = await lived.stores.put('exchange', 'message', vectorBundle('v', Float64Array.of(7)));
    await collect(lived);
    await lived.stores.get(ref);
  });

  test('reads each record once', async () => {
    const lived = await live({ keepDays: 3, runs: [{ ...run, values: [1, 2, 3], open: true }] });
    const read: string[] = [];
    const { own, before, roots } = lived;
    const counting = {
      ...own,
      readRecord: (key: string) => {
        read.push(key);
        return own.readRecord(key);
      },
    };
    const { report, mentioned } = await sweepRecords(counting, { before, roots, dryRun: false });
    expect([report.kept, mentioned.size > 3]).toEqual([3, true]);
    expect(read.sort()).toEqual((await names(own, 'records')).sort());
  });

  test('what is not a day old stays whatever is asked, and nothing goes that is younger than an open run', () => {
    const now = 100 * DAY;
    expect(cutoff(now, 0, [])).toBe(now - GRACE_MS);
    expect(cutoff(now, 30 * DAY, [])).toBe(70 * DAY);
    expect(cutoff(now, 0, [40 * DAY, 80 * DAY])).toBeLessThan(40 * DAY - HOUR);
  });

  test('names are found wherever they stand, and survive being packed', () => {
    const [a, b] = ['a'.repeat(64), '0123456789abcdef'.repeat(4)];
    const text = JSON.stringify({ parts: { [a]: 1 }, other: [`x ${b}.`], no: 'f'.repeat(65) });
    expect(namesIn(text)).toEqual([a, b]);
    expect(readNames(namesBundle([a, b]))).toEqual([b, a]);
    expect(readNames(namesBundle([]))).toEqual([]);
  });

  test.each([
    ['30d', 30 * DAY],
    ['12h', 12 * HOUR],
    ['4w', 28 * DAY],
    ['0h', 0],
  ])('%s is a span', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(['', '30', '-1d', '1.5d', '1y', '30 d'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe('what the catalog tells of garbage', () => {
  const retention = 30 * DAY;
  const long = (count: number) =>
    Array.from({ length: count }, (_, at) => ({
      run: `train-${String(at)}`,
      execution: executionOf(at),
      startedAt: new Date(0).toISOString(),
      goesOnFrom: at === 7 ? [executionOf(5000)] : [],
    }));
  const nameOf = (at: number) => at.toString(16).padStart(64, '0');
  const noServer = () => {
    throw new Error('nobody is asked');
  };

  test('comes in pages that have every execution and every name once, whatever the order of each look', async () => {
    let turn = 0;
    const turned = <T>(all: readonly T[]) => {
      turn += 37;
      return Promise.resolve([...all.slice(turn % all.length), ...all.slice(0, turn % all.length)]);
    };
    const asked = new Set<string>();
    const models = Array.from({ length: 900 }, (_, at) => ({ manifest: { parts: { a: nameOf(at) } } }));
    const catalog = {
      runs: {
        recent: (endedAfter: string) => {
          asked.add(endedAfter);
          return turned(long(1234));
        },
      },
      models: { list: () => turned(models) },
    } as unknown as Catalog;
    const activities = createGarbageActivities(catalog, retention, noServer);
    const executions: string[] = [];
    const found: string[] = [];
    let pages = 0;
    for (let more = true; more; pages += 1) {
      const page = await activities.collectionRoots(1000, pages);
      executions.push(...page.executions);
      found.push(...page.names);
      more = page.more;
      expect(JSON.stringify(page).length).toBeLessThan(64 * 1024);
    }
    expect(pages).toBe(4);
    const wanted = [...long(1234).map(({ execution }) => execution), executionOf(5000)];
    expect(executions.sort()).toEqual(wanted.sort());
    expect(found.sort()).toEqual(models.map((_, at) => nameOf(at)).sort());
    // One moment for all pages: a run that ends meanwhile moves none to a page that was read already.
    expect(asked).toEqual(new Set([new Date(1000).toISOString()]));
  });

  /** A catalog that calls three runs running: one goes on, one was terminated, and one the server has forgotten. */
  function forgetful(runsOnServer: Readonly<Record<string, string>>) {
    const at = (days: number) => new Date(Date.now() - days * DAY).toISOString();
    const began: Readonly<Record<string, string>> = { going: at(2), terminated: at(50), forgotten: at(90) };
    const status = new Map(Object.keys(runsOnServer).map((run) => [run, 'running']));
    const open = () => [...status].filter(([, one]) => one === 'running').map(([run]) => run);
    const record = (run: string) => ({ run, execution: run, startedAt: began[run] ?? '', goesOnFrom: [] });
    const catalog = {
      runs: {
        recent: () => Promise.resolve(open().map(record)),
        get: (run: string) => Promise.resolve({ ...record(run), status: status.get(run) }),
        fail: (run: string, _at: string, ended: string) => Promise.resolve(void status.set(run, ended)),
      },
      silos: { list: () => Promise.resolve([{ silo: 'shop' }]) },
    } as unknown as Catalog;
    const describeRun = (run: string) => {
      const name = runsOnServer[run] ?? '';
      if (name === '') throw new WorkflowNotFoundError('forgotten', run, undefined);
      return Promise.resolve({
        ...{ status: { name }, closeTime: new Date(), typedSearchAttributes: new TypedSearchAttributes() },
        raw: { workflowExecutionInfo: { firstRunId: run } },
      });
    };
    const workflow = { getHandle: (run: string) => ({ describe: () => describeRun(run) }) };
    return { catalog, status, server: () => ({ workflow }) as never };
  }

  test.each([
    [{ dryrun: true }, 'AMALUR_UNKNOWN_FIELD', 'dryrun', 'dryRun'],
    [{ keepRun: '90d' }, 'AMALUR_UNKNOWN_FIELD', 'keepRun', 'keepRuns'],
    [{ dryRun: 'true' }, 'AMALUR_WRONG_TYPE', 'dryRun', 'quotation marks'],
    [{ dryRun: null }, 'AMALUR_WRONG_TYPE', 'dryRun', ''],
    [{ keepRuns: 90 }, 'AMALUR_WRONG_TYPE', 'keepRuns', 'quotation marks'],
    [{ keepRuns: 'soon', dryRun: true }, 'AMALUR_INVALID_JOB', 'keepRuns', '30d'],
    ['dry run', 'AMALUR_WRONG_TYPE', undefined, '{…}'],
    [null, 'AMALUR_WRONG_TYPE', undefined, '{…}'],
  ])('%j is refused before anything is asked or removed', async (request, code, field, suggestion) => {
    const untouched = new Proxy({} as Catalog, { get: () => noServer() });
    const activities = createGarbageActivities(untouched, retention, noServer);
    const planned = activities.planCollection(request as GarbageRequest);
    const refused = await planned.then(() => undefined, reportOfFailure);
    expect(refused).toMatchObject({ code, ...(field !== undefined && { field }) });
    expect(refused?.suggestion ?? '').toContain(suggestion);
  });

  test('a run that was terminated holds nothing back: it is entered as ended before a collection is planned', async () => {
    const { catalog, status, server } = forgetful({ going: 'RUNNING', terminated: 'TERMINATED' });
    const plan = await createGarbageActivities(catalog, DAY, server).planCollection({});
    expect(status).toEqual(
      new Map([
        ['going', 'running'],
        ['terminated', 'terminated'],
      ]),
    );
    expect(plan).toMatchObject({ heldBackBy: 'going', silos: ['shop'] });
    expect(Date.now() - plan.before).toBeLessThan(3 * DAY);
  });

  test('a run that the server has forgotten holds back what is younger, and is named', async () => {
    const { catalog, status, server } = forgetful({ going: 'RUNNING', forgotten: '' });
    const plan = await createGarbageActivities(catalog, DAY, server).planCollection({});
    expect(plan.heldBackBy).toBe('forgotten');
    expect(Date.now() - plan.before).toBeGreaterThan(90 * DAY);
    expect(status.get('forgotten')).toBe('running');
  });
});

test('a store that does not let its uploads be listed is collected all the same; one that is away is asked again', async () => {
  const failing = (code: ErrorCode) => ({
    ...memoryStore(),
    removeUnfinished: () => Promise.reject(new AmalurError(code, 'no')),
  });
  expect(await sweepUnfinished(memoryStore(), false)).toBe(0);
  expect(await sweepUnfinished(failing('AMALUR_STORE_DENIED'), false)).toBeNull();
  await expect(sweepUnfinished(failing('AMALUR_STORE_UNREACHABLE'), false)).rejects.toThrow('no');
});

test('records are read side by side, sixteen at the most', async () => {
  const store = memoryStore();
  for (let at = 0; at < 40; at++) await store.putIfAbsent(`record ${String(at)}`, '{}');
  let [reading, most, read] = [0, 0, 0];
  const slow: Store = {
    ...store,
    readRecord: async (key) => {
      most = Math.max(most, ++reading);
      await new Promise((resolve) => setImmediate(resolve));
      reading--;
      read++;
      return store.readRecord(key);
    },
  };
  const roots: Roots = { names: new Set(), executions: new Set() };
  await sweepRecords(slow, { before: 1, roots, dryRun: true });
  expect([read, most]).toEqual([40, 16]);
});
