import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import { localTable, type LocalSource } from '../../../core/integration/local-table.js';
import type { FeatureColumn, InteractionAcross } from '../../../core/job/resolved.js';
import { jobSchema } from '../../../core/job/schema.js';
import { interactionBundle, readInteractions } from '../../../core/models/interaction-part.js';
import { familyOf } from '../../../core/models/programs.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { tableOf } from '../../support/encoded-cells.js';

const ROWS = 80;
const numbers = Array.from({ length: ROWS }, (_, row) => Math.round(50 * (1 + Math.sin(row * row))));

/** A table of 80 rows whose number decides with that of the other, and one of 5 rows that it refers to. */
const features: FeatureColumn[] = [
  { name: 'x', encoding: 'polynomial', degree: 2, scale: 'min-max' },
  { name: 'c', encoding: 'categorical' },
];
const sources: LocalSource[] = [
  {
    ...{ id: 'a.t', features: features.map((one) => (one.name === 'x' ? { ...one, times: ['c'] } : one)) },
    data: tableOf(
      ROWS,
      { x: numbers.map((n, row) => (row % 9 === 4 ? null : n)) },
      {
        c: numbers.map((n) => (n % 7 === 0 ? null : n % 2 === 0 ? 'even' : 'odd')),
      },
    ),
  },
  {
    ...{ id: 'b.t', features },
    data: tableOf(5, { x: [1, 9, null, 4, 2] }, { c: ['p', 'q', 'p', null, 'q'] }),
  },
];
const target = {
  ...{ rows: ROWS, trainRows: 60 },
  labels: Float64Array.from(numbers, (n, row) => Number((n - 50) * ((row % 6) - 2) > 0)),
  groups: [
    { id: 'a.t', shares: [{ party: 'a.t', sourceRows: ROWS, rows: Int32Array.from(numbers.keys()) }] },
    {
      id: 'b.t',
      shares: [
        { party: 'b.t', sourceRows: 5, rows: Int32Array.from(numbers.keys(), (row) => (row % 6) - 1) },
      ],
    },
  ],
};
const of = (group: string, column: string) => ({ group, column });
const interactions: InteractionAcross[] = [
  [of('a.t', 'x'), of('b.t', 'x')],
  [of('b.t', 'c'), of('a.t', 'c')],
  [of('a.t', 'x'), of('b.t', 'c')],
];

describe.each([
  { type: 'logistic-regression', l2: 0.01, tolerance: 1e-11 },
  { type: 'linear-regression', l2: 0.01, solver: 'gram' },
  { type: 'linear-regression', l2: 0.01, solver: 'l-bfgs', tolerance: 1e-11 },
  { type: 'k-means', clusters: 3 },
  { type: 'gaussian-mixture', components: 2, varianceFloor: 0.01 },
  { type: 'nmf', rank: 2, maxRounds: 50 },
  { type: 'pca', components: 3 },
])('$type with products of columns of one table and of two', (given) => {
  const spec = jobSchema.shape.model.parse(given);
  const fitted = (form: 'materialized' | 'factorized') => {
    const options = { ...familyOf(spec.type).encoding, interactions };
    const { train, names } = localTable(form, sources, target, options);
    const labels = familyOf(spec.type).encoding?.nonNegative || ['k-means', 'gaussian-mixture'].includes(spec.type) ? new Float64Array(0) : target.labels.subarray(0, 60); // prettier-ignore
    return { names, ...runLocally({ table: train, names, labels, spec, rounds: 2000 }) };
  };

  test('learns from the factorized table what it learns from the materialized one, to 1e-8', () => {
    const [one, other] = [fitted('factorized'), fitted('materialized')];
    // 5 and 5 columns of their own, 6 within the first table; 4, 9 and 6 between the two.
    expect(one.names).toHaveLength(5 + 6 + 5 + 4 + 9 + 6);
    expect(new Set(one.names).size).toBe(one.names.length);
    expect(one.parameters.rows).toBe(one.names.length);
    one.parameters.data.forEach((value, at) => {
      expect(Math.abs(value - other.parameters.data[at]!)).toBeLessThan(1e-8);
    });
    expect(one.parameters.data.some((value) => value !== 0)).toBe(true);
  });
});

test('what products weigh comes back from storage as it was', () => {
  const part = { pairs: interactions, theta: dense(2, 1, Float64Array.of(0.1, -3)) };
  const { json, tensors } = interactionBundle(part);
  expect(readInteractions({ json: JSON.parse(JSON.stringify(json)) as typeof json, tensors })).toEqual(part);
});
