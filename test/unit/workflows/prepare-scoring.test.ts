import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ModelVersionRecord } from '../../../catalog/catalog.js';
import type { BlobRef } from '../../../core/exchange/store.js';
import type { ColumnType } from '../../../core/sources/profile.js';
import type { PublishInput } from '../../../workflows/contracts/operations.js';
import type { PreparedScoring, ScoringRequest } from '../../../workflows/contracts/serving.js';
import { prepareScoring } from '../../../workflows/prepare-scoring.js';
import type * as Preparing from '../../../workflows/prepare-scoring.js';
import { manifest, resolvedJob } from '../../support/catalog-facts.js';

const START = Date.UTC(2026, 0, 1);
const blob: BlobRef = { home: 'exchange', sha256: 'ab'.repeat(32), bytes: 1, kind: 'x' };
const resolved = resolvedJob();
const parts = Object.fromEntries(
  resolved.groups.flatMap(({ shares }) => shares.map(({ party }) => [party, blob])),
);
const model = {
  ...{ name: 'late-arrivals', version: 1, resolved, manifest: { ...manifest, parts } },
} as unknown as ModelVersionRecord;

interface World {
  columns: Record<string, ColumnType>;
  /** What the tables have now, where it is not what the training saw. */
  versions: Record<string, string>;
  profiled: string[];
  /** Executions under which silos have prepared, and on which host. */
  published: string[];
  /** The silo `weather` is lost as soon as it has told its versions. */
  loses: boolean;
  lost: boolean;
  details: string;
}

const world = vi.hoisted((): World => ({
  ...{ columns: {}, versions: {}, profiled: [], published: [], loses: false, lost: false, details: '' },
}));

const untaken = () =>
  Promise.reject(
    new ActivityFailure(
      ...(['untaken', 'x', '1', 'TIMEOUT', undefined] as const),
      new TimeoutFailure('untaken', undefined, 'SCHEDULE_TO_START'),
    ),
  );

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ runId: 'new' }),
  setCurrentDetails: (details: string) => void (world.details = details),
  getCurrentDetails: () => world.details,
  log: { info: () => undefined },
  proxyActivities: ({
    taskQueue,
    scheduleToStartTimeout,
  }: {
    readonly taskQueue: string;
    readonly scheduleToStartTimeout: number;
  }) => ({
    acquireHost: () => {
      if (!world.lost || !taskQueue.includes('weather')) return Promise.resolve('host');
      vi.setSystemTime(Date.now() + scheduleToStartTimeout);
      return untaken();
    },
  }),
}));
vi.mock('../../../workflows/activity-proxies.js', () => {
  return {
    probeOf: (site: string) => ({
      tableVersions: (tables: string[]) => {
        world.lost ||= world.loses && site.includes('weather');
        const at = resolvedJob().parties.filter(({ silo }) => site === `silo.${silo}`);
        const now = at.map(({ table, version }) => [table, world.versions[table] ?? version] as const);
        return Promise.resolve(Object.fromEntries(now.filter(([table]) => tables.includes(table))));
      },
      describeSilo: () => Promise.resolve({ silo: site, host: {}, tables: [] }),
      profileTable: (table: string) => {
        world.profiled.push(table);
        return Promise.resolve({ table, contentHash: world.versions[table], columns: [] });
      },
    }),
    catalog: {
      findServed: ({ model: asked }: { model: string }) =>
        asked === 'unknown'
          ? Promise.reject(
              ApplicationFailure.create({
                ...{ message: 'no such model', type: 'AMALUR_UNKNOWN_MODEL', nonRetryable: true },
                details: [{ code: 'AMALUR_UNKNOWN_MODEL', message: 'no such model', suggestion: 'train it' }],
              }),
            )
          : Promise.resolve({ model, columns: world.columns, trainedBy: null }),
      recordSilo: () => Promise.resolve(),
    },
    siloAt: (site: `silo.${string}`) => ({
      publish: async ({ execution, links }: PublishInput) => {
        // That of the workflow under test, whose modules are new.
        const { atHost } = await import('../../../workflows/silo-presence.js');
        return atHost(site, (host) => {
          if (world.lost && site.includes('weather')) return untaken();
          world.published.push(`${execution} ${host}`);
          const published = { rows: 1, features: blob, link: blob };
          return Promise.resolve({
            parties: Object.fromEntries(links.map(({ party }) => [party.id, published])),
          });
        });
      },
      score: ({ shares }: { shares: { id: string }[] }) =>
        Promise.resolve({ scores: Object.fromEntries(shares.map(({ id }) => [id, blob])) }),
    }),
  };
});

let prepare: typeof Preparing.prepareScoring = prepareScoring;

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  const columns = { distance: 'number', carrier: 'text' };
  Object.assign(world, {
    columns,
    versions: {},
    profiled: [],
    published: [],
    loses: false,
    lost: false,
    details: '',
  });
  // Every workflow has modules of its own.
  vi.resetModules();
  ({ prepareScoring: prepare } = await import('../../../workflows/prepare-scoring.js'));
});
afterEach(() => {
  vi.useRealTimers();
});

/** The table of the silo `weather`. */
const weather = resolved.parties.find(({ silo }) => silo === 'weather') ?? expect.fail();

async function prepared(request: Omit<ScoringRequest, 'model'> = {}): Promise<PreparedScoring> {
  const answer = await prepare({ model: 'late-arrivals', ...request });
  return answer.prepared ?? expect.fail('nothing was prepared');
}

test('a table that has changed since the training is profiled once, not whenever the server asks again', async () => {
  world.versions[weather.table] = 'of now';
  const first = await prepared();
  expect(first.versions[weather.id]).toBe('of now');
  expect(world.profiled).toEqual([weather.table]);
  const { execution, model: name, versions, columns } = first;
  const since = { execution, model: name, versions, columns };
  expect(await prepare({ model: 'late-arrivals', since })).toEqual({ prepared: null });
  expect(world.profiled).toEqual([weather.table]);

  world.versions[weather.table] = 'of later';
  expect((await prepared({ since })).versions[weather.id]).toBe('of later');
  expect(world.profiled).toEqual([weather.table, weather.table]);
});

test('a type of a column of the base table that has changed is prepared by, although no other table has', async () => {
  const { execution, model: name, versions, columns } = await prepared();
  const since = { execution, model: name, versions, columns };
  world.columns = { ...columns, carrier: 'integer' };
  expect((await prepared({ since })).columns).toEqual(world.columns);
  world.columns = { carrier: 'text' };
  expect((await prepared({ since })).columns).toEqual(world.columns);
});

test('silos prepare in the name of the execution that they are asked by, or else of a new one', async () => {
  const { model: name, versions, columns } = await prepared();
  world.versions[weather.table] = 'of now';
  const since = { model: name, versions, columns };
  expect((await prepared({ since: { ...since, execution: 'old' } })).execution).toBe('old');
  expect((await prepared({ since })).execution).toBe('new');
  expect(new Set(world.published)).toEqual(new Set(['new host', 'old host']));
});

test('a silo that is lost in the middle is told of within the patience of the server', async () => {
  world.loses = true;
  await expect(prepare({ model: 'late-arrivals' })).rejects.toMatchObject({
    ...{ type: 'AMALUR_SILO_UNAVAILABLE', message: expect.stringContaining('"weather"') as string },
  });
  expect(Date.now() - START).toBeLessThan(30_000);
});

test('how it failed stands in the details too, with code and suggestion', async () => {
  const type = 'AMALUR_UNKNOWN_MODEL';
  await expect(prepare({ model: 'unknown' })).rejects.toMatchObject({ type });
  expect(world.details).toContain(type);
  expect(world.details).toContain('train it');
});
