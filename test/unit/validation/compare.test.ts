import { describe, expect, test } from 'vitest';
import { averaged, bestOf, chosenOf } from '../../../core/validation/compare.js';

const trial = (l2: number, ...values: (number | null)[]) => ({ parameters: { l2 }, ...averaged(values) });

describe('a measure over the folds', () => {
  test('has the mean and the standard deviation, with k − 1 below', () => {
    expect(averaged([1, 2, 3, 6])).toMatchObject({ mean: 3, deviation: Math.sqrt(14 / 3) });
    expect(averaged([4])).toEqual({ values: [4], mean: 4, deviation: null });
  });

  test('leaves out folds in which it is not defined', () => {
    expect(averaged([1, null, 3])).toEqual({ values: [1, null, 3], mean: 2, deviation: Math.SQRT2 });
    expect(averaged([null, null])).toEqual({ values: [null, null], mean: null, deviation: null });
  });
});

describe('the chosen trial', () => {
  test('has the smallest error, or the largest AUC; of equals it is the first', () => {
    const trials = [trial(1, 0.6, 0.8), trial(2, 0.5, 0.7), trial(3, 0.7, 0.5), trial(4, 0.9, 0.9)];
    expect(bestOf(trials, 'logLoss')).toBe(1);
    expect(bestOf(trials, 'auc')).toBe(3);
    expect(chosenOf(trials, 'rmse', 'best')).toBe(1);
  });

  test('within one standard error has the largest l2', () => {
    // The best has the mean 0.5, the deviation 0.141 and the standard error 0.1.
    const best = trial(0.01, 0.4, 0.6);
    const trials = [trial(0.001, 0.5, 0.56), best, trial(0.1, 0.55, 0.6), trial(1, 0.6, 0.64)];
    expect(best.deviation! / Math.SQRT2).toBeCloseTo(0.1, 12);
    expect(chosenOf(trials, 'rmse', 'one-standard-error')).toBe(2);
    expect(chosenOf(trials, 'rmse', 'best')).toBe(1);
  });

  test('within one standard error and of the same l2 is the better one', () => {
    const trials = [trial(0.01, 0.4, 0.6), trial(1, 0.58, 0.58), trial(1, 0.54, 0.54), trial(1, 0.56, 0.56)];
    expect(chosenOf(trials, 'mae', 'one-standard-error')).toBe(2);
  });

  test('within one standard error has the largest l1 of a path', () => {
    const along = [4, 2, 1, 0.5].map((l1, at) => {
      const means = [0.7, 0.58, 0.55, 0.5];
      return { ...trial(0.01, means[at]! - 0.1, means[at]! + 0.1), parameters: { l1, l2: 0.01 } };
    });
    expect(chosenOf(along, 'rmse', 'one-standard-error')).toBe(1);
    expect(chosenOf(along, 'rmse', 'best')).toBe(3);
  });

  test('is none where the measure is defined in no fold', () => {
    expect(chosenOf([trial(1, null, null)], 'auc', 'best')).toBe(-1);
    expect(chosenOf([trial(1, null, null)], 'auc', 'one-standard-error')).toBe(-1);
    expect(bestOf([trial(1, null, null), trial(2, 0.5, null)], 'auc')).toBe(1);
  });
});
