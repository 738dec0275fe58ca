import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { parseJob } from '../../../core/job/resolve.js';
import type { Validation } from '../../../core/job/search-schema.js';
import { blockAt, blocksOf, foldsOf, requireFolds } from '../../../core/validation/folds.js';
import { flightsJob } from '../../support/flights-job.js';

const byRows = (folds: number): Validation => ({ folds, by: 'rows', seed: 0 });
const byTime = (folds: number): Validation => ({ folds, by: { time: 'day' }, seed: 0 });

const positions = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), { maxLength: 60 });
const count = fc.integer({ min: 2, max: 7 });

describe('folds by rows or groups', () => {
  test('are disjoint, cover all rows, and learn from all rows but their own', () => {
    fc.assert(
      fc.property(positions, count, (at, k) => {
        const blocks = blocksOf(byRows(k), blockAt(Float64Array.from(at), k));
        const folds = foldsOf(blocks, byRows(k));
        const validated = folds.flatMap(({ validate }) => [...validate]);
        expect(validated.sort((a, b) => a - b)).toEqual(at.map((_, row) => row));
        for (const { train, validate, blocks: learned } of folds) {
          expect([...train, ...validate].sort((a, b) => a - b)).toEqual(at.map((_, row) => row));
          expect([...train]).toEqual([...train].sort((a, b) => a - b));
          expect([...train].every((row) => learned.includes(blocks[row]!))).toBe(true);
        }
      }),
    );
  });

  test('put each row where its own position says, whatever the order of the rows', () => {
    fc.assert(
      fc.property(positions, count, (at, k) => {
        const forth = blockAt(Float64Array.from(at), k);
        const back = blockAt(Float64Array.from(at).reverse(), k);
        expect([...back].reverse()).toEqual([...forth]);
        expect([...forth].every((block) => Number.isInteger(block) && block >= 0 && block < k)).toBe(true);
      }),
    );
  });
});

describe('folds by time', () => {
  const times = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 60 });

  test('learn from earlier rows only, from more and more of them, and keep rows of one time together', () => {
    fc.assert(
      fc.property(times, count, (at, k) => {
        const blocks = blocksOf(byTime(k), Float64Array.from(at));
        at.forEach((time, row) =>
          at.forEach((other, there) => {
            if (time === other) expect(blocks[row]).toBe(blocks[there]);
            if (time < other) expect(blocks[row]).toBeLessThanOrEqual(blocks[there]!);
          }),
        );
        const folds = foldsOf(blocks, byTime(k));
        expect(folds).toHaveLength(k);
        folds.forEach(({ train, validate }, fold) => {
          const latest = Math.max(...[...train].map((row) => at[row]!));
          for (const row of validate) expect(at[row]).toBeGreaterThan(latest);
          const before = folds[fold - 1];
          if (before)
            expect([...train]).toEqual(expect.arrayContaining([...before.train, ...before.validate]));
        });
      }),
    );
  });

  test('of different times have as many rows each, within one', () => {
    const blocks = blocksOf(
      byTime(4),
      Float64Array.from({ length: 23 }, (_, row) => (row * 7) % 23),
    );
    const sizes = Array.from({ length: 5 }, (_, block) => blocks.filter((one) => one === block).length);
    expect(sizes).toEqual([4, 5, 4, 5, 5]);
  });

  test('need a time in every row', () => {
    expect(() => blocksOf(byTime(2), Float64Array.of(1, NaN, 3))).toThrow(
      expect.objectContaining({ code: 'AMALUR_WRONG_TYPE', field: 'validation.by.time' }),
    );
  });
});

interface Given {
  readonly weights?: readonly number[];
  readonly validation?: Validation;
  /** Whether the labels are counts. */
  readonly counts?: boolean;
}

describe('folds that nothing can be learned from', () => {
  function refusal(
    blocks: readonly number[],
    labels: readonly number[],
    { weights, validation = byRows(2), counts = false }: Given = {},
  ): AmalurError {
    const ofCounts = { task: 'regression', model: { type: 'poisson-regression' } };
    const job = parseJob({ ...flightsJob, validation, ...(counts && ofCounts) });
    const training = {
      ...{ rows: labels.length, trainRows: labels.length, groups: [] },
      ...{ labels: Float64Array.from(labels), blocks: Int32Array.from(blocks) },
      ...(weights && { weights: Float64Array.from(weights) }),
    };
    try {
      requireFolds(job, training);
    } catch (error) {
      if (error instanceof AmalurError) return error;
      throw error;
    }
    throw new Error('the folds were not refused');
  }

  test.each([
    ['no rows to be measured on', [0, 0, 0], [0, 1, 1], {}, 'AMALUR_EMPTY_TARGET'],
    ['rows of one time', [1, 1, 1], [0, 1, 1], { validation: byTime(2) }, 'AMALUR_EMPTY_TARGET'],
    ['rows of one class', [0, 0, 1, 1], [1, 1, 0, 1], {}, 'AMALUR_LABEL_ONE_CLASS'],
    ['no weight', [0, 1, 1, 0], [1, 0, 1, 0], { weights: [1, 0, 0, 1] }, 'AMALUR_EMPTY_TARGET'],
    [
      'one class that weighs',
      [0, 1, 1, 0],
      [1, 0, 1, 0],
      { weights: [1, 0, 1, 1] },
      'AMALUR_LABEL_ONE_CLASS',
    ],
    ['counts that are all 0', [0, 0, 1, 1], [2, 0, 0, 0], { counts: true }, 'AMALUR_LABEL_OUT_OF_RANGE'],
    [
      'counts of which none that weighs is above 0',
      [0, 0, 1, 1],
      [2, 0, 3, 0],
      { counts: true, weights: [1, 1, 0, 1] },
      'AMALUR_LABEL_OUT_OF_RANGE',
    ],
  ] as const)('%s', (_what, blocks, labels, given, code) => {
    expect(refusal(blocks, labels, given)).toMatchObject({ code, field: 'validation.folds' });
  });

  test('counts that are all 0 where they weigh anything', () => {
    const model = { type: 'poisson-regression' };
    const job = parseJob({ ...flightsJob, task: 'regression', model, validation: byRows(2) });
    const training = (weights: readonly number[]) => ({
      ...{ rows: 4, trainRows: 4, groups: [], labels: Float64Array.of(0, 3, 0, 1) },
      ...{ blocks: Int32Array.of(0, 0, 1, 1), weights: Float64Array.from(weights) },
    });
    expect(() => requireFolds(job, training([1, 1, 1, 0]))).toThrow(
      expect.objectContaining({ code: 'AMALUR_LABEL_OUT_OF_RANGE', field: 'validation.folds' }),
    );
    expect(() => requireFolds(job, training([1, 1, 1, 1]))).not.toThrow();
  });

  test('are not refused where each has rows of both classes', () => {
    expect(() => refusal([0, 0, 1, 1], [1, 0, 0, 1])).toThrow('the folds were not refused');
  });
});
