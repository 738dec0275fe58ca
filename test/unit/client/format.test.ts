import { expect, test } from 'vitest';
import { measuresOf } from '../../../client/cli/format.js';

test('a mixture is judged by its likelihood, both criteria and the rows of each component', () => {
  const metrics = { rows: 5, logLikelihood: -1.25, bic: 30.5, aic: 28, clusters: [1, 4] };
  expect(measuresOf(metrics)).toEqual([
    ['log-likelihood of a row', '-1.250000'],
    ['BIC', '30.500000'],
    ['AIC', '28.000000'],
    ['rows by cluster', '1 4'],
  ]);
  const none = { rows: 0, logLikelihood: null, bic: null, aic: null, clusters: [0, 0] };
  expect(measuresOf(none)[0]).toEqual(['log-likelihood of a row', '–']);
});
