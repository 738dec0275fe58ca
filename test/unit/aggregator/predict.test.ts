import { expect, test } from 'vitest';
import { freeName, freeNames } from '../../../core/integration/row-identity.js';

test.each([
  [[], 'prediction'],
  [['id', 'predictions'], 'prediction'],
  [['Prediction'], 'prediction_2'],
  [['PREDICTION_2', 'id', 'prediction'], 'prediction_3'],
  [['prediction_2'], 'prediction'],
])('predictions beside columns %j are called %s', (taken, name) => {
  expect(freeName('prediction', taken)).toBe(name);
});

test('columns that are predicted are called differently, in any case, whatever the classes are called', () => {
  const columns = new Map([
    ['class', 0],
    ['probability_a', 1],
    ['probability_A', 2],
    ['probability_A_2', 3],
  ]);
  expect([...freeNames(columns, ['id', 'Class'])]).toEqual([
    ['class_2', 0],
    ['probability_a', 1],
    ['probability_A_2', 2],
    ['probability_A_2_2', 3],
  ]);
});
