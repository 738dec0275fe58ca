import { expect, test } from 'vitest';
import { showValidation } from '../../../client/cli/show-validation.js';
import { averaged } from '../../../core/validation/compare.js';
import type { ValidationReport } from '../../../core/validation/report.js';

const folds = [
  { train: 200, validate: 100 },
  { train: 180, validate: 1120 },
];
const trials = [
  { parameters: { l2: 0.01, solver: 'auto' }, ...averaged([2, 3]) },
  { parameters: { l2: 0.1, solver: 'auto' }, ...averaged([1, 2]) },
];
const searched: ValidationReport = {
  ...{ by: { group: 'person' }, folds, trials, chosen: 1 },
  ...{ measure: 'rmse', choose: 'best' },
  measures: { rmse: averaged([1, 2]), r2: averaged([0.5, null]) },
};

test('a search is shown with each fold of the chosen trial, and with all trials', () => {
  const lines = showValidation(searched).split('\n');
  const words = lines.map((line) => line.trim().split(/\s{2,}/));
  expect(words[0]).toEqual(['2 folds by groups, person', 'mean', 'deviation', 'fold 1', 'fold 2']);
  expect(words).toContainEqual(['RMSE', '1.500000', '0.707107', '1.000000', '2.000000']);
  expect(words).toContainEqual(['R²', '0.500000', '–', '0.500000', '–']);
  expect(words).toContainEqual(['rows', '–', '–', '100', '1,120']);
  expect(words).toContainEqual(['l2', 'solver', 'RMSE', 'deviation']);
  expect(words).toContainEqual(['0.01', 'auto', '2.500000', '0.707107']);
  expect(words).toContainEqual(['→', '0.1', 'auto', '1.500000', '0.707107']);
  expect(lines.at(-1)).toBe('→ chosen by the best mean over the folds; test rows took no part');
});

test('of a model that sets parameters to 0 each trial tells how many are not, in the mean of the folds', () => {
  const sparse = trials.map((trial, at) => ({ ...trial, nonZero: [at, at + 3] }));
  const words = showValidation({ ...searched, trials: sparse })
    .split('\n')
    .map((line) => line.trim().split(/\s{2,}/));
  expect(words).toContainEqual(['l2', 'solver', 'RMSE', 'deviation', 'not 0']);
  expect(words).toContainEqual(['→', '0.1', 'auto', '1.500000', '0.707107', '2.5']);
});

test('without a search only the folds are shown, and of many folds mean and deviation', () => {
  const [, only] = trials;
  const alone = { ...searched, trials: [{ ...only!, parameters: {} }], chosen: 0 };
  expect(showValidation(alone)).not.toContain('chosen');
  const many = Array.from({ length: 11 }, () => folds[0]!);
  expect(showValidation({ ...alone, folds: many, by: { time: 'day' } })).not.toContain('fold 1');
  expect(showValidation({ ...alone, folds: many, by: { time: 'day' } })).toContain('11 folds by time, day');
});
