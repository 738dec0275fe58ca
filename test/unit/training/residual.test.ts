import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { gradientOf, hasResidual, residualTensors, wholeResidual } from '../../../core/training/residual.js';

const scene = fc
  .record({
    sourceRows: fc.integer({ min: 1, max: 6 }),
    columns: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 4 }),
    index: fc.array(fc.integer({ min: -1, max: 5 }), { maxLength: 12 }),
    numbers: fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 18, maxLength: 18 }),
    labels: fc.array(fc.nat(), { minLength: 12, maxLength: 12 }),
  })
  .map(({ sourceRows, columns, count, index, numbers, labels }) => ({
    table: denseMatrix(dense(sourceRows, columns, Float64Array.from(numbers.slice(0, sourceRows * columns)))),
    index: Int32Array.from(index, (row) => Math.min(row, sourceRows - 1)),
    assignment: { labels: Int32Array.from(index, (_, row) => labels[row]! % count), count },
  }));

function writtenOut({ labels, count }: { labels: Int32Array; count: number }) {
  const matrix = dense(labels.length, count);
  labels.forEach((label, row) => (matrix.data[row * count + label] = 1));
  return matrix;
}

test('an assignment gives the gradient of its matrix, whether rows occur once, often or never', () => {
  fc.assert(
    fc.property(scene, ({ table, index, assignment }) => {
      const short = residualTensors(assignment, index, table.rows);
      const full = residualTensors(writtenOut(assignment), index, table.rows);
      expect(gradientOf(table, short)).toEqual(gradientOf(table, full));
      const occurrences = [...index].filter((row) => row >= 0);
      expect('assignment' in short).toBe(new Set(occurrences).size === occurrences.length);
    }),
  );
});

test('an assignment of all rows of a table is its labels', () => {
  const table = denseMatrix(dense(3, 1, Float64Array.of(1, 2, 4)));
  const tensors = wholeResidual({ labels: Int32Array.of(1, 0, 1), count: 3 });
  expect([...gradientOf(table, tensors).data]).toEqual([2, 5, 0]);
});

test('picked rows give the gradient of their indicators, and travel as their positions', () => {
  fc.assert(
    fc.property(scene, fc.array(fc.nat(), { maxLength: 4 }), ({ table, index }, choices) => {
      const picked = index.length === 0 ? [] : choices.map((choice) => choice % index.length);
      const indicators = dense(index.length, picked.length);
      picked.forEach((row, at) => (indicators.data[row * picked.length + at] = 1));
      const short = residualTensors({ picked }, index, table.rows);
      const full = residualTensors(indicators, index, table.rows);
      expect(hasResidual(short)).toBe(true);
      expect(gradientOf(table, short)).toEqual(gradientOf(table, full));
      expect(Object.values(short).map(({ data }) => data.length)).toEqual([picked.length]);
      const whole = wholeResidual({ picked: [0, 0] });
      expect(gradientOf(table, whole)).toEqual(
        gradientOf(table, residualTensors({ picked: [0, 0] }, Int32Array.of(0), 1)),
      );
    }),
  );
});

test('a batch gives the gradient of its rows among zeros, and travels as the source rows that occur in it', () => {
  fc.assert(
    fc.property(
      scene,
      fc.array(fc.boolean(), { minLength: 12, maxLength: 12 }),
      ({ table, index }, chosen) => {
        const rows = Int32Array.from([...index.keys()].filter((row) => chosen[row]).reverse());
        const values = dense(
          rows.length,
          2,
          Float64Array.from({ length: 2 * rows.length }, (_, at) => at - 3),
        );
        const written = dense(index.length, 2);
        rows.forEach((row, at) => written.data.set(values.data.subarray(2 * at, 2 * at + 2), 2 * row));
        const short = residualTensors({ rows, values }, index, table.rows);
        expect(hasResidual(short)).toBe(true);
        expect(gradientOf(table, short)).toEqual(
          gradientOf(table, residualTensors(written, index, table.rows)),
        );
        const occurring = new Set([...rows].map((row) => index[row]!).filter((row) => row >= 0));
        expect([...short.rows!.data]).toEqual([...occurring].sort((a, b) => a - b));
        expect(short.residual!.shape).toEqual([occurring.size, 2]);
      },
    ),
  );
});
