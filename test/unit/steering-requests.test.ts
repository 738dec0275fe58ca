import { describe, expect, test } from 'vitest';
import { differencesBetween } from '../../core/job/resume-differences.js';
import { newToleranceFor } from '../../workflows/new-tolerance.js';
import { resolvedJob } from '../support/catalog-facts.js';
import { smallSpec } from '../support/small-models.js';

const regression = smallSpec('logistic-regression');

describe('another tolerance for a training that goes on', () => {
  test.each([[{ tolerance: 1e-6 }], [{ maxRounds: 7 }], [{ tolerance: 0.5, maxRounds: 100_000 }]])(
    'is taken as it is: %j',
    (given) => {
      expect(newToleranceFor(regression, given)).toEqual(given);
    },
  );

  test.each([
    ['AMALUR_WRONG_TYPE', undefined],
    ['AMALUR_WRONG_TYPE', 1e-6],
    ['AMALUR_WRONG_TYPE', [1e-6]],
    ['AMALUR_WRONG_TYPE', {}],
    ['AMALUR_WRONG_TYPE', { tolerance: '1e-6' }],
    ['AMALUR_WRONG_TYPE', { tolerance: 0 }],
    ['AMALUR_WRONG_TYPE', { tolerance: -1 }],
    ['AMALUR_WRONG_TYPE', { tolerance: Infinity }],
    ['AMALUR_WRONG_TYPE', { tolerance: NaN }],
    ['AMALUR_WRONG_TYPE', { tolerance: 1e-6, maxRounds: 1.5 }],
    ['AMALUR_WRONG_TYPE', { maxRounds: 1e9 }],
    ['AMALUR_UNKNOWN_FIELD', { l2: 1 }],
  ])('is refused with %s: %j', (code, given) => {
    expect(() => newToleranceFor(regression, given)).toThrow(
      expect.objectContaining({ type: code, nonRetryable: true }),
    );
  });

  test('is refused for a model that has none', () => {
    for (const field of ['tolerance', 'maxRounds']) {
      expect(() => newToleranceFor(smallSpec('neural-network'), { [field]: 1 })).toThrow(
        expect.objectContaining({
          type: 'AMALUR_NOT_STEERABLE',
          details: [expect.objectContaining({ field })],
        }),
      );
    }
  });
});

describe('a job that goes on from a run', () => {
  const before = resolvedJob();

  test('may have another name, tolerance and maximal rounds', () => {
    const model = { ...before.job.model, tolerance: 0.1, maxRounds: 3 };
    const job = { ...before.job, name: 'other', resumeFrom: 'train-1', model } as typeof before.job;
    expect(differencesBetween(before, { ...before, job })).toEqual({ fields: [], tables: [] });
  });

  test('is told each field in which it differs, and each table that has changed', () => {
    const { job, parties } = before;
    const now = {
      job: { ...job, split: { ...job.split, seed: 123 }, model: { ...job.model, l2: 99 } } as typeof job,
      parties: parties.map((party, at) => (at === 0 ? { ...party, version: 'another' } : party)),
    };
    const { silo, table } = parties[0]!;
    expect(differencesBetween(before, now)).toEqual({
      fields: ['model.l2', 'split.seed'],
      tables: [`${silo}.${table}`],
    });
  });
});
