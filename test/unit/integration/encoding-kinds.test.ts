import { describe, expect, test } from 'vitest';
import { fitEncoder, type EncoderOptions } from '../../../core/integration/encode.js';
import { encodedColumns, encodedWidth } from '../../../core/integration/encoder.js';
import { encodedSize } from '../../../core/integration/encoding/encoded-size.js';
import type {
  DateFeature,
  FeatureColumn,
  NumericFeature,
  SplineFeature,
} from '../../../core/job/resolved.js';
import type { Text } from '../../support/arbitrary-tables.js';
import { cellsOf, tableOf } from '../../support/encoded-cells.js';

const once = (rows: number) => new Float64Array(rows).fill(1);

/** Names and cells of one column of numbers, encoded. */
function ofNumbers(cells: (number | null)[], feature: FeatureColumn, options?: EncoderOptions) {
  const data = tableOf(cells.length, { [feature.name]: cells });
  const encoder = fitEncoder(data, [feature], once(cells.length), cells.length, options);
  return { encoder, names: encodedColumns(encoder), cells: cellsOf(data, encoder) };
}

function ofTexts(texts: Text[], feature: FeatureColumn) {
  const data = tableOf(texts.length, {}, { [feature.name]: texts });
  const encoder = fitEncoder(data, [feature], once(texts.length), texts.length);
  return { encoder, names: encodedColumns(encoder), cells: cellsOf(data, encoder) };
}

describe('a number', () => {
  const scaled = (cells: (number | null)[], feature: Partial<NumericFeature>, options?: EncoderOptions) =>
    ofNumbers(cells, { name: 'x', encoding: 'numeric', ...feature }, options).cells.map(([cell]) => cell);

  test('by its range: zero is the mean, and the smallest and the largest are 1 apart', () => {
    expect(scaled([0, 1, 8, null], { scale: 'min-max' })).toEqual([-3 / 8, -2 / 8, 5 / 8, 0]);
  });

  test('by its quartiles: zero is the median, whatever the outliers', () => {
    expect(scaled([1, 2, 3, 4, 1000, null], { scale: 'robust' })).toEqual([-1, -0.5, 0, 0.5, 498.5, 0]);
  });

  test('as it is: zero is the mean still', () => {
    expect(scaled([2, 4, null], { scale: 'none' })).toEqual([-1, 1, 0]);
  });

  test('with a constant for NULL, which widens the spread', () => {
    const missing = { constant: 10 };
    // 4, 6 and 10, 10: mean 7.5, squares 12.25 + 2.25 + 6.25 + 6.25 over four.
    const deviation = Math.sqrt(27 / 4);
    expect(scaled([4, 6, null, null], { missing })).toEqual([-6 / deviation, -4 / deviation, 0, 0]);
    expect(scaled([4, 6, null], { missing, scale: 'min-max' })).toEqual([-1, -4 / 6, 0]);
    expect(scaled([1, 3, null], { missing, scale: 'robust' })).toEqual([-9, -7, 0]);
    expect(scaled([1, 3, null], { missing, scale: 'none' })).toEqual([-9, -7, 0]);
  });

  test.each([{ scale: 'standard' }, { scale: 'min-max' }, { scale: 'robust' }, { scale: 'none' }] as const)(
    'of one value is that far from what NULL stands for, by $scale',
    ({ scale }) => {
      expect(scaled([7, 7], { scale })).toEqual([0, 0]);
      expect(scaled([7, 7], { scale, missing: { constant: 5 } })).toEqual([2, 2]);
      expect(scaled([null, null], { scale })).toEqual([0, 0]);
      expect(scaled([], { scale })).toEqual([]);
      expect(scaled([null], { scale, missing: { constant: 5 } })).toEqual([0]);
    },
  );

  test('has on request a column that says where there is a value', () => {
    const { names, cells } = ofNumbers([5, null, 7], {
      name: 'x',
      encoding: 'numeric',
      scale: 'none',
      indicator: true,
    });
    expect(names).toEqual(['x', 'x=(present)']);
    expect(cells).toEqual([
      [-1, 1],
      [0, 0],
      [1, 1],
    ]);
  });
});

describe('for a model of data that is nowhere negative', () => {
  const nonNegative = true;
  const feature = { name: 'x', encoding: 'numeric', scale: 'min-max' } as const;

  test('a number begins at its smallest, for which NULL counts', () => {
    expect(ofNumbers([2, 4, 10, null], feature, { nonNegative }).cells).toEqual([[0], [0.25], [1], [0]]);
  });

  test('what prediction finds below that is 0 and not less', () => {
    const { encoder } = ofNumbers([2, 4], feature, { nonNegative });
    expect(cellsOf(tableOf(3, { x: [1, 3, 5] }), encoder)).toEqual([[0], [0.5], [1.5]]);
  });

  test('counts stay counts where nothing is scaled, and NULL is 0', () => {
    const counts = { ...feature, scale: 'none' } as const;
    for (const missing of ['mean', { constant: 0 }] as const)
      expect(ofNumbers([3, null, 1], { ...counts, missing }, { nonNegative }).cells).toEqual([[3], [0], [1]]);
  });

  test('a number below 0 is refused where nothing is scaled', () => {
    expect(() => ofNumbers([3, -1e-300], { ...feature, scale: 'none' }, { nonNegative })).toThrow(
      expect.objectContaining({
        code: 'AMALUR_NEGATIVE_VALUES',
        field: 'features.scale',
        message: expect.stringContaining('column x') as string,
      }) as Error,
    );
  });

  test('a constant above the smallest value is refused', () => {
    expect(() => ofNumbers([-1, 2], { ...feature, missing: { constant: 0 } }, { nonNegative })).toThrow(
      expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'features.encode' }) as Error,
    );
    expect(ofNumbers([null], { ...feature, missing: { constant: 0 } }, { nonNegative }).cells).toEqual([[0]]);
  });

  test('sines are refused, parts of a date as numbers are not', () => {
    const date = { name: 'd', encoding: 'date', unit: 'day', parts: ['year', 'month'] } as const;
    expect(() => ofNumbers([0], { ...date, cyclic: true }, { nonNegative })).toThrow('go below 0');
    const { cells } = ofNumbers([0, 31, 365], { ...date, cyclic: false, scale: 'min-max' }, { nonNegative });
    expect(cells).toEqual([
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });
});

describe('a date', () => {
  const date = (change: Partial<DateFeature>): DateFeature => ({
    name: 'd',
    encoding: 'date',
    unit: 'day',
    parts: ['year'],
    cyclic: true,
    ...change,
  });

  test('is a scaled year, and a sine and a cosine of each part that comes round', () => {
    // 1970-01-01, 1972-04-01 (a Saturday), 1970-07-01.
    const { names, cells } = ofNumbers(
      [0, 821, 181, null],
      date({ parts: ['month', 'year'], scale: 'none' }),
    );
    expect(names).toEqual(['d:month:sin', 'd:month:cos', 'd:year']);
    const year = (1970 + 1972 + 1970) / 3;
    const expected = [
      [0, 1, 1970 - year],
      [1, 0, 1972 - year],
      [0, -1, 1970 - year],
      [0, 0, 0],
    ];
    cells.forEach((row, at) =>
      row.forEach((cell, j) => {
        expect(cell).toBeCloseTo(expected[at]?.[j] ?? NaN, 12);
      }),
    );
  });

  test('is numbers where it is not to be cyclic', () => {
    const parts = ['year', 'month', 'day', 'weekday', 'day-of-year'] as const;
    const { names, encoder } = ofNumbers([0, 821], date({ parts, cyclic: false, scale: 'none' }));
    expect(names).toEqual(parts.map((part) => `d:${part}`));
    // 1970-01-01 was a Thursday; 1972 has a 29th of February before the 1st of April.
    expect(encoder.numeric).toMatchObject([
      { parts: [{ center: 1971 }, { center: 2.5 }, { center: 1 }, { center: 5 }, { center: (1 + 92) / 2 }] },
    ]);
  });

  test('as a timestamp is a number of seconds, and has an hour', () => {
    const { names, cells } = ofNumbers(
      [6 * 3600, null],
      date({ unit: 'second', parts: ['hour'], indicator: true }),
    );
    expect(names).toEqual(['d:hour:sin', 'd:hour:cos', 'd=(present)']);
    expect(cells[0]?.map((cell) => Math.round(cell * 1e12) / 1e12)).toEqual([1, 0, 1]);
    expect(cells[1]).toEqual([0, 0, 0]);
  });

  test('beyond what a Date can hold is as if it were missing, in learning too', () => {
    const { cells, encoder } = ofNumbers([0, 1e12], date({ parts: ['year', 'month'], scale: 'none' }));
    expect(cells).toEqual([
      [0, 0, 1],
      [0, 0, 0],
    ]);
    expect(encoder.numeric).toMatchObject([{ parts: [{ center: 1970 }, {}] }]);
  });
});

describe('a category', () => {
  const texts = ['b', 'a', 'c', 'b', 'a', null, 'd'.repeat(10)];

  test('folds levels with too few training rows into "other"', () => {
    const { names, cells } = ofTexts(texts, { name: 'c', encoding: 'categorical', minCount: 2 });
    expect(names).toEqual(['c=a', 'c=b', 'c=(other)']);
    expect(cells).toEqual([
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 1],
      [0, 1, 0],
      [1, 0, 0],
      [0, 0, 0],
      [0, 0, 1],
    ]);
  });

  test('keeps the most frequent of too many levels, of equally frequent ones the first', () => {
    const kept = (maxLevels: number) =>
      ofTexts(['x', 'z', 'y', 'z', 'w'], { name: 'c', encoding: 'categorical', maxLevels }).names;
    expect(kept(1)).toEqual(['c=z', 'c=(other)']);
    expect(kept(3)).toEqual(['c=w', 'c=x', 'c=z', 'c=(other)']);
    expect(kept(4)).toHaveLength(5);
  });

  test('has no level of a text that is too long', () => {
    const { names, cells } = ofTexts(texts, { name: 'c', encoding: 'categorical', maxTextLength: 9 });
    expect(names).toEqual(['c=a', 'c=b', 'c=c', 'c=(other)']);
    expect(cells[6]).toEqual([0, 0, 0, 1]);
    const long = 'x'.repeat(200);
    expect(ofTexts([long, `${long}x`], { name: 'c', encoding: 'categorical' }).names).toEqual([
      `c=${long}`,
      'c=(other)',
    ]);
  });

  test('has on request a column that says where there is a value', () => {
    const { names, cells } = ofTexts(['a', null], { name: 'c', encoding: 'categorical', indicator: true });
    expect(names).toEqual(['c=a', 'c=(other)', 'c=(present)']);
    expect(cells).toEqual([
      [1, 0, 1],
      [0, 0, 0],
    ]);
  });

  test('may have a hundred thousand levels', () => {
    const many = Array.from({ length: 100_000 }, (_, row) => `level ${String(row).padStart(6, '0')}`);
    const data = {
      rows: many.length,
      numeric: new Map<string, never>(),
      categorical: new Map([['c', { codes: Int32Array.from(many.keys()), values: many }]]),
    };
    const fit = (feature: FeatureColumn) => fitEncoder(data, [feature], once(many.length), many.length);
    expect(encodedWidth(fit({ name: 'c', encoding: 'categorical' }))).toBe(100_001);
    expect(encodedWidth(fit({ name: 'c', encoding: 'categorical', minCount: 2 }))).toBe(1);
    expect(encodedWidth(fit({ name: 'c', encoding: 'categorical', maxLevels: 50 }))).toBe(51);
    expect(encodedWidth(fit({ name: 'c', encoding: 'hash', buckets: 64 }))).toBe(64);
  });
});

test('a hash has a column a bucket, stores no text, and puts a text that training has not where it belongs', () => {
  const { encoder, names, cells } = ofTexts(['red', null, ''], { name: 'c', encoding: 'hash', buckets: 2 });
  expect(names).toEqual(['c#0', 'c#1']);
  // Parity of the first six bytes of SHA-256: 1 for "red", 0 for "".
  expect(cells).toEqual([
    [0, 1],
    [0, 0],
    [1, 0],
  ]);
  expect(JSON.stringify(encoder)).not.toContain('red');
  expect(cellsOf(tableOf(2, {}, { c: ['another', 'red'] }), encoder)[1]).toEqual([0, 1]);
});

describe('bins', () => {
  const binned = (cells: (number | null)[], count: number) =>
    ofNumbers(cells, { name: 'x', encoding: 'bins', count });

  test('hold as many training values each, and NULL is in none', () => {
    const { names, cells, encoder } = binned([4, 1, null, 3, 2], 2);
    expect(names).toEqual(['x:bin-1', 'x:bin-2']);
    expect(encoder.numeric).toMatchObject([{ edges: [2.5] }]);
    expect(cells).toEqual([
      [0, 1],
      [1, 0],
      [0, 0],
      [0, 1],
      [1, 0],
    ]);
  });

  test('take in at the ends what lies beyond them, infinitely far as well', () => {
    const { encoder } = binned([1, 2, 3, 4], 4);
    const bins = cellsOf(tableOf(4, { x: [-Infinity, -1e308, 1e308, Infinity] }), encoder);
    expect(bins.map((row) => row.indexOf(1))).toEqual([0, 0, 3, 3]);
  });

  test('of equal quantiles are one; of one value, or none, there is one bin', () => {
    expect(binned([0, 0, 0, 0, 0, 0, 0, 9], 4).names).toHaveLength(1);
    expect(binned([0, 0, 0, 0, 5, 9], 4).names).toHaveLength(2);
    expect(binned([7, 7], 10).cells).toEqual([[1], [1]]);
    expect(binned([null], 10).cells).toEqual([[0]]);
    expect(binned([], 10).names).toHaveLength(1);
  });

  test('have edges between numbers whose difference no float holds', () => {
    expect(binned([-1.7e308, 1.7e308], 2).encoder.numeric).toMatchObject([{ edges: [0] }]);
  });
});

describe('a spline', () => {
  const curved = (cells: (number | null)[], change: Partial<SplineFeature> = {}) =>
    ofNumbers(cells, { name: 'x', encoding: 'spline', knots: 3, degree: 2, ...change });
  const sums = (cells: number[][]) => cells.map((row) => row.reduce((sum, cell) => sum + cell, 0));

  test.each<[string, (number | null)[]]>([
    ['some values', [1, 2, null, 5, 9]],
    ['one value', [3, 3, null]],
    ['one row', [-3]],
    ['no value', [null, null]],
    ['huge values', [-1.7e308, 0, null, 1.7e308]],
    ['one huge value', [-1.7e308, 1.7e308].slice(1)],
    ['tiny values', [5e-324, 0, 1e-323]],
    ['values hardly apart', [1, 1 + 2 ** -52, 1 - 2 ** -53]],
  ])('of %s is 1 in sum wherever there is a value, and 0 where there is none', (_what, cells) => {
    for (const degree of [1, 2, 3, 5]) {
      for (const at of [{}, { at: 'uniform' }] as const) {
        sums(curved(cells, { degree, ...at }).cells).forEach((sum, row) => {
          expect(sum).toBeCloseTo(cells[row] === null ? 0 : 1, 12);
        });
      }
    }
  });

  test('goes on beyond its knots as it ends, or along its tangent', () => {
    const beyond = (change: Partial<SplineFeature>) =>
      cellsOf(tableOf(3, { x: [0, 4, 6] }), curved([0, 1, 2, 3, 4], change).encoder).slice(1);
    const [end, kept] = beyond({ degree: 1 });
    expect(kept).toEqual(end);
    // Two beyond the last of knots 0, 2, 4: as far as the knot before.
    expect(beyond({ degree: 1, extrapolation: 'linear' })[1]).toEqual([0, -1, 2]);
  });

  test('cannot be negative where the model needs that', () => {
    const feature = { name: 'x', encoding: 'spline', knots: 3, degree: 2 } as const;
    const nonNegative = true;
    const { cells } = ofNumbers([0, 1, 5], feature, { nonNegative });
    expect(Math.min(...cells.flat())).toBe(0);
    expect(() => ofNumbers([0, 1], { ...feature, extrapolation: 'linear' }, { nonNegative })).toThrow(
      'below 0',
    );
  });
});

test('a polynomial is the powers of the scaled number, and NULL is 0 in all of them', () => {
  const { names, cells } = ofNumbers([1, 3, null], {
    ...{ name: 'x', encoding: 'polynomial', degree: 3 },
    ...{ scale: 'none', indicator: true },
  });
  expect(names).toEqual(['x', 'x^2', 'x^3', 'x=(present)']);
  expect(cells).toEqual([
    [-1, 1, -1, 1],
    [1, 1, 1, 1],
    [0, 0, 0, 0],
  ]);
});

test('columns are those of numbers and dates, then their indicators, then each category with its own', () => {
  const data = tableOf(1, { x: [1], d: [0], y: [2] }, { h: ['a'], c: ['b'] });
  const features: FeatureColumn[] = [
    { name: 'h', encoding: 'hash', buckets: 2 },
    { name: 'x', encoding: 'numeric', indicator: true },
    { name: 'd', encoding: 'date', unit: 'day', parts: ['month'], cyclic: false, indicator: true },
    { name: 'c', encoding: 'categorical', indicator: true },
    { name: 'y', encoding: 'numeric' },
  ];
  const encoder = fitEncoder(data, features, once(1), 1);
  expect(encodedColumns(encoder)).toEqual([
    ...['x', 'd:month', 'y', 'x=(present)', 'd=(present)'],
    ...['h#0', 'h#1', 'c=b', 'c=(other)', 'c=(present)'],
  ]);
  expect(cellsOf(data, encoder)[0]).toHaveLength(10);
});

test.each<[FeatureColumn, [number, number, number, number]]>([
  [{ name: 'x', encoding: 'numeric' }, [1, 0, 1, 0]],
  [{ name: 'x', encoding: 'numeric', indicator: true }, [1, 1, 2, 0]],
  [{ name: 'x', encoding: 'date', unit: 'day', parts: ['year', 'month'], cyclic: true }, [3, 0, 3, 0]],
  [{ name: 'x', encoding: 'date', unit: 'day', parts: ['year', 'month'], cyclic: false }, [2, 0, 2, 0]],
  [{ name: 'x', encoding: 'polynomial', degree: 3 }, [3, 0, 3, 0]],
  [{ name: 'x', encoding: 'spline', knots: 5, degree: 3, indicator: true }, [7, 1, 8, 0]],
  [{ name: 'x', encoding: 'bins', count: 10 }, [0, 1, 10, 0]],
  [{ name: 'x', encoding: 'bins', count: 100, indicator: true }, [0, 2, 101, 0]],
  [{ name: 'x', encoding: 'categorical' }, [0, 1, 31, 30]],
  [{ name: 'x', encoding: 'categorical', maxLevels: 9, indicator: true }, [0, 2, 11, 9]],
  [{ name: 'x', encoding: 'hash', buckets: 64 }, [0, 1, 64, 0]],
])('the size of %j is foreseen', (feature, [numbers, codes, columns, levels]) => {
  expect(encodedSize(feature, 30)).toEqual({ numbers, codes, columns, levels });
});
