import fc from 'fast-check';
import { dense } from '../../../core/algebra/dense.js';
import { describe, expect, test } from 'vitest';
import {
  encode,
  encoderFrom,
  fitEncoder,
  mergeSummaries,
  summarize,
  type FeatureData,
} from '../../../core/integration/encode.js';
import { encodedColumns, encodedWidth, type Encoder } from '../../../core/integration/encoder.js';
import { encodedSizes } from '../../../core/integration/encoding/encoded-size.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { partBundle, readPart } from '../../../core/models/model-part.js';
import { cellsOf, tableOf } from '../../support/encoded-cells.js';

const flag = fc.boolean();
const missing = fc.constantFrom('mean' as const, { constant: -3 }, { constant: 0 });
const scales = ['standard', 'min-max', 'robust', 'none'] as const;
const parts = fc.subarray(['year', 'month', 'day', 'weekday', 'hour', 'day-of-year'] as const, {
  minLength: 1,
});
const level = fc.constantFrom('a', 'b', 'B', 'é', '', 'long '.repeat(3));

const bins = fc.record({
  name: fc.constant('b'),
  encoding: fc.constant('bins' as const),
  count: fc.integer({ min: 2, max: 7 }),
  indicator: flag,
});
/** @param any knots at quantiles and tangents beyond the last knot as well */
const spline = (any: boolean): fc.Arbitrary<FeatureColumn> =>
  fc
    .record({
      knots: fc.integer({ min: 2, max: 6 }),
      degree: fc.integer({ min: 1, max: 5 }),
      indicator: flag,
      quantiles: flag,
      linear: flag,
    })
    .map(({ quantiles, linear, ...settings }) => ({
      name: 'b',
      encoding: 'spline',
      ...settings,
      ...(!(any && quantiles) && { at: 'uniform' }),
      ...(any && linear && { extrapolation: 'linear' }),
    }));

/** One feature of each kind, with any settings. */
const anyFeatures = (
  scale: fc.Arbitrary<(typeof scales)[number]>,
  further: fc.Arbitrary<FeatureColumn> = fc.oneof<fc.Arbitrary<FeatureColumn>[]>(bins, spline(true)),
): fc.Arbitrary<FeatureColumn[]> =>
  fc
    .tuple(
      fc.record({
        name: fc.constant('x'),
        encoding: fc.constant('numeric' as const),
        scale,
        missing,
        indicator: flag,
      }),
      fc.record({
        name: fc.constant('d'),
        encoding: fc.constant('date' as const),
        unit: fc.constantFrom('day' as const, 'second' as const),
        parts,
        cyclic: flag,
        scale,
        indicator: flag,
      }),
      fc.record({
        name: fc.constant('c'),
        encoding: fc.constant('categorical' as const),
        minCount: fc.integer({ min: 1, max: 4 }),
        maxLevels: fc.integer({ min: 1, max: 5 }),
        maxTextLength: fc.constantFrom(3, 200),
        indicator: flag,
      }),
      fc.record({
        name: fc.constant('p'),
        encoding: fc.constant('polynomial' as const),
        degree: fc.integer({ min: 2, max: 5 }),
        scale,
        missing,
        indicator: flag,
      }),
      further,
      fc.record({
        name: fc.constant('h'),
        encoding: fc.constant('hash' as const),
        buckets: fc.integer({ min: 2, max: 5 }),
      }),
    )
    .chain((features) =>
      fc.tuple(fc.shuffledSubarray<FeatureColumn>(features, { minLength: 1 }), fc.nat(6), fc.nat(6)),
    )
    .map(([features, a, b]) => withProduct(features, a, b));

/** With the products of two of the features, unless they are one. */
function withProduct(features: readonly FeatureColumn[], a: number, b: number): FeatureColumn[] {
  const other = features[b % features.length]?.name ?? '';
  return features.map((feature, at) =>
    at === a % features.length && feature.name !== other ? { ...feature, times: [other] } : feature,
  );
}

const orNull = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 4 });
const row = fc.record({
  x: orNull(fc.integer({ min: -40, max: 40 }).map((n) => n / 8)),
  p: orNull(fc.integer({ min: -8, max: 8 }).map((n) => n / 8)),
  b: orNull(fc.integer({ min: -10, max: 10 }).map((n) => n / 8)),
  d: orNull(fc.integer({ min: -800, max: 20_000 })),
  c: orNull(level),
  h: orNull(level),
});
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never;

const features = anyFeatures(fc.constantFrom(...scales));
/** Rows of a source table, and how often training has each. */
const counted = fc.array(fc.tuple(row, fc.nat(3)), { maxLength: 12 });

const tableFrom = (rows: readonly Row[]): FeatureData =>
  tableOf(
    rows.length,
    {
      x: rows.map(({ x }) => x),
      p: rows.map(({ p }) => p),
      b: rows.map(({ b }) => b),
      d: rows.map(({ d }) => d),
    },
    { c: rows.map(({ c }) => c), h: rows.map(({ h }) => h) },
  );

function distinctIn({ numeric, categorical }: FeatureData, name: string): number {
  const texts = categorical.get(name)?.values;
  return texts?.length ?? new Set(numeric.get(name)?.filter((cell) => !Number.isNaN(cell))).size;
}

/** Encodings with numbers equal to 12 digits. */
function expectClose(actual: Encoder, expected: Encoder): void {
  const rounded = (encoder: Encoder): unknown =>
    JSON.parse(JSON.stringify(encoder), (_key, value: unknown) =>
      typeof value === 'number' ? expect.closeTo(value, 11) : value,
    );
  expect(JSON.parse(JSON.stringify(actual))).toEqual(rounded(expected));
}

describe('for every kind of feature', () => {
  test('the encoded table gathered is the encoded gathered table, and a row without a match is 0', () => {
    fc.assert(
      fc.property(features, counted, fc.array(fc.nat(11)), (chosen, rows, picked) => {
        const data = tableFrom(rows.map(([cells]) => cells));
        const encoder = fitEncoder(
          data,
          chosen,
          Float64Array.from(rows, ([, n]) => n),
          40,
        );
        const index = Int32Array.from(picked, (at) => (at < rows.length ? at : -1));
        const gathered = cellsOf(data, encoder, index);
        const whole = cellsOf(data, encoder);
        const none = new Array<number>(encodedWidth(encoder)).fill(0);
        expect(gathered).toEqual([...index].map((at) => whole[at] ?? none));
        const absent = tableFrom([{ x: null, p: null, b: null, d: null, c: null, h: null }]);
        expect(cellsOf(absent, encoder)).toEqual([none]);
        expect(whole.flat().every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('a source row that training has n times is learned from as n rows are', () => {
    fc.assert(
      fc.property(features, counted, fc.nat(5), (chosen, rows, unmatched) => {
        const expanded = rows.flatMap(([cells, n]) => Array.from({ length: n }, () => cells));
        const trainRows = expanded.length + unmatched;
        const counts = Float64Array.from(rows, ([, n]) => n);
        expectClose(
          fitEncoder(tableFrom(rows.map(([cells]) => cells)), chosen, counts, trainRows),
          fitEncoder(tableFrom(expanded), chosen, new Float64Array(expanded.length).fill(1), trainRows),
        );
      }),
    );
  });

  test('summaries of parts of the rows merge into the summary of all', () => {
    const mergeable = anyFeatures(
      fc.constantFrom('standard' as const, 'min-max' as const, 'none' as const),
      spline(false),
    );
    fc.assert(
      fc.property(mergeable, fc.array(counted, { minLength: 1, maxLength: 4 }), (chosen, tables) => {
        const summaryOf = (rows: readonly (readonly [Row, number])[]) =>
          summarize(
            tableFrom(rows.map(([cells]) => cells)),
            chosen,
            Float64Array.from(rows, ([, n]) => n),
          );
        const trainRows = tables.flat().reduce((sum, [, n]) => sum + n, 3);
        // As it comes from another silo.
        const sent = tables.map((rows) => JSON.parse(JSON.stringify(summaryOf(rows))) as typeof whole);
        const whole = summaryOf(tables.flat());
        expectClose(
          encoderFrom(mergeSummaries(sent), chosen, trainRows),
          encoderFrom(whole, chosen, trainRows),
        );
        expect(mergeSummaries(sent)).toEqual(mergeSummaries(sent));
      }),
    );
  });

  test('an encoder has a name for each of its columns, comes back from storage as it was, and is as wide as was foreseen', () => {
    fc.assert(
      fc.property(features, counted, (chosen, rows) => {
        const data = tableFrom(rows.map(([cells]) => cells));
        const encoder = fitEncoder(
          data,
          chosen,
          Float64Array.from(rows, ([, n]) => n),
          40,
        );
        const width = encodedWidth(encoder);
        expect(encode(data, encoder).columns).toBe(width);
        expect(new Set(encodedColumns(encoder)).size).toBe(width);
        const theta = dense(width, 1);
        const { json, tensors } = partBundle({ party: 'a.t', encoder, theta });
        const stored = JSON.parse(JSON.stringify(json)) as typeof json;
        expect(readPart({ json: stored, tensors })).toEqual({ party: 'a.t', encoder, theta });
        const foreseen = encodedSizes(chosen, ({ name }) => distinctIn(data, name));
        expect(width).toBeLessThanOrEqual(foreseen.reduce((sum, { columns }) => sum + columns, 0));
      }),
    );
  });

  test('no cell that training has is below 0 where the model needs that', () => {
    // Where nothing is scaled numbers are as they are, and those below 0 are refused.
    const scaled = scales.filter((scale) => scale !== 'none');
    const positive = anyFeatures(
      fc.constantFrom(...scaled),
      fc.oneof<fc.Arbitrary<FeatureColumn>[]>(bins, spline(false)),
    ).map((chosen) =>
      chosen.map((feature): FeatureColumn => {
        if (feature.encoding === 'date') return { ...feature, cyclic: false };
        return feature.encoding === 'numeric' || feature.encoding === 'polynomial'
          ? { ...feature, missing: 'mean' }
          : feature;
      }),
    );
    fc.assert(
      fc.property(positive, counted, (chosen, rows) => {
        const data = tableFrom(rows.map(([cells]) => cells));
        const counts = Float64Array.from(rows, ([, n]) => n);
        const encoder = fitEncoder(data, chosen, counts, 40, { nonNegative: true });
        expect(
          cellsOf(data, encoder)
            .flat()
            .every((cell) => cell >= 0),
        ).toBe(true);
      }),
    );
  });
});

test('texts too long for a level are not in a summary, which travels where columns are shared', () => {
  const data = tableOf(2, {}, { note: ['brief', 'as long as a letter'] });
  const note: FeatureColumn = { name: 'note', encoding: 'categorical', maxTextLength: 9 };
  expect(summarize(data, [note], Float64Array.of(1, 2))).toMatchObject([
    { levels: { values: ['brief'], counts: [1] } },
  ]);
});

describe('what does not merge is said', () => {
  const data = tableOf(2, { x: [1, 2] }, { c: ['a', 'b'] });
  const summaryOf = (feature: FeatureColumn) => summarize(data, [feature], Float64Array.of(1, 1));

  test('quartiles of two tables', () => {
    const robust = summaryOf({ name: 'x', encoding: 'numeric', scale: 'robust' });
    expect(mergeSummaries([robust])).toBe(robust);
    expect(() => mergeSummaries([robust, robust])).toThrow('quartiles of x do not merge');
  });

  test('quantiles of two tables', () => {
    const binned = summaryOf({ name: 'x', encoding: 'bins', count: 3 });
    const curved = summaryOf({ name: 'x', encoding: 'spline', knots: 3, degree: 2 });
    expect(() => mergeSummaries([binned, binned])).toThrow('bins x does not merge');
    expect(() => mergeSummaries([curved, curved])).toThrow('spline x does not merge');
  });

  test('summaries of other features, and none', () => {
    const [x, c] = [
      summaryOf({ name: 'x', encoding: 'numeric' }),
      summaryOf({ name: 'c', encoding: 'categorical' }),
    ];
    expect(() => mergeSummaries([x, c])).toThrow(/does not merge/);
    expect(() => mergeSummaries([x, [...x, ...c]])).toThrow(/different features/);
    expect(() => mergeSummaries([])).toThrow(/no summary/);
    expect(() => encoderFrom(x, [{ name: 'x', encoding: 'categorical' }], 2)).toThrow(
      /summarized as numeric/,
    );
    expect(() => encoderFrom(x, [{ name: 'y', encoding: 'numeric' }], 2)).toThrow(/was not summarized/);
  });
});
