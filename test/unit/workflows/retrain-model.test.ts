import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelVersionRecord } from '../../../catalog/catalog.js';
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
  promoted: string[];
  measured: { metrics: unknown; rows: number; resolved: unknown };
}

const world = vi.hoisted((): World => ({
  ...{ backAt: 0, resolvedWithout: [], known: [], promoted: [] },
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
    promoteModel: ({ model }: { model: string }) => Promise.resolve(void world.promoted.push(model)),
  },
}));
vi.mock('../../../workflows/measure-model.js', () => ({
  measureModel: () => Promise.resolve(world.measured),
}));

let retrain: typeof Retraining.retrainModel = retrainModel;
const versions = (changes: Changes | null, inUse: object | null = null) => ({ changes, inUse });
const UNCHANGED: Changes = { job: false, tables: [] };
const CHANGED: Changes = { job: false, tables: ['airline.flights'] };
const version = (number: number): object => ({
  ...({ name: 'late-arrivals', version: number, manifest, metrics } as Partial<ModelVersionRecord>),
  sameTestRows: true,
});

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const measured = { metrics: { ...metrics.test, auc: 0.5 }, rows: 65_000, resolved: resolvedJob() };
  Object.assign(world, { backAt: 0, resolvedWithout: [], promoted: [], measured });
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
    expect(world.promoted).toEqual(['late-arrivals@2']);
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
    expect(world.promoted).toEqual([]);
  });

  test('nothing where the version in use knows other classes, or other rows were held out', async () => {
    world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(UNCHANGED)];
    world.measured = { ...world.measured, metrics: null };
    expect((await retrain({ job: flightsJob })).reason).toContain('classes that only one');
    world.known = [versions(CHANGED, version(1)), versions(CHANGED, version(1)), versions(UNCHANGED)];
    world.measured = { ...world.measured, rows: 3 };
    expect((await retrain({ job: flightsJob })).reason).toContain('same test rows');
    expect(world.promoted).toEqual([]);
  });
});
