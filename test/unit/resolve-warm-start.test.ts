import { expect, test } from 'vitest';
import type { BlobRef } from '../../core/exchange/store.js';
import { namesIn } from '../../core/garbage/roots.js';
import { startFrom, type StartingModel } from '../../core/job/check-warm-start.js';
import { differencesBetween } from '../../core/job/resume-differences.js';
import { shareId } from '../../core/job/resolved.js';
import type { JobInput } from '../../core/job/schema.js';
import { changesBetween } from '../../core/retraining/changes.js';
import { resolvedJob } from '../support/catalog-facts.js';

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

test('a run that began at a version is gone on from by a job that names another, or none', () => {
  const run = resolvedJob({ warmStart: 'm@3' });
  expect(differencesBetween(run, resolvedJob({ warmStart: 'm@4' })).fields).toEqual([]);
  expect(differencesBetween(run, resolved).fields).toEqual([]);
  const resumed = resolvedJob({ warmStart: 'm@3', resumeFrom: 'run' });
  expect(changesBetween(resumed, resolved).job).toBe(false);
});

test('where a training began is part of its job, and no change of it', () => {
  const warm = resolvedJob({ warmStart: 'm@3' });
  expect(warm.jobHash).not.toBe(resolved.jobHash);
  expect(changesBetween(warm, resolved).job).toBe(false);
  expect(changesBetween(warm, resolvedJob({ warmStart: 'm@4' })).job).toBe(false);
  expect(changesBetween(warm, resolvedJob({ split: { test: 0.5 } })).job).toBe(true);
});
