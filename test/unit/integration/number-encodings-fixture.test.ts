import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fitEncoder } from '../../../core/integration/encode.js';
import { trainingCounts } from '../../../core/integration/target-index.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { cellsOf, tableOf } from '../../support/encoded-cells.js';

interface Fixture {
  source: { number: (number | null)[]; grade: (number | null)[] };
  index: number[];
  trainRows: number;
  bins: Record<string, { count: number; edges: number[]; codes: number[] }[]>;
  splines: {
    at: 'quantiles' | 'uniform';
    knots: number;
    degree: number;
    extrapolation: 'constant' | 'linear';
    cells: number[][];
  }[];
  powers: { degree: number; cells: number[][] }[];
}

const fixture = JSON.parse(
  await readFile(new URL('../../fixtures/encoders/numbers.json', import.meta.url), 'utf8'),
) as Fixture;
const { source, index, trainRows } = fixture;
const data = tableOf(source.number.length, source);
const rows = Int32Array.from(index);
const counts = trainingCounts({ party: 's.t', sourceRows: data.rows, rows }, trainRows);

/** The joined table as it is encoded, from its source and how often training has each of its rows. */
function encoded(feature: FeatureColumn) {
  const encoder = fitEncoder(data, [feature], counts, trainRows);
  return { encoder, cells: cellsOf(data, encoder, rows) };
}

function expectCells(cells: number[][], expected: number[][]): void {
  expect(cells.map((row) => row.length)).toEqual(expected.map((row) => row.length));
  cells.forEach((row, at) => {
    row.forEach((cell, j) => {
      const exact = expected[at]?.[j] ?? NaN;
      expect(Math.abs(cell - exact), `row ${at}, column ${j}`).toBeLessThan(
        1e-11 * Math.max(1, Math.abs(exact)),
      );
    });
  });
}

describe('a number falls into the bin into which KBinsDiscretizer puts it, by quantiles of the joined table', () => {
  for (const [name, cases] of Object.entries(fixture.bins)) {
    test.each(cases)(`${name}, $count bins`, ({ count, edges, codes }) => {
      const { encoder, cells } = encoded({ name, encoding: 'bins', count });
      const [learned] = encoder.numeric;
      if (learned?.kind !== 'bins') throw new Error('not binned');
      expect(learned.edges).toHaveLength(edges.length);
      learned.edges.forEach((edge, at) => {
        expect(edge).toBeCloseTo(edges[at] ?? NaN, 12);
      });
      expect(cells.map((row) => row.indexOf(1))).toEqual(codes);
    });
  }
});

describe('a spline has the basis that SplineTransformer has of the joined table', () => {
  test.each(fixture.splines)(
    '$knots knots ($at), degree $degree, $extrapolation beyond them',
    ({ at, knots, degree, extrapolation, cells: expected }) => {
      const { cells } = encoded({
        name: 'number',
        encoding: 'spline',
        knots,
        degree,
        ...(at === 'uniform' && { at }),
        ...(extrapolation === 'linear' && { extrapolation }),
      });
      expectCells(cells, expected);
    },
  );
});

test.each(fixture.powers)(
  'powers to $degree are those of PolynomialFeatures over the scaled joined column',
  ({ degree, cells }) => {
    expectCells(encoded({ name: 'number', encoding: 'polynomial', degree }).cells, cells);
  },
);
