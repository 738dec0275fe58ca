import fc from 'fast-check';
import { InferenceSession, Tensor } from 'onnxruntime-web';
import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import { AmalurError } from '../../../core/errors.js';
import { toOnnx, type ExportedModel } from '../../../core/export/to-onnx.js';
import { encode } from '../../../core/integration/encode.js';
import { encodedWidth, type Encoder } from '../../../core/integration/encoder.js';
import { scoresOf } from '../../../core/models/family.js';
import { familyOf } from '../../../core/models/programs.js';

const TYPES = [
  'linear-regression',
  'logistic-regression',
  'poisson-regression',
  'gamma-regression',
  'huber-regression',
  'quantile-regression',
  'k-means',
] as const;

interface Scene {
  readonly type: (typeof TYPES)[number];
  readonly encoder: Encoder;
  readonly numbers: readonly (number | null)[][];
  readonly texts: readonly (string | null)[][];
  readonly parameters: readonly number[];
}

const ROWS = 6;
const word = fc.constantFrom('', 'a', 'b', 'ü ß', 'c');
const columnsOf = <T>(count: number, cell: fc.Arbitrary<T>) =>
  fc.array(fc.array(fc.option(cell), { minLength: ROWS, maxLength: ROWS }), {
    minLength: count,
    maxLength: count,
  });

const scenes: fc.Arbitrary<Scene> = fc
  .record({
    type: fc.constantFrom(...TYPES),
    numeric: fc.array(
      fc.record({
        center: fc.integer({ min: -5, max: 5 }),
        scale: fc.constantFrom(1, 0.5, 3),
        clip: fc.boolean(),
        indicator: fc.boolean(),
      }),
      { maxLength: 3 },
    ),
    categorical: fc.array(
      fc.record({ levels: fc.uniqueArray(word, { maxLength: 4 }), indicator: fc.boolean() }),
      { maxLength: 3 },
    ),
  })
  .filter(({ numeric, categorical }) => numeric.length + categorical.length > 0)
  .chain(({ type, numeric, categorical }) => {
    const encoder: Encoder = {
      numeric: numeric.map(({ center, scale, clip, indicator }, at) => ({
        ...{ kind: 'numeric', column: `x${at}`, center, scale },
        ...(clip && { clip }),
        ...(indicator && { indicator }),
      })),
      categorical: categorical.map(({ levels, indicator }, at) => ({
        ...{ kind: 'categorical', column: `c${at}`, levels: levels.toSorted() },
        ...(indicator && { indicator }),
      })),
    };
    const q = type === 'k-means' ? 3 : 1;
    const size = (encodedWidth(encoder) + 1) * q;
    return fc.record({
      type: fc.constant(type),
      encoder: fc.constant(encoder),
      numbers: columnsOf(numeric.length, fc.double({ min: -100, max: 100, noNaN: true })),
      texts: columnsOf(categorical.length, word),
      parameters: fc.array(fc.double({ min: -3, max: 3, noNaN: true }), { minLength: size, maxLength: size }),
    });
  });

/** A NULL cannot be told from "" where that is a level: then the library's own side takes it for the level, too. */
function cellsOf({ encoder, numbers, texts }: Scene) {
  const numeric = new Map(
    numbers.map((cells, at) => [`x${at}`, Float64Array.from(cells, (cell) => cell ?? NaN)]),
  );
  const values = ['', 'a', 'b', 'ü ß', 'c'];
  const categorical = new Map(
    texts.map((cells, at) => {
      const encoding = encoder.categorical[at];
      const hasEmpty = encoding?.kind === 'categorical' && encoding.levels.includes('');
      const code = (cell: string | null) => (cell ? values.indexOf(cell) : hasEmpty ? 0 : -1);
      return [`c${at}`, { codes: Int32Array.from(cells, code), values }];
    }),
  );
  return { rows: ROWS, numeric, categorical };
}

function split({ encoder, parameters, type }: Scene) {
  const q = type === 'k-means' ? 3 : 1;
  const c = encodedWidth(encoder);
  const theta = dense(c, q, Float64Array.from(parameters.slice(0, c * q)));
  if (type !== 'k-means') return { theta, own: Float64Array.from(parameters.slice(c * q)) };
  // ‖c_j‖² over the columns of both parts.
  const own = new Float64Array(q);
  theta.data.forEach((value, at) => (own[at % q]! += 2 * value * value));
  return { theta, own };
}

/** Two parts, one of which has the columns under other names, so that parts are added up. */
function exported(scene: Scene): ExportedModel {
  const { theta, own } = split(scene);
  const part = (prefix: string) => ({
    inputName: (column: string) => `${prefix}.${column}`,
    encoder: scene.encoder,
    theta,
  });
  return { type: scene.type, name: 'm@1', parts: [part('s.t'), part('s.u')], own };
}

async function scored(bytes: Uint8Array, { numbers, texts }: Scene): Promise<Map<string, number[]>> {
  const session = await InferenceSession.create(bytes);
  const feeds = Object.fromEntries(
    ['s.t', 's.u'].flatMap((prefix) => [
      ...numbers.map((cells, at) => [
        `${prefix}.x${at}`,
        new Tensor(
          'float64',
          Float64Array.from(cells, (cell) => cell ?? NaN),
          [ROWS, 1],
        ),
      ]),
      ...texts.map((cells, at) => [
        `${prefix}.c${at}`,
        new Tensor(
          'string',
          cells.map((cell) => cell ?? ''),
          [ROWS, 1],
        ),
      ]),
    ]),
  ) as Record<string, Tensor>;
  const outputs = await session.run(feeds);
  await session.release();
  return new Map(
    Object.entries(outputs).map(([name, { data }]) => [
      name,
      Array.from(data as Iterable<number | bigint>, Number),
    ]),
  );
}

describe('a model written as ONNX', () => {
  test('predicts in an ONNX runtime what it predicts here, for any encoding, NULL and unseen level', async () => {
    await fc.assert(
      fc.asyncProperty(scenes, async (scene) => {
        const { theta, own } = split(scene);
        const family = familyOf(scene.type);
        const scores = scoresOf(family, encode(cellsOf(scene), scene.encoder), theta);
        const twice = dense(
          scores.rows,
          scores.columns,
          scores.data.map((value) => 2 * value),
        );
        const expected = family.predict(twice, own);
        const found = await scored(toOnnx(exported(scene)), scene);
        expect([...found.keys()].sort()).toEqual([...expected.keys()].sort());
        for (const [name, values] of expected)
          values.forEach((value, row) => {
            const size = 1 + Math.abs(value);
            expect(Math.abs(found.get(name)![row]! - value) / size).toBeLessThan(
              name === 'distance' ? 1e-6 : 1e-12,
            );
          });
      }),
      { numRuns: 60 },
    );
  });

  test('names its inputs by their columns, one each, and says what it is', async () => {
    const encoder: Encoder = {
      numeric: [{ kind: 'numeric', column: 'x', center: 0, scale: 1 }],
      categorical: [],
    };
    const part = { inputName: (column: string) => `shop.orders.${column}`, encoder, theta: dense(1, 1) };
    const bytes = toOnnx({ type: 'linear-regression', name: 'm@3', parts: [part], own: Float64Array.of(2) });
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['shop.orders.x']);
    expect(session.outputNames).toEqual(['prediction']);
    await session.release();
  });

  test.each([
    ['a model without a formula', { type: 'nmf' }, 'model'],
    [
      'a hashed column',
      { encoder: { numeric: [], categorical: [{ kind: 'hash', column: 'c', buckets: 4 }] } },
      'features.encode',
    ],
    [
      'a date',
      {
        encoder: {
          numeric: [{ kind: 'date', column: 'd', unit: 'day', parts: [{ part: 'month', cyclic: true }] }],
          categorical: [],
        },
      },
      'features.encode',
    ],
  ] as const)('refuses %s', (_what, change, field) => {
    const encoder: Encoder = 'encoder' in change ? change.encoder : { numeric: [], categorical: [] };
    const type = 'type' in change ? change.type : 'linear-regression';
    const part = { inputName: (column: string) => column, encoder, theta: dense(encodedWidth(encoder), 1) };
    const write = () => toOnnx({ type, name: 'm@1', parts: [part], own: new Float64Array(1) });
    expect(write).toThrow(AmalurError);
    expect(write).toThrow(expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE', field }));
  });
});
