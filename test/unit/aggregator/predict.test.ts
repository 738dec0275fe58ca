import { expect, test } from 'vitest';
import { freeName } from '../../../core/integration/row-identity.js';

test.each([
  [[], 'prediction'],
  [['id', 'predictions'], 'prediction'],
  [['Prediction'], 'prediction_2'],
  [['PREDICTION_2', 'id', 'prediction'], 'prediction_3'],
  [['prediction_2'], 'prediction'],
])('predictions beside columns %j are called %s', (taken, name) => {
  expect(freeName('prediction', taken)).toBe(name);
});
