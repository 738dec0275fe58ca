import fc from 'fast-check';
import { InferenceSession } from 'onnxruntime-web';
import { beforeAll, describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { AmalurError } from '../../../core/errors.js';
import type { ExportedModel } from '../../../core/export/exported-model.js';
import { toOnnx } from '../../../core/export/onnx/to-onnx.js';
import { encodedWidth, type Encoder } from '../../../core/integration/encoder.js';
import { acrossColumns } from '../../../core/integration/interactions-across.js';
import { architectureOf } from '../../../core/job/architecture/layers-of.js';
import { modelSchema } from '../../../core/job/model-schema.js';
import type { ModelType } from '../../../core/job/schema.js';
import { draws } from '../../../core/models/draws.js';
import { scoresOf, withOffsets } from '../../../core/models/family.js';
import { weightsOf } from '../../../core/models/network/layers.js';
import { savedNetwork } from '../../../core/models/network/saved.js';
import { networkSpec } from '../../../core/models/network/spec.js';
import { familyOf } from '../../../core/models/programs.js';
import { tensorflow } from '../../../core/models/tensorflow.js';
import {
  arbitraryScene,
  dataOf,
  encodedHere,
  NUMBERS,
  ROWS,
  scoredByOnnx,
  type Scene,
} from '../../support/onnx-scenes.js';
import { modelJson } from '../../support/whole-network.js';

/** Two parts, one of which has the columns under other names, so that parts are added up. */
const PREFIXES = ['s.t', 's.u'];
const LINEAR = [
  'linear-regression',
  'logistic-regression',
  'poisson-regression',
  'gamma-regression',
  'huber-regression',
  'quantile-regression',
] as const;

/** Half a gigabyte, which may have to come from the disk first: no part of what a test does. */
beforeAll(() => {
  tensorflow();
}, 60_000);

const seeds = fc.nat(1e6);

/** Numbers in ± `size`, drawn by seed. */
function drawn(seed: number, count: number, size = 0.3): Float64Array {
  const draw = draws(`onnx ${String(seed)}`);
  return Float64Array.from({ length: count }, (_, at) => size * (2 * draw(at, 0) - 1));
}

interface Compared {
  readonly scene: Scene;
  readonly type: ModelType;
  readonly theta: Dense;
  readonly own: Float64Array;
  readonly besides?: Partial<ExportedModel>;
  readonly offsets?: Float64Array;
  /** What else the scores have. */
  readonly added?: Dense;
}

/** Predictions here and in an ONNX runtime, by output. */
async function bothWays({ scene, type, theta, own, besides = {}, offsets, added }: Compared) {
  const parts = PREFIXES.map((prefix) => ({
    ...{ group: prefix, inputName: (column: string) => `${prefix}.${column}`, encoder: scene.encoder, theta },
  }));
  const model: ExportedModel = {
    type,
    name: 'm@1',
    parts,
    own,
    ...besides,
    ...(offsets && { offsets: 's.t.o' }),
  };
  const family = familyOf(type);
  const scores = scoresOf(family, encodedHere(scene), theta);
  const twice = dense(
    scores.rows,
    scores.columns,
    scores.data.map((value, at) => 2 * value + (added?.data[at] ?? 0)),
  );
  const { classes, network } = model;
  const whole = withOffsets(twice, offsets);
  const here = family.predict(whole, own, { ...(classes && { classes }), ...(network && { network }) });
  const there = await scoredByOnnx(toOnnx(model), scene, PREFIXES, offsets && { 's.t.o': offsets });
  const codes = family.classify?.(whole, own, network)?.predicted;
  return { here, there, classes: codes && Array.from(codes, (code) => classes?.[code]) };
}

function expectEqual(
  here: ReadonlyMap<string, Float64Array>,
  there: ReadonlyMap<string, readonly (number | string)[]>,
  tolerance: (name: string) => number,
) {
  for (const [name, values] of here) {
    expect([...there.keys()]).toContain(name);
    values.forEach((value, row) => {
      const difference = Math.abs(Number(there.get(name)![row]) - value) / (1 + Math.abs(value));
      expect(difference, name).toBeLessThan(tolerance(name));
    });
  }
}

const exact = () => 1e-12;

describe('a model written as ONNX', () => {
  test.each(Object.entries(NUMBERS))(
    'predicts in an ONNX runtime what it predicts here with columns of the encoding %s, and products',
    async (_kind, columns) => {
      await fc.assert(
        fc.asyncProperty(
          arbitraryScene(columns),
          fc.constantFrom(...LINEAR),
          seeds,
          async (scene, type, seed) => {
            const c = encodedWidth(scene.encoder);
            const [own, offsets] = [drawn(seed + 1, 1), drawn(seed + 2, ROWS)];
            const theta = dense(c, 1, drawn(seed, c, 0.05));
            const added = seed % 2 === 0 ? { offsets } : {};
            const { here, there } = await bothWays({ scene, type, theta, own, ...added });
            expect(there.size).toBe(1);
            expectEqual(here, there, exact);
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  test('multiplies columns of different tables', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryScene(), seeds, fc.nat(), fc.nat(), async (scene, seed, first, second) => {
        const { encoder } = scene;
        const names = [...encoder.numeric, ...encoder.categorical, ...(encoder.targets ?? [])].map(
          ({ column }) => column,
        );
        const [a, b] = [names[first % names.length]!, names[second % names.length]!];
        const pairs = [
          [
            { group: 's.t', column: a },
            { group: 's.u', column: b },
          ],
        ] as const;
        const data = dataOf(scene);
        const every = Int32Array.from({ length: ROWS }, (_, row) => row);
        const placed = { encoder, pieces: [{ data, rows: every }] };
        const groups = new Map([
          ['s.t', placed],
          ['s.u', placed],
        ]);
        const [across] = acrossColumns(ROWS, pairs, groups, 'materialized');
        const columns = across!.columns;
        const q = 3;
        const interactions = { pairs, theta: dense(columns, q, drawn(seed, columns * q, 0.05)) };
        const c = encodedWidth(encoder);
        const theta = dense(c, q, drawn(seed + 1, c * q, 0.05));
        const own = drawn(seed + 2, q);
        const type = 'softmax-regression';
        const besides = { classes: ['a', 'b', 'c'], interactions };
        const added = across!.multiply(interactions.theta);
        const { here, there } = await bothWays({ scene, type, theta, own, besides, added });
        expectEqual(here, there, exact);
      }),
      { numRuns: 30 },
    );
  });

  test('finds the nearest centre and its distance', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryScene(), seeds, async (scene, seed) => {
        const c = encodedWidth(scene.encoder);
        const theta = dense(c, 3, drawn(seed, c * 3, 3));
        // ‖c_j‖² over the columns of both parts.
        const own = new Float64Array(3);
        theta.data.forEach((value, at) => (own[at % 3]! += 2 * value * value));
        const { here, there } = await bothWays({ scene, type: 'k-means', theta, own });
        expectEqual(here, there, (name) => (name === 'distance' ? 1e-6 : 1e-12));
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    ['texts', ['', 'a', 'ü ß']],
    ['numbers', ['-1', '0', '7']],
    ['texts that begin with a zero', ['01', '2', '3']],
  ])('names the most probable class and gives all probabilities, classes being %s', async (kind, classes) => {
    await fc.assert(
      fc.asyncProperty(arbitraryScene(), seeds, async (scene, seed) => {
        const c = encodedWidth(scene.encoder);
        const theta = dense(c, 3, drawn(seed, c * 3));
        const own = drawn(seed + 1, 3);
        const type = 'softmax-regression';
        const {
          here,
          there,
          classes: named,
        } = await bothWays({ scene, type, theta, own, besides: { classes } });
        expect(there.size).toBe(4);
        expectEqual(here, there, exact);
        expect(there.get('class')).toEqual(kind === 'numbers' ? named?.map(Number) : named);
      }),
      { numRuns: 12 },
    );
  });

  test('gives the principal components', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryScene(), seeds, async (scene, seed) => {
        const c = encodedWidth(scene.encoder);
        // Two components and the mean row; singular values, products with the mean row, and its squared length.
        const theta = dense(c, 3, drawn(seed, c * 3));
        const own = drawn(seed + 1, 5);
        const { here, there } = await bothWays({ scene, type: 'pca', theta, own });
        expect([...there.keys()]).toEqual(['component_1', 'component_2']);
        expectEqual(here, there, exact);
      }),
      { numRuns: 20 },
    );
  });

  const settings = fc.oneof(
    fc.record({
      output: fc.constantFrom('sigmoid', 'linear'),
      activation: fc.constantFrom('relu', 'tanh', 'elu'),
      hidden: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 3 }),
      batchNormalization: fc.boolean(),
    }),
    fc.record({
      output: fc.constantFrom('sigmoid', 'linear'),
      architecture: fc
        .tuple(
          fc.constantFrom('softplus', 'softsign', 'swish', 'sigmoid', 'linear'),
          fc.boolean(),
          fc.constantFrom('Dropout' as const, 'BatchNormalization' as const),
        )
        .map(([activation, bias, between]) =>
          modelJson([
            ['Dense', { units: 3, use_bias: bias, activation }],
            [between, between === 'Dropout' ? { rate: 0.3 } : { epsilon: 0.01 }],
            ['Dense', { units: 1, use_bias: !bias }],
          ]),
        ),
    }),
  );

  test('has all layers of a network, with what normalises them', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryScene(NUMBERS.numeric), seeds, settings, async (scene, seed, given) => {
        const spec = networkSpec(
          modelSchema.parse({ type: 'neural-network', ...('hidden' in given && { dropout: 0.5 }), ...given }),
        );
        const weights = weightsOf(spec).map(({ name, shape }, at): [string, Float64Array] => {
          const values = drawn(
            seed + at,
            shape.reduce((size, one) => size * one, 1),
          );
          return [name, name.startsWith('variance') ? values.map((value) => value * value) : values];
        });
        const [c, h] = [encodedWidth(scene.encoder), architectureOf(spec).units];
        const { here, there } = await bothWays({
          ...{
            scene,
            type: 'neural-network',
            theta: dense(c, h, drawn(seed, c * h)),
            own: Float64Array.of(0),
          },
          besides: { network: savedNetwork(spec, new Map(weights)) },
        });
        expectEqual(here, there, () => 1e-6);
      }),
      { numRuns: 20 },
    );
  });

  test('names the most probable class of a network, and gives all probabilities', async () => {
    const layers = fc.constantFrom(
      { hidden: [4], output: 'softmax' },
      {
        output: 'softmax',
        architecture: modelJson([
          ['Dense', { units: 4, activation: 'tanh' }],
          ['Dense', { units: 3 }],
          ['Activation', { activation: 'softmax' }],
        ]),
      },
      { output: 'softmax', architecture: modelJson([['Dense', { units: 3, activation: 'softmax' }]]) },
    );
    await fc.assert(
      fc.asyncProperty(arbitraryScene(NUMBERS.numeric), seeds, layers, async (scene, seed, given) => {
        const job = modelSchema.parse({ type: 'neural-network', ...given });
        const spec = { ...networkSpec(job), classes: 3 };
        const weights = weightsOf(spec).map(({ name, shape }, at): [string, Float64Array] => [
          name,
          drawn(
            seed + at,
            shape.reduce((size, one) => size * one, 1),
            2,
          ),
        ]);
        const [c, h] = [encodedWidth(scene.encoder), architectureOf(spec).units];
        const classes = ['low', 'middle', 'high'];
        const compared = {
          ...{ scene, type: 'neural-network' as const, theta: dense(c, h, drawn(seed, c * h)) },
          own: new Float64Array(0),
          besides: { classes, network: savedNetwork(spec, new Map(weights)) },
        };
        const { here, there, classes: named } = await bothWays(compared);
        expect([...here.keys()]).toEqual(classes.map((name) => `probability_${name}`));
        expectEqual(here, there, () => 1e-6);
        // Where two are as probable but for float32, either may be named.
        const clear = (row: number) => {
          const [first = 0, second = 0] = [...here.values()].map((p) => p[row]!).sort((a, b) => b - a);
          return first - second > 1e-5;
        };
        const ours = named?.filter((_name, row) => clear(row));
        expect(there.get('class')?.filter((_name, row) => clear(row))).toEqual(ours);
      }),
      { numRuns: 12 },
    );
  });

  test('refuses a network with a layer that it does not say', () => {
    const layers = modelJson([
      ['Dense', { units: 4 }],
      ['LayerNormalization', {}],
      ['Dense', { units: 1 }],
    ]);
    const spec = networkSpec(
      modelSchema.parse({ type: 'neural-network', output: 'linear', architecture: layers }),
    );
    const weights = weightsOf(spec).map(({ name, shape }) => [
      name,
      new Float64Array(shape.reduce((size, one) => size * one, 1)),
    ]) as [string, Float64Array][];
    const encoder: Encoder = {
      numeric: [{ kind: 'numeric', column: 'x', center: 0, scale: 1 }],
      categorical: [],
    };
    const part = { group: 's.t', inputName: (column: string) => column, encoder, theta: dense(1, 4) };
    const network = savedNetwork(spec, new Map(weights));
    const write = () =>
      toOnnx({ type: 'neural-network', name: 'n@1', parts: [part], own: Float64Array.of(0), network });
    expect(write).toThrow(
      expect.objectContaining({
        code: 'AMALUR_NOT_EXPORTABLE',
        message: expect.stringContaining('LayerNormalization') as string,
      }) as Error,
    );
  });

  test('names its inputs by their columns, one each, and its outputs otherwise', async () => {
    const encoder: Encoder = {
      numeric: [{ kind: 'numeric', column: 'prediction', center: 0, scale: 1 }],
      categorical: [],
    };
    const part = (prefix: string) => ({
      ...{ group: prefix, inputName: (column: string) => `${prefix}${column}`, encoder, theta: dense(1, 1) },
    });
    const parts = [part('shop.orders.'), part('')];
    const bytes = toOnnx({ type: 'linear-regression', name: 'm@3', parts, own: Float64Array.of(2) });
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['shop.orders.prediction', 'prediction']);
    expect(session.outputNames).toEqual(['prediction_2']);
    await session.release();
  });

  test('is sound whatever its columns are called', async () => {
    const names = ['.0', '.1', '..2', '.', ''];
    const encoder: Encoder = {
      numeric: names.map((column) => ({ kind: 'numeric', column, center: 0, scale: 1 })),
      categorical: [],
    };
    const part = { group: 'g', inputName: (column: string) => column || 'x', encoder };
    const theta = dense(5, 1, Float64Array.of(1, 2, 3, 4, 5));
    const parts = [{ ...part, theta }];
    const bytes = toOnnx({ type: 'linear-regression', name: 'm@1', parts, own: Float64Array.of(0) });
    const session = await InferenceSession.create(bytes);
    expect(session.inputNames).toEqual(['.0', '.1', '..2', '.', 'x']);
    await session.release();
  });

  test.each([
    ['a model without a formula', { type: 'nmf' }, 'model'],
    [
      'a hashed column',
      { encoder: { numeric: [], categorical: [{ kind: 'hash', column: 'c', buckets: 4 }] } },
      'features.encode',
    ],
  ] as const)('refuses %s', (_what, change, field) => {
    const encoder: Encoder = 'encoder' in change ? change.encoder : { numeric: [], categorical: [] };
    const type = 'type' in change ? change.type : 'linear-regression';
    const part = {
      group: 's.t',
      inputName: (column: string) => column,
      encoder,
      theta: dense(encodedWidth(encoder), 1),
    };
    const write = () => toOnnx({ type, name: 'm@1', parts: [part], own: new Float64Array(1) });
    expect(write).toThrow(AmalurError);
    expect(write).toThrow(expect.objectContaining({ code: 'AMALUR_NOT_EXPORTABLE', field }));
  });
});
