import { expect, test } from 'vitest';
import { measuresOf } from '../../../client/cli/format.js';
import { showManyClasses } from '../../../client/cli/show-confusion.js';

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

test('a name of a class moves no cursor of a terminal and breaks no line', () => {
  const score = { rows: 2, precision: 1, recall: 1, f1: 1 };
  const found = { codes: [0, 1], others: false, classes: [score, score] };
  const matrix = [
    [2, 0],
    [0, 2],
  ];
  const text = showManyClasses({ ...found, matrix }, ['\u001b[2Jgone', 'two\nlines\u009b']);
  expect(text).toContain('predicted \\u001b[2Jgone');
  expect(text).toContain('predicted two\\u000alines\\u009b');
  expect(text).toMatch(/^[^\p{Cc}]+(\n[^\p{Cc}]+)*$/u);
  expect(text.split('\n')).toHaveLength(4);
});
