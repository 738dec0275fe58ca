import { describe, expect, test } from 'vitest';
import { resolveWithStart } from '../../activities/catalog/resolve-with-start.js';
import type { Catalog } from '../../catalog/catalog.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { namesIn } from '../../core/garbage/roots.js';
import { startFrom, type StartingModel } from '../../core/job/check-warm-start.js';
import { parseJob } from '../../core/job/resolve.js';
import { differencesBetween } from '../../core/job/resume-differences.js';
import { shareId, type ResolvedJob } from '../../core/job/resolved.js';
import type { JobInput } from '../../core/job/schema.js';
import { changesBetween } from '../../core/retraining/changes.js';
import { resolvedJob } from '../support/catalog-facts.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';

const ref = (home: BlobRef['home'], digit: string): BlobRef =>
  ({ home, sha256: digit.repeat(64) }) as BlobRef;

const resolved = resolvedJob();
const shares = resolved.groups.flatMap((group) => group.shares.map(({ party }) => shareId(group, party)));
const siloOf = (id: string) => resolved.parties.find((party) => party.id === id)?.silo ?? '';

function modelOf(
  change: Partial<StartingModel['manifest']> = {},
  job: Partial<JobInput> = {},
): StartingModel {
  const parts = Object.fromEntries(shares.map((id) => [id, ref('exchange', 'a')]));
  return {
    ...{ name: 'm', version: 3, resolved: resolvedJob(job) },
    manifest: { intercept: 0.5, parts, ...change },
  };
}

const refusal = (message: string) =>
  expect.objectContaining({ code: 'AMALUR_START_MISFIT', field: 'warmStart', message });

test('a start is the parts of the tables that the version knows, whose blobs are those of its manifest', () => {
  const model = modelOf();
  const start = startFrom(resolved, model);
  expect(start).toEqual({ model: 'm@3', parts: model.manifest.parts, own: [0.5] });
  // What the catalog keeps for its models is kept for the runs that begin with them.
  expect(namesIn(JSON.stringify(model.manifest))).toEqual(
    expect.arrayContaining(namesIn(JSON.stringify(start.parts))),
  );
  const [first = ''] = shares;
  const some = startFrom(
    resolved,
    modelOf({ parts: { [first]: ref('exchange', 'b'), gone: ref('exchange', 'c') } }),
  );
  expect(Object.keys(some.parts)).toEqual([first]);
});

test('a version of another kind or size, or of other tables, is no start', () => {
  const other = modelOf();
  const as = (model: object) =>
    ({
      ...other,
      resolved: { ...other.resolved, job: { ...other.resolved.job, model } },
    }) as unknown as StartingModel;
  const pca = { ...resolved, job: { ...resolved.job, model: { type: 'pca' } } } as unknown as typeof resolved;
  expect(() => startFrom(pca, other)).toThrow(refusal('a principal component analysis has no start'));
  expect(() => startFrom(resolved, as({ type: 'poisson-regression' }))).toThrow(/is a poisson-regression/);
  const clusters = (count: number) =>
    ({
      ...resolved,
      job: { ...resolved.job, model: { type: 'k-means', clusters: count } },
    }) as unknown as typeof resolved;
  expect(() => startFrom(clusters(3), as({ type: 'k-means', clusters: 4 }))).toThrow(
    /model.clusters differs/,
  );
  expect(startFrom(clusters(4), as({ type: 'k-means', clusters: 4 })).model).toBe('m@3');
  expect(() => startFrom(resolved, modelOf({ parts: {} }))).toThrow(
    refusal("m@3 has no parameters of the job's columns, or they came from other tables together"),
  );
});

test('parameters that stay in silos begin a federated training only, each in its own silo', () => {
  const parts = Object.fromEntries(shares.map((id) => [id, ref(`private:silo.${siloOf(id)}`, 'd')]));
  expect(() => startFrom(resolved, modelOf({ parts }))).toThrow(
    refusal('the parameters of m@3 stay in their silos'),
  );
  const federated = { ...resolved, job: { ...resolved.job, strategy: 'federate' as const } };
  expect(startFrom(federated, modelOf({ parts })).parts).toEqual(parts);
  const elsewhere = Object.fromEntries(shares.map((id) => [id, ref('private:silo.other', 'e')]));
  expect(() => startFrom(federated, modelOf({ parts: elsewhere }))).toThrow(/another part in the job/);
});

test('what remembers rows is no start where these are to test the training; the solution of a convex problem remembers none', () => {
  const split = { test: 0.5 };
  expect(startFrom(resolved, modelOf({}, { split })).model).toBe('m@3');
  const clusters = { type: 'k-means', clusters: 4 };
  const now = { ...resolved, job: { ...resolved.job, model: clusters } } as unknown as typeof resolved;
  const before = (job: Partial<JobInput>) => {
    const model = modelOf({}, job);
    return {
      ...model,
      resolved: { ...model.resolved, job: { ...model.resolved.job, model: clusters } },
    } as unknown as StartingModel;
  };
  expect(startFrom(now, before({}))).toMatchObject({ model: 'm@3', own: [] });
  expect(() => startFrom(now, before({ split }))).toThrow(
    /has learned from rows that are to test this training/,
  );
});

describe('a run that goes on from another', () => {
  const model = modelOf();
  const run = { ...resolvedJob({ warmStart: 'm@3' }), start: startFrom(resolved, model) };
  /** The other run, and a version that its model has had since. */
  const catalogOf = (before: ResolvedJob | null) =>
    ({
      tables: { list: () => Promise.resolve(flightsTables) },
      runs: { get: () => Promise.resolve({ resolved: before }) },
      models: { get: () => Promise.resolve({ ...model, version: 4 }), list: () => Promise.resolve([]) },
    }) as unknown as Catalog;
  const now = (change: Partial<JobInput>, before: ResolvedJob | null = run, without: string[] = []) =>
    resolveWithStart(catalogOf(before), parseJob({ ...flightsJob, ...change }), without);

  test.each([{ warmStart: 'm' }, { warmStart: 'm@4' }, {}])(
    'has begun as that one did, whatever its job says of it: %j',
    async (change) => {
      const resumed = await now({ ...change, resumeFrom: 'run' });
      expect(resumed.start).toEqual(run.start);
      expect(resumed.job.warmStart).toBe('m@3');
      expect(resumed.jobHash).toBe(run.jobHash);
      expect(differencesBetween(run, resumed)).toEqual({ fields: [], tables: [] });
      expect(changesBetween(resumed, resolved).job).toBe(false);
    },
  );

  test('has begun by itself where that one did, or never got so far', async () => {
    for (const before of [resolved, null]) {
      const resumed = await now({ warmStart: 'm', resumeFrom: 'run' }, before);
      expect(resumed.start).toBeUndefined();
      expect(resumed.jobHash).toBe(resolved.jobHash);
      expect(differencesBetween(resolved, resumed).fields).toEqual([]);
    }
  });

  test('begins as its job says where a silo is left out: that is another training', async () => {
    const { silo = '' } = resolved.parties.at(-1) ?? {};
    const anew = await now({ warmStart: 'm', resumeFrom: 'run' }, run, [silo]);
    expect(anew.start?.model).toBe('m@4');
  });
});

test('where a training began is part of its job, and no change of it', () => {
  const warm = resolvedJob({ warmStart: 'm@3' });
  expect(warm.jobHash).not.toBe(resolved.jobHash);
  expect(changesBetween(warm, resolved).job).toBe(false);
  expect(changesBetween(warm, resolvedJob({ warmStart: 'm@4' })).job).toBe(false);
  expect(changesBetween(warm, resolvedJob({ split: { test: 0.5 } })).job).toBe(true);
});
