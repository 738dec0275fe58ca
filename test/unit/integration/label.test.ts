import { describe, expect, test } from 'vitest';
import { labelsOf, requireTwoClasses } from '../../../core/integration/label.js';
import { jobSchema, type Job } from '../../../core/job/schema.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';

const label = (rest: Partial<Job['target']['label']>) => ({ column: 'late', ...rest });
const job = (task: Job['task']) =>
  jobSchema.parse({
    name: 'late',
    task,
    target: { base: 'airline.flights', label: { column: 'late' } },
    model: { type: 'logistic-regression' },
  });

describe('labels', () => {
  test('numbers are taken as they are, NULL stays NaN', () => {
    expect(labelsOf(label({}), Float64Array.of(1.5, NaN, -2))).toEqual(Float64Array.of(1.5, NaN, -2));
  });

  test('atLeast: the threshold itself is of the positive class, NULL is of none', () => {
    const values = Float64Array.of(14.9, 15, 16, NaN, -Infinity);
    expect(labelsOf(label({ atLeast: 15 }), values)).toEqual(Float64Array.of(0, 1, 1, NaN, 0));
  });

  test('atLeast 0 is a threshold too', () => {
    expect(labelsOf(label({ atLeast: 0 }), Float64Array.of(-1, 0))).toEqual(Float64Array.of(0, 1));
  });

  test.each([
    ['yes', ['yes', 'no', null, 'Yes']],
    [1, ['1', '0', null, '11']],
    [0.5, ['0.5', '0', null, '0.05']],
    [1e-7, ['1e-07', '1e-08', null, '0']],
    [false, ['false', 'true', null, 'False']],
  ])('equals %j: the text of a category decides, exactly; NULL is of no class', (equals, texts) => {
    expect(labelsOf(label({ equals }), dictionaryOf(texts))).toEqual(Float64Array.of(1, 0, NaN, 0));
  });

  test('equals with a value that the column has not: no row is positive, none is NULL', () => {
    expect(labelsOf(label({ equals: 'maybe' }), dictionaryOf(['yes', 'no']))).toEqual(Float64Array.of(0, 0));
  });
});

describe('a classification', () => {
  const classes = (...labels: number[]) =>
    requireTwoClasses(job('classification'), Float64Array.from(labels));

  test('needs both classes among its training rows', () => {
    expect(() => classes(0, 1, 1)).not.toThrow();
    for (const labels of [[0, 0], [1], []]) {
      expect(() => classes(...labels)).toThrow(
        expect.objectContaining({ code: 'AMALUR_LABEL_ONE_CLASS', field: 'target.label' }) as Error,
      );
    }
  });

  test('needs both among the rows that weigh anything', () => {
    const weighted = (...weights: number[]) =>
      requireTwoClasses(job('classification'), Float64Array.of(0, 1, 1), Float64Array.from(weights));
    expect(() => weighted(2, 0, 0.5)).not.toThrow();
    expect(() => weighted(0, 1, 1)).toThrow(
      expect.objectContaining({ code: 'AMALUR_LABEL_ONE_CLASS', field: 'target.label' }) as Error,
    );
  });

  test.each([[2], [0.5], [NaN], [-1]])('has no class %d', (other) => {
    expect(() => classes(0, 1, other)).toThrow(
      expect.objectContaining({ code: 'AMALUR_WRONG_TYPE', field: 'target.label' }) as Error,
    );
  });

  test('a regression may have any numbers, even equal ones', () => {
    expect(() => requireTwoClasses(job('regression'), Float64Array.of(2, 2))).not.toThrow();
  });
});
