import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelVersionRecord, Verdict } from '../../../catalog/catalog.js';
import type { Job } from '../../../core/job/schema.js';
import type { Changes } from '../../../core/retraining/changes.js';
import { retrainModel } from '../../../workflows/retrain-model.js';
import type * as Retraining from '../../../workflows/retrain-model.js';
import { manifest, metrics, resolvedJob } from '../../support/catalog-facts.js';
import { flightsJob } from '../../support/flights-job.js';

const START = Date.UTC(2026, 0, 1);

interface World {
  /** Until when the silo `weather` has no worker. */
  backAt: number;
  resolvedWithout: (readonly string[])[];
  /** What is known of versions, from one look to the next; the last stays. */
  known: unknown[];
  /** What was decided, and where somebody else has put the alias just before. */
  decided: Verdict[];
  moved: string | null;
  trainings: number;
  failing: Error | null;
  measured: { metrics: unknown; rows: number; resolved: unknown };
}

const world = vi.hoisted((): World => ({
  ...{ backAt: 0, resolvedWithout: [], known: [], decided: [], moved: null, trainings: 0, failing: null },
  measured: { metrics: undefined, rows: 65_000, resolved: undefined },
}));

interface ProbeOptions {
  readonly taskQueue: string;
  readonly scheduleToStartTimeout: number;
}

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ workflowId: 'retrain', firstExecutionRunId: 'e' }),
  setHandler: () => undefined,
  setCurrentDetails: () => undefined,
  getCurrentDetails: () => '',
  upsertSearchAttributes: () => undefined,
  log: { info: () => undefined, debug: () => undefined, warn: () => undefined },
  metricMeter: { createCounter: () => ({ add: () => undefined }) },
  CancellationScope: class {
    run = <T>(work: () => Promise<T>) => work();
    cancel = () => undefined;
  },
  executeChild: () => {
    world.trainings += 1;
    const rows = { train: 261_000, test: 65_000 };
    const made = { run: 'train', model: { name: 'late-arrivals', version: 2 }, metrics, rows };
    return Promise.resolve({ ...made, site: 'aggregator', strategy: 'materialize' });
  },
  proxyActivities: ({ taskQueue, scheduleToStartTimeout }: ProbeOptions) => ({
    acquireHost: () => {
      const there = !taskQueue.includes('weather') || Date.now() >= world.backAt;
      if (there) return Promise.resolve('host');
      vi.setSystemTime(Math.min(Date.now() + scheduleToStartTimeout, world.backAt));
      if (Date.now() >= world.backAt) return Promise.resolve('host');
      const cause = new TimeoutFailure('untaken', undefined, 'SCHEDULE_TO_START');
      return Promise.reject(new ActivityFailure('untaken', 'x', '1', 'TIMEOUT', undefined, cause));
    },
  }),
}));
vi.mock('../../../workflows/activity-proxies.js', () => ({
  probeOf: () => ({
    tableVersions: () =>
      Promise.resolve(
        Object.fromEntries(resolvedJob().parties.map(({ table, version }) => [table, version])),
      ),
  }),
  catalog: {
    checkRetraining: (request: object) =>
      Promise.resolve({ force: false, alias: 'production', margin: 0, ...request }),
    resolveJob: (job: object, without: readonly string[] = []) => {
      world.resolvedWithout.push(without);
      const { parties, ...resolved } = resolvedJob(job);
      return Promise.resolve({ ...resolved, parties: parties.filter(({ silo }) => !without.includes(silo)) });
    },
    lookUpVersions: () => Promise.resolve(world.known.length > 1 ? world.known.shift() : world.known[0]),
    decidePromotion: (verdict: Verdict) => {
      world.decided.push(verdict);
      const { name, version, over, promoted } = verdict;
      const named = promoted ? version : over;
      return Promise.resolve(world.moved ?? (named === null ? null : `${name}@${String(named)}`));
    },
  },
}));
vi.mock('../../../workflows/measure-model.js', () => ({
  measureModel: () =>
    world.failing === null ? Promise.resolve(world.measured) : Promise.reject(world.failing),
}));

let retrain: typeof Retraining.retrainModel = retrainModel;
const versions = (changes: Changes | null, inUse: object | null = null, undecided: object | null = null) => ({
  ...{ changes, inUse, undecided },
});
const promoted = () =>
  world.decided.filter((one) => one.promoted).map(({ name, version }) => `${name}@${String(version)}`);
const UNCHANGED: Changes = { job: false, tables: [] };
const CHANGED: Changes = { job: false, tables: ['airline.flights'] };
const version = (number: number): object => ({
  ...({ name: 'late-arrivals', version: number, manifest, metrics } as Partial<ModelVersionRecord>),
  sameTestRows: true,
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const measured = { metrics: { ...metrics.test, auc: 0.5 }, rows: 65_000, resolved: resolvedJob() };
  Object.assign(world, {
    backAt: 0,
    resolvedWithout: [],
    decided: [],
    moved: null,
    trainings: 0,
    failing: null,
    measured,
  });
  // Every workflow has modules of its own.
  vi.resetModules();
  ({ retrainModel: retrain } = await import('../../../workflows/retrain-model.js'));
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a retraining whose silo has no worker', () => {
  const job = (onSiloLost?: Job['onSiloLost']) => ({ ...flightsJob, ...(onSiloLost && { onSiloLost }) });
  beforeEach(() => {
    world.known = [versions(UNCHANGED, version(1))];
    world.backAt = START + 600_000;
  });

  test('waits for it as long as its job says', async () => {
    const { reason } = await retrain({ job: job({ policy: 'wait' }) });
    expect(reason).toContain('neither the job nor its tables have changed');
    expect(Date.now() - START).toBe(600_000);
  });

  test('fails when that time is over: after ten seconds where the job says nothing', async () => {
    for (const [given, seconds] of [
      [job({ policy: 'fail', after: 90 }), 90],
      [job(), 10],
    ] as const) {
      vi.setSystemTime(START);
      vi.resetModules();
      const { retrainModel: anew } = await import('../../../workflows/retrain-model.js');
      await expect(anew({ job: given })).rejects.toMatchObject({ type: 'AMALUR_SILO_UNAVAILABLE' });
      expect(Date.now() - START).toBe(seconds * 1000);
    }
  });

  test('goes on without it where the job says so', async () => {
    const { inUse } = await retrain({ job: job({ policy: 'skip', after: 30 }) });
    expect(inUse).toBe('late-arrivals@1');
    expect(world.resolvedWithout).toEqual([[], ['weather']]);
    expect(Date.now() - START).toBe(30_000);
  });
});

describe('a retraining promotes', () => {
  test('only over the version that is in use when it is done: somebody may have promoted another meanwhile', async () => {
    world.known = [versions(CHANGED, null), versions(CHANGED, version(7)), versions(UNCHANGED)];
    const result = await retrain({ job: flightsJob });
    expect(result.contest).toMatchObject({ inUse: 0.5, candidate: metrics.test.auc, won: true });
    world.known = [versions(CHANGED, null), versions(CHANGED, version(7)), versions(UNCHANGED)];
    world.measured = { ...world.measured, metrics: { ...metrics.test, auc: 0.99 } };
    expect(await retrain({ job: flightsJob })).toMatchObject({ promoted: false, inUse: 'late-arrivals@7' });
    expect(promoted()).toEqual(['late-arrivals@2']);
  });

  test('nothing where a table has changed while it trained: the two were not measured on the same rows', async () => {
    world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(CHANGED)];
    const result = await retrain({ job: flightsJob });
    expect(result).toMatchObject({ promoted: false, contest: null, trained: { model: 'late-arrivals@2' } });
    expect(result.reason).toBe('airline.flights changed during the training');
  });

  test('nothing of a task without labels, whose measures are in units of each version', async () => {
    world.known = [versions(CHANGED, version(1))];
    const job = {
      name: 'groups',
      task: 'clustering' as const,
      target: { base: flightsJob.target.base },
      model: { type: 'k-means' as const, clusters: 3 },
    };
    const result = await retrain({ job });
    expect(result).toMatchObject({ promoted: false, contest: null });
    expect(result.reason).toContain('without labels');
    expect(promoted()).toEqual([]);
  });

  test('nothing where the version in use knows other classes, or other rows were held out', async () => {
    world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(UNCHANGED)];
    world.measured = { ...world.measured, metrics: null };
    expect((await retrain({ job: flightsJob })).reason).toContain('classes that only one');
    world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(UNCHANGED)];
    world.measured = { ...world.measured, rows: 3 };
    expect((await retrain({ job: flightsJob })).reason).toContain('same test rows');
    expect(promoted()).toEqual([]);
  });
});

describe('a retraining of what has not changed', () => {
  /** Trained before, by itself or by a retraining that ended before it was compared. */
  const last = {
    ...{ model: { name: 'late-arrivals', version: 2 }, metrics, rows: { train: 261_000, test: 65_000 } },
    ...{ site: 'aggregator', strategy: 'materialize' },
  };

  test('uses the version that was trained last where none is in use, and trains nothing', async () => {
    world.known = [versions(UNCHANGED, null, last)];
    expect(await retrain({ job: flightsJob })).toMatchObject({
      ...{ trained: null, judged: 'late-arrivals@2', promoted: true, inUse: 'late-arrivals@2' },
      reason: 'no version was in use',
    });
    expect(world.trainings).toBe(0);
    expect(world.decided).toMatchObject([{ version: 2, alias: 'production', over: null, promoted: true }]);
  });

  test('compares the version that was trained last where nobody has yet, and trains nothing', async () => {
    world.known = [versions(UNCHANGED, version(1), last)];
    expect(await retrain({ job: flightsJob })).toMatchObject({
      ...{ trained: null, judged: 'late-arrivals@2', promoted: true, inUse: 'late-arrivals@2' },
      contest: { inUse: 0.5, candidate: metrics.test.auc },
    });
    world.measured = { ...world.measured, metrics: { ...metrics.test, auc: 0.99 } };
    expect(await retrain({ job: flightsJob })).toMatchObject({ promoted: false, inUse: 'late-arrivals@1' });
    expect(world.decided.map(({ over, promoted: won }) => [over, won])).toEqual([
      [1, true],
      [1, false],
    ]);
    expect(world.trainings).toBe(0);
  });

  test('trains all the same where it is forced to', async () => {
    world.known = [versions(UNCHANGED, version(1), last)];
    expect((await retrain({ job: flightsJob, force: true })).trained?.model).toBe('late-arrivals@2');
    expect(world.trainings).toBe(1);
  });

  test('decides nothing where the version in use could not be measured, so that the next one compares it', async () => {
    world.known = [versions(UNCHANGED, version(1), last)];
    world.failing = ApplicationFailure.create({ message: 'no worker', type: 'AMALUR_SILO_UNAVAILABLE' });
    const result = await retrain({ job: flightsJob });
    expect(result).toMatchObject({ promoted: false, inUse: 'late-arrivals@1', contest: null });
    expect(result.reason).toContain('could not be measured: no worker');
    expect(world.decided).toEqual([]);
  });
});

test('a version that somebody has put into use during the comparison stays in use, and the result says so', async () => {
  world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(UNCHANGED)];
  world.moved = 'late-arrivals@7';
  const result = await retrain({ job: flightsJob });
  expect(result).toMatchObject({ promoted: false, inUse: 'late-arrivals@7', contest: { won: true } });
  expect(result.reason).toContain('meanwhile it was decided that production is late-arrivals@7');
});
