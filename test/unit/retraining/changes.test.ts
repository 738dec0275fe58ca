import { expect, test } from 'vitest';
import { changesBetween, sameTestRows } from '../../../core/retraining/changes.js';
import { parseRetrainRequest } from '../../../core/job/retrain-request.js';
import { resolvedJob } from '../../support/catalog-facts.js';

const before = resolvedJob();

test('nothing has changed where job and contents have the same hashes', () => {
  expect(changesBetween(before, resolvedJob())).toEqual({ job: false, tables: [] });
});

test('a table with another content is named once, and another job is told of', () => {
  const [first, ...others] = before.parties;
  if (first === undefined) throw new Error('the job has tables');
  const now = { ...before, jobHash: 'other', parties: [{ ...first, version: 'other' }, ...others] };
  expect(changesBetween(before, now)).toEqual({ job: true, tables: [`${first.silo}.${first.table}`] });
  const twice = { ...now, parties: [...now.parties, { ...first, id: 'again', version: 'other' }] };
  expect(changesBetween(before, twice).tables).toHaveLength(1);
});

test('a table that is new to the job counts as changed', () => {
  const [first] = before.parties;
  if (first === undefined) throw new Error('the job has tables');
  const now = { ...before, parties: [...before.parties, { ...first, id: 'new', table: 'new' }] };
  expect(changesBetween(before, now).tables).toEqual([`${first.silo}.new`]);
});

test('test rows are the same whatever the model and its columns are, and others by another split, label or join that drops rows', () => {
  const { job, joins } = before;
  expect(sameTestRows(before, { ...before, groups: [], jobHash: 'other' })).toBe(true);
  expect(sameTestRows(before, { ...before, job: { ...job, split: { ...job.split, seed: 99 } } })).toBe(false);
  const target = { ...job.target, base: 'other.table' };
  expect(sameTestRows(before, { ...before, job: { ...job, target } })).toBe(false);
  const inner = joins.map((join) => ({ ...join, scenario: 'inner' as const }));
  expect(sameTestRows(before, { ...before, joins: inner })).toBe(false);
  expect(sameTestRows(before, { ...before, joins: [] })).toBe(
    joins.every(({ matches }) => matches === 'one'),
  );
});

test('a retraining goes on from no run: a job that names one is refused by the field', () => {
  const job = { name: 'x', resumeFrom: 'train-x' };
  expect(() => parseRetrainRequest({ job })).toThrow(
    expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'job.resumeFrom' }),
  );
});
