import { describe, expect, test } from 'vitest';
import { identityColumns } from '../../../core/algebra/dense.js';
import { encode, fitEncoder } from '../../../core/integration/encode.js';
import { encodedColumns } from '../../../core/integration/encoder.js';
import { localTable } from '../../../core/integration/local-table.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { cellsOf, tableOf } from '../../support/encoded-cells.js';

const numeric = (name: string): FeatureColumn => ({ name, encoding: 'numeric' });
const categorical = (name: string): FeatureColumn => ({ name, encoding: 'categorical' });

const once = (rows: number) => new Float64Array(rows).fill(1);

describe('a numeric column', () => {
  const fit = (cells: (number | null)[], counts = once(cells.length), rows = cells.length) =>
    fitEncoder(tableOf(cells.length, { x: cells }), [numeric('x')], counts, rows).numeric[0];

  test('has the mean of the rows with a value, and the deviation after the others have got that mean', () => {
    // Imputed the column is 1, 3, 2, 2: squares 1 + 1 over four rows.
    expect(fit([1, 3, null, null])).toMatchObject({ center: 2, scale: Math.sqrt(2 / 4) });
  });

  test('counts a source row as often as training has it; target rows without a match are imputed ones', () => {
    // 0 three times, 4 once, 100 only in testing, and four rows more that matched nothing.
    expect(fit([0, 4, 100], Float64Array.of(3, 1, 0), 8)).toMatchObject({
      center: 1,
      scale: Math.sqrt((3 * 1 + 9) / 8),
    });
  });

  test.each<[string, (number | null)[], number]>([
    ['all NULL', [null, null], 0],
    ['constant', [7, 7, null], 7],
    ['constant but for rounding', [0.1, 0.1, 0.1], 0.1],
    ['of one row', [5], 5],
    ['of no row', [], 0],
  ])('that is %s is zero everywhere, never NaN', (_what, cells, mean) => {
    const data = tableOf(cells.length, { x: cells });
    const encoder = fitEncoder(data, [numeric('x')], once(cells.length), Math.max(1, cells.length));
    expect(encoder.numeric).toMatchObject([{ center: expect.closeTo(mean, 12), scale: 1 }]);
    for (const [cell] of cellsOf(data, encoder)) expect(cell).toBeCloseTo(0, 12);
  });

  test('that has values only in rows that training has not is not learned from', () => {
    expect(fit([null, 8], Float64Array.of(2, 0), 2)).toMatchObject({ center: 0, scale: 1 });
  });

  test('keeps a small spread around a large mean', () => {
    const cells = [1_700_000_000, 1_700_000_001];
    expect(fit(cells)).toMatchObject({ center: 1_700_000_000.5, scale: 0.5 });
  });
});

describe('a categorical column', () => {
  const data = tableOf(4, {}, { port: ['LGA', null, 'EWR', 'JFK'] });
  // JFK occurs in testing alone.
  const encoder = fitEncoder(data, [categorical('port')], Float64Array.of(1, 1, 2, 0), 4);

  test('has a column per level of training in ascending order, and one for any other', () => {
    expect(encodedColumns(encoder)).toEqual(['port=EWR', 'port=LGA', 'port=(other)']);
    expect(cellsOf(data, encoder)).toEqual([
      [0, 1, 0],
      [0, 0, 0],
      [1, 0, 0],
      [0, 0, 1],
    ]);
  });

  test('at prediction, unseen levels are "other" and NULL is none, whatever codes the new table has', () => {
    const fresh = tableOf(5, {}, { port: ['AAA', 'LGA', null, 'ZZZ', 'EWR'] });
    expect(cellsOf(fresh, encoder)).toEqual([
      [0, 0, 1],
      [0, 1, 0],
      [0, 0, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });

  test('a row without a match has no level', () => {
    expect(cellsOf(data, encoder, Int32Array.of(2, -1))).toEqual([
      [1, 0, 0],
      [0, 0, 0],
    ]);
  });

  test('that is all NULL in training has the column for others alone', () => {
    const empty = fitEncoder(tableOf(2, {}, { port: [null, null] }), [categorical('port')], once(2), 2);
    expect(encodedColumns(empty)).toEqual(['port=(other)']);
    expect(cellsOf(data, empty)).toEqual([[1], [0], [1], [1]]);
  });

  test('levels differ by case, by spaces and by how a letter is composed', () => {
    const levels = ['a', 'A', ' a', '', '\u00e9', 'e\u0301'];
    const fitted = fitEncoder(tableOf(6, {}, { c: levels }), [categorical('c')], once(6), 6);
    expect(fitted.categorical).toMatchObject([{ levels: [...levels].sort() }]);
  });
});

describe('D_k', () => {
  const data = tableOf(2, { a: [0, 2], b: [1, 1] }, { c: ['u', 'v'] });

  test('has numeric columns first, then categories, each in the order of the job', () => {
    const encoder = fitEncoder(data, [categorical('c'), numeric('b'), numeric('a')], once(2), 2);
    expect(encodedColumns(encoder)).toEqual(['b', 'a', 'c=u', 'c=v', 'c=(other)']);
    expect(cellsOf(data, encoder)).toEqual([
      [0, -1, 1, 0, 0],
      [0, 1, 0, 1, 0],
    ]);
  });

  test('keeps what a column spreads around a mean that is many times larger', () => {
    // Seconds since 1970 as microseconds: the products of such columns must not cancel.
    const cells = Array.from({ length: 1000 }, (_, row) => 1e15 + 1000 * Math.sin(row) + 100 * (row % 7));
    const large = tableOf(cells.length, { x: cells });
    const encoder = fitEncoder(large, [numeric('x')], once(cells.length), cells.length);
    const [time] = encoder.numeric;
    if (time?.kind !== 'numeric') throw new Error('a number is encoded as one');
    const expected = cells.map((cell) => (cell - time.center) / time.scale);
    const sumOf = (values: number[]) => values.reduce((sum, value) => sum + value, 0);
    for (const table of [encode(large, encoder), encode(large, encoder, Int32Array.from(cells.keys()))]) {
      expect([...table.multiply(identityColumns(1, 0, 1)).data]).toEqual(expected);
      expect(table.gram().data[0]).toBeCloseTo(sumOf(expected.map((cell) => cell ** 2)), 8);
      expect(table.columnSums()[0]).toBeCloseTo(sumOf(expected), 8);
    }
  });

  test('of the index vector is what training sees: rows repeated, and zero where nothing matches', () => {
    const encoder = fitEncoder(data, [numeric('a'), categorical('c')], once(2), 2);
    expect(cellsOf(data, encoder, Int32Array.of(1, -1, 0, 1))).toEqual([
      [1, 0, 1, 0],
      [0, 0, 0, 0],
      [-1, 1, 0, 0],
      [1, 0, 1, 0],
    ]);
  });

  test('of an empty table has no rows and still its columns', () => {
    const encoder = fitEncoder(data, [numeric('a'), categorical('c')], once(2), 2);
    const table = encode(tableOf(0, { a: [] }, { c: [] }), encoder);
    expect([table.rows, table.columns]).toEqual([0, 4]);
    expect(table.multiply(identityColumns(4, 0, 4)).data).toHaveLength(0);
    expect([...table.transposedMultiply({ rows: 0, columns: 1, data: new Float64Array(0) }).data]).toEqual([
      0, 0, 0, 0,
    ]);
  });

  test('a column that was not read is said, not taken as missing', () => {
    const encoder = fitEncoder(data, [numeric('a')], once(2), 2);
    expect(() => encode(tableOf(2, {}), encoder)).toThrow(/column a was not read/);
    expect(() => fitEncoder(data, [numeric('c')], once(2), 2)).toThrow(/column c was not read/);
  });
});

test('columns of equal name in two tables stay two columns of T', () => {
  const size = (id: string, cells: number[]) => ({
    id,
    features: [numeric('size')],
    data: tableOf(cells.length, { size: cells }),
  });
  const group = (id: string, rows: number[]) => ({
    id,
    shares: [{ party: id, sourceRows: 2, rows: Int32Array.from(rows) }],
  });
  const { train, encoders } = localTable('materialized', [size('b.t', [0, 2]), size('a.t', [10, 30])], {
    rows: 2,
    trainRows: 2,
    labels: Float64Array.of(0, 1),
    groups: [group('a.t', [1, 0]), group('b.t', [0, 1])],
  });
  expect(train.columns).toBe(2);
  expect([...train.multiply(identityColumns(2, 0, 2)).data]).toEqual([1, -1, -1, 1]);
  expect([...encoders].map(([party, { numeric }]) => [party, numeric])).toMatchObject([
    ['a.t', [{ center: 20 }]],
    ['b.t', [{ center: 1 }]],
  ]);
});
