import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { encode, type FeatureData } from '../../core/integration/encode.js';
import { DATE_PARTS } from '../../core/integration/encoding/date-parts.js';
import type {
  CategoricalEncoding,
  Encoder,
  NumberEncoding,
  TargetEncoding,
} from '../../core/integration/encoder.js';
import type { Matrix } from '../../core/algebra/matrix.js';

export const ROWS = 6;

type Cell<T> = T | null;

/** Columns of any encoding, with cells. */
export interface Scene {
  readonly encoder: Encoder;
  readonly numbers: readonly (readonly Cell<number>[])[];
  readonly texts: readonly (readonly Cell<string>[])[];
}

const WORDS = ['', 'a', 'b', 'ü ß', 'c'];
const word = fc.constantFrom(...WORDS);
const scaling = fc.record(
  {
    center: fc.integer({ min: -5, max: 5 }),
    scale: fc.constantFrom(1, 0.5, 3),
    clip: fc.constant(true as const),
  },
  { requiredKeys: ['center', 'scale'] },
);
const ascending = (minLength: number) =>
  fc
    .uniqueArray(fc.integer({ min: -6, max: 6 }), { minLength, maxLength: 5 })
    .map((values) => values.sort((a, b) => a - b));
const number = fc.double({ min: -9, max: 9, noNaN: true });
const time = {
  day: fc.oneof(fc.integer({ min: -800_000, max: 800_000 }), fc.constantFrom(0, 59, 18_321, -719_468, 1e300)),
  second: fc.oneof(
    fc.integer({ min: -6e10, max: 6e10 }),
    fc.double({ min: -1e5, max: 1e5, noNaN: true }),
    fc.constantFrom(-0.0005, 951_782_399.9996, 8.64e12, -8.7e12),
  ),
};

interface Column<E> {
  readonly encoding: E;
  readonly cell: fc.Arbitrary<number>;
}
type Unnamed<E> = E extends { column: string } ? Omit<E, 'column' | 'indicator'> : never;

const part = fc.constantFrom(...DATE_PARTS);
const ofParts = fc.record(
  {
    center: fc.constantFrom(1900, 2000.5),
    scale: fc.constantFrom(700, 1000),
    clip: fc.constant(true as const),
  },
  { requiredKeys: ['center', 'scale'] },
);
const datePart = fc.oneof(
  part.filter((one) => one !== 'year').map((one) => ({ part: one, cyclic: true as const })),
  fc.tuple(part, ofParts).map(([one, how]) => ({ part: one, cyclic: false as const, ...how })),
);

/** How each kind of column that is read as a number may be encoded. */
export const NUMBERS = {
  numeric: scaling.map((how) => ({ encoding: { kind: 'numeric' as const, ...how }, cell: number })),
  polynomial: fc.tuple(scaling, fc.integer({ min: 2, max: 3 })).map(([{ scale: _, ...how }, degree]) => ({
    ...{ encoding: { kind: 'polynomial' as const, degree, scale: 8, ...how }, cell: number },
  })),
  spline: fc
    .record(
      {
        knots: ascending(2),
        degree: fc.integer({ min: 1, max: 3 }),
        extrapolation: fc.constant('linear' as const),
      },
      { requiredKeys: ['knots', 'degree'] },
    )
    .map((how) => ({ encoding: { kind: 'spline' as const, ...how }, cell: number })),
  bins: ascending(0).map((edges) => ({
    ...{
      encoding: { kind: 'bins' as const, edges },
      cell: fc.oneof(number, fc.integer({ min: -6, max: 6 })),
    },
  })),
  date: fc
    .record({
      unit: fc.constantFrom('day' as const, 'second' as const),
      parts: fc.array(datePart, { minLength: 1, maxLength: 4 }),
    })
    .map((how) => ({ encoding: { kind: 'date' as const, ...how }, cell: time[how.unit] })),
} satisfies Record<NumberEncoding['kind'], fc.Arbitrary<Column<Unnamed<NumberEncoding>>>>;

const targetEncoding = fc
  .record({
    levels: fc.uniqueArray(word, { maxLength: 4 }),
    means: fc.array(fc.integer({ min: -8, max: 8 }), { minLength: 5, maxLength: 5 }),
    scale: fc.constantFrom(1, 0.5, 3),
  })
  .map(({ levels, means: [missing = 0, ...means], scale }) => ({
    ...{ kind: 'target' as const, levels: levels.toSorted(), means: means.slice(0, levels.length) },
    ...{ missing, center: 1, scale },
  }));

const anyNumber: fc.Arbitrary<Column<Unnamed<NumberEncoding>>> = fc.oneof(...Object.values(NUMBERS));
const cells = <T>(cell: fc.Arbitrary<T>) => fc.array(fc.option(cell), { minLength: ROWS, maxLength: ROWS });

/** Up to three columns of numbers and two of texts, with indicators, and products of some of them. */
export function arbitraryScene(numberColumn = anyNumber): fc.Arbitrary<Scene> {
  return fc
    .record({
      numeric: fc.array(fc.tuple(numberColumn, fc.boolean()), { maxLength: 3 }),
      categorical: fc.array(fc.tuple(fc.uniqueArray(word, { maxLength: 4 }), fc.boolean()), { maxLength: 2 }),
      targets: fc.array(targetEncoding, { maxLength: 2 }),
      pairs: fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 2 }),
    })
    .filter(({ numeric, categorical, targets }) => numeric.length + categorical.length + targets.length > 0)
    .chain(({ numeric, categorical, targets, pairs }) => {
      const named = <E extends { column: string }>(encoding: object, column: string, indicator: boolean) =>
        ({ ...encoding, column, ...(indicator && { indicator }) }) as unknown as E;
      const numberColumns = numeric.map(([{ encoding }, indicator], at) =>
        named<NumberEncoding>(encoding, `x${at}`, indicator),
      );
      const textColumns = categorical.map(([levels, indicator], at) =>
        named<CategoricalEncoding>({ kind: 'categorical', levels: levels.toSorted() }, `c${at}`, indicator),
      );
      const targetColumns = targets.map((encoding, at) =>
        named<TargetEncoding>(encoding, `c${categorical.length + at}`, false),
      );
      const names = [...numberColumns, ...textColumns, ...targetColumns].map(({ column }) => column);
      const products = pairs
        .map(([a, b]) => [names[a % names.length]!, names[b % names.length]!] as const)
        .filter(([a, b]) => a !== b);
      return fc.record({
        encoder: fc.constant<Encoder>({
          ...{ numeric: numberColumns, categorical: textColumns, targets: targetColumns, products },
        }),
        numbers: fc.tuple(...numeric.map(([{ cell }]) => cells(cell))),
        texts: fc.tuple(...textColumns.map(() => cells(word)), ...targetColumns.map(() => cells(word))),
      });
    });
}

/** D. */
export function encodedHere(scene: Scene): Matrix {
  return encode(dataOf(scene), scene.encoder);
}

/** The cells. A NULL cannot be told from "" where that is a level: then it is taken for the level here, too. */
export function dataOf({ encoder, numbers, texts }: Scene): FeatureData {
  const numeric = new Map(
    numbers.map((column, at) => [`x${at}`, Float64Array.from(column, (cell) => cell ?? NaN)]),
  );
  const categorical = new Map(
    texts.map((column, at) => {
      const encoding = [...encoder.categorical, ...(encoder.targets ?? [])][at];
      const hasEmpty = encoding !== undefined && 'levels' in encoding && encoding.levels.includes('');
      const code = (cell: string | null) => (cell ? WORDS.indexOf(cell) : hasEmpty ? 0 : -1);
      return [`c${at}`, { codes: Int32Array.from(column, code), values: WORDS }];
    }),
  );
  return { rows: ROWS, numeric, categorical };
}

/** What an ONNX model says of the rows, by output; each column an input for each prefix. */
export async function scoredByOnnx(
  bytes: Uint8Array,
  { numbers, texts }: Scene,
  prefixes: readonly string[],
  besides: Readonly<Record<string, Float64Array>> = {},
): Promise<Map<string, (number | string)[]>> {
  const session = await InferenceSession.create(bytes);
  const doubles = (values: Float64Array) => new Tensor('float64', values, [ROWS, 1]);
  const columns = [
    ...numbers.map((column, at) => {
      return [`x${at}`, doubles(Float64Array.from(column, (cell) => cell ?? NaN))] as const;
    }),
    ...texts.map((column, at) => {
      const words = column.map((cell) => cell ?? '');
      return [`c${at}`, new Tensor('string', words, [ROWS, 1])] as const;
    }),
  ];
  const feeds: Record<string, Tensor> = Object.fromEntries([
    ...prefixes.flatMap((prefix) => columns.map(([name, tensor]) => [`${prefix}.${name}`, tensor] as const)),
    ...Object.entries(besides).map(([name, values]) => [name, doubles(values)] as const),
  ]);
  const outputs = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(outputs).map(([name, { data }]) => [
      name,
      Array.from(data as Iterable<number | bigint | string>, (value) =>
        typeof value === 'string' ? value : Number(value),
      ),
    ]),
  );
}
