import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { ModelVersionRecord } from '../../../catalog/catalog.js';
import type { BlobRef } from '../../../core/exchange/store.js';
import type { Job } from '../../../core/job/schema.js';
import type { PublishedParty, PublishInput } from '../../../workflows/contracts/operations.js';
import type { TrainingResult } from '../../../workflows/contracts/results.js';
import { measureModel } from '../../../workflows/measure-model.js';
import { sharesOf } from '../../../workflows/publish.js';
import { manifest, metrics, resolvedJob } from '../../support/catalog-facts.js';

const blob: BlobRef = { home: 'exchange', sha256: 'ab'.repeat(32), bytes: 1, kind: 'x' };

/** What each silo was asked to publish, and where scores have met. */
const world = vi.hoisted(() => ({ published: [] as { silo: string; input: unknown }[], measuredAt: '' }));

vi.mock('../../../workflows/check-silos.js', () => ({
  withVersionsOfNow: (resolved: unknown) => Promise.resolve({ resolved, changed: false }),
}));
vi.mock('../../../workflows/activity-proxies.js', () => ({
  siloAt: (site: string) => ({
    publish: (input: PublishInput) => {
      world.published.push({ silo: site.slice('silo.'.length), input });
      const published: PublishedParty = { rows: 1, features: blob, link: blob };
      const parties = Object.fromEntries(input.links.map(({ party }) => [party.id, published]));
      return Promise.resolve({ parties, cost: {} });
    },
    openChannel: () => Promise.resolve({ publicKey: 'public' }),
    sealSecret: ({ publicKeys }: { publicKeys: object }) =>
      Promise.resolve({
        sealed: Object.fromEntries(Object.keys(publicKeys).map((silo) => [silo, 'sealed'])),
      }),
    score: ({ shares }: { shares: { id: string }[] }) =>
      Promise.resolve({ scores: Object.fromEntries(shares.map(({ id }) => [id, blob])), cost: {} }),
  }),
  aggregatorAt: (site: string) => ({
    match: () =>
      Promise.resolve({ target: blob, rows: 10, trainRows: 8, counts: {}, overlaps: [], cost: {} }),
    measure: () => {
      world.measuredAt = site;
      return Promise.resolve({ metrics: metrics.test, rows: 2, cost: {} });
    },
  }),
}));

beforeEach(() => {
  Object.assign(world, { published: [], measuredAt: '' });
});

type Constraints = Partial<Job['constraints']>;
const NONE = resolvedJob().job.constraints;
const AT_AGGREGATOR = { site: 'aggregator', strategy: 'materialize' } as const;
const AT_BASE = { site: 'silo.airline', strategy: 'factorize' } as const;

interface Before {
  readonly constraints?: Constraints;
  /** Its model has products of columns of different tables, so that rows have to meet. */
  readonly interactions?: boolean;
  /** Its parameters are in its silos. */
  readonly federated?: boolean;
}

function measured(
  { constraints = {}, interactions = false, federated = false }: Before,
  trained: Pick<TrainingResult, 'site' | 'strategy'>,
  now: Constraints = {},
) {
  const plain = resolvedJob();
  const job = { ...plain.job, constraints: { ...NONE, ...constraints } };
  const resolved = { ...plain, job };
  const home = federated ? ('private:silo.airline' as const) : blob.home;
  const parts = Object.fromEntries(sharesOf(resolved).map(({ id }) => [id, { ...blob, home }]));
  const before = {
    ...{ name: 'late-arrivals', version: 1, resolved },
    manifest: { ...manifest, parts, ...(interactions && { interactions: blob }) },
  } as unknown as ModelVersionRecord;
  const watch = { phase: () => undefined, silo: () => undefined } as never;
  return measureModel('e', before, trained, { ...NONE, ...now }, watch);
}

/** What left a silo: labels, rows, and keys that are not under a secret. */
function left() {
  return world.published.flatMap(({ silo, input }) => {
    const { links, site, what, channel } = input as PublishInput;
    if (site === `silo.${silo}`) return [];
    return [
      ...(links.some(({ label }) => label) ? [`labels of ${silo}`] : []),
      ...(what === 'rows' ? [`rows of ${silo}`] : []),
      ...(channel === undefined ? [`keys of ${silo}`] : []),
    ];
  });
}

const REFUSED = { type: 'AMALUR_NO_PLAN' };

describe('to measure the version in use, in a retraining', () => {
  test('what nothing forbids travels to where the training was', async () => {
    const { metrics: found, rows } = await measured({}, AT_AGGREGATOR);
    expect([found, rows, world.measuredAt]).toEqual([metrics.test, 2, 'aggregator']);
    expect(left()).toContain('labels of airline');
    expect(left()).toContain('keys of weather');
    expect(left()).not.toContain('rows of airline');
  });

  test.each([
    ['before', { constraints: { labelsStay: true } }, {}],
    ['now', {}, { labelsStay: true }],
  ] as [string, Before, Constraints][])(
    'no label leaves its silo that the job of %s keeps there: nothing is published at all',
    async (_, before, now) => {
      await expect(measured(before, AT_AGGREGATOR, now)).rejects.toMatchObject(REFUSED);
      expect(world.published).toEqual([]);
      // Where the training has kept to it the labels need not leave.
      await measured(before, AT_BASE, now);
      expect(left()).not.toContain('labels of airline');
      expect(world.measuredAt).toBe('silo.airline');
    },
  );

  test.each([
    ['before', { constraints: { keysStay: ['weather'] } }, {}],
    ['now', {}, { keysStay: ['weather'] }],
  ] as [string, Before, Constraints][])(
    'no key leaves a silo but under a secret where the job of %s keeps keys',
    async (_, before, now) => {
      await measured(before, AT_BASE, now);
      expect(world.published.length).toBeGreaterThan(1);
      expect(left()).toEqual([]);
    },
  );

  test('a model with products of columns of several tables takes rows, labels and keys only where all may meet', async () => {
    const before = { interactions: true };
    await measured(before, AT_AGGREGATOR);
    expect(left()).toContain('rows of weather');
    for (const now of [
      { rowsStay: ['weather'] },
      { rowsStay: ['weather', 'registry'] },
      { labelsStay: true },
    ] as Constraints[]) {
      world.published = [];
      await expect(measured(before, AT_AGGREGATOR, now)).rejects.toMatchObject(REFUSED);
      await expect(measured({ ...before, constraints: now }, AT_AGGREGATOR)).rejects.toMatchObject(REFUSED);
      expect(world.published).toEqual([]);
    }
  });

  test('rows meet in the one silo that keeps its own, unless labels stay elsewhere', async () => {
    const now = { rowsStay: ['weather'] };
    await measured({ interactions: true }, AT_BASE, now);
    expect(left()).not.toContain('rows of weather');
    expect(world.measuredAt).toBe('silo.weather');
    world.published = [];
    const labelsToo = { ...now, labelsStay: true };
    await expect(measured({ interactions: true }, AT_BASE, labelsToo)).rejects.toMatchObject(REFUSED);
    expect(world.published).toEqual([]);
  });

  test('a federated model is measured where the base table is, with keys under a secret', async () => {
    await measured({ federated: true }, AT_AGGREGATOR);
    expect(world.measuredAt).toBe('silo.airline');
    expect(left()).toEqual([]);
  });

  test('what the measures were taken of is told, with the constraints of both jobs', async () => {
    const { resolved } = await measured({ constraints: { keysStay: ['registry'] } }, AT_BASE, {
      keysStay: ['weather'],
      labelsStay: true,
    });
    expect(resolved.job.constraints).toMatchObject({ keysStay: ['registry', 'weather'], labelsStay: true });
  });
});
