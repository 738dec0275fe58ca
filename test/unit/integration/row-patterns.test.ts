import { expect, test } from 'vitest';
import { MOST_PATTERNS, rowPatterns, rowsThatDiffer } from '../../../core/integration/row-patterns.js';

test('tables differ in the rows that both have with other numbers: NULL, or a row that one of them alone has, is no disagreement', () => {
  const layout = {
    rows: 5,
    joins: [],
    indices: new Map([
      ['a', Int32Array.of(0, 1, 2, 3, -1)],
      ['b', Int32Array.of(3, 2, 1, -1, 0)],
    ]),
  };
  const values = new Map([
    ['a', Float64Array.of(1, 0, NaN, 1)],
    ['b', Float64Array.of(1, 0, 1, 1)],
  ]);
  // Rows: 1 and 1, 0 and 1, NULL and 0, 1 alone, 1 alone.
  expect(rowsThatDiffer(layout, values)).toBe(1);
  expect(rowsThatDiffer(layout, new Map([['a', values.get('a')!]]))).toBe(0);
});

test('no more patterns are told than fit into a history, the most frequent ones', () => {
  // Row r has the tables of the bits of r; the last pattern, all of them, comes twice.
  const rows = 257;
  const has = (bit: number) =>
    Int32Array.from({ length: rows }, (_, row) => (((Math.min(row, 255) >> bit) & 1) === 1 ? row : -1));
  const parties = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
  const indices = new Map(parties.map((party, bit) => [party, has(bit)]));
  const patterns = rowPatterns({ rows, joins: [], indices });
  expect(patterns).toHaveLength(MOST_PATTERNS);
  expect(patterns[0]).toEqual({ parties, rows: 2 });
});
