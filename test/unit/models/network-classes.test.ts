import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import type { Dense, Matrix } from '../../../core/algebra/matrix.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { MulticlassMetrics } from '../../../core/models/model.js';
import { neuralNetwork } from '../../../core/models/network/family.js';
import { backward } from '../../../core/models/network/forward.js';
import { initialWeights } from '../../../core/models/network/layers.js';
import { readNetwork } from '../../../core/models/network/saved.js';
import type { NetworkSpec } from '../../../core/models/network/spec.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { classified } from '../../support/arbitrary-classes.js';
import type { Grouped } from '../../support/arbitrary-groups.js';
import { writtenOut } from '../../support/every-way.js';
import {
  byTensorflow,
  expectNear,
  fit,
  namesOf,
  probabilitiesOf,
  sample,
  specOf,
  type Change,
} from '../../support/network-fits.js';
import { stored, trainInProcess } from '../../support/rounds-in-process.js';
import { loaded, modelJson } from '../../support/whole-network.js';

const C = 3;
const classes = namesOf(C);
const softmaxSpec = (change: Change = {}): NetworkSpec => ({
  ...specOf({ output: 'softmax', hidden: [6, 4], epochs: 6, batchSize: 32, learningRate: 0.02, ...change }),
  classes: C,
});

/** Classes of rows that depend on their columns, each with some rows. */
function graded(rows = 90) {
  const { table, labels } = sample(rows);
  return { table, labels: labels.map((label, row) => (row % 4 === 0 ? 2 : label)) };
}

type Layers = Parameters<typeof modelJson>[0];

describe('a network that learns many classes', () => {
  const layers: Layers = [
    ['Dense', { units: 8, activation: 'tanh', kernel_initializer: 'heNormal' }],
    ['LayerNormalization'],
    ['Dense', { units: C, kernel_initializer: 'glorotUniform' }],
    ['Activation', { activation: 'softmax' }],
  ];
  const single: Layers = [['Dense', { units: C, activation: 'softmax' }]];

  test.each([
    ['described by the job', {}, undefined],
    ['with momentum and ELU', { optimizer: 'momentum', activation: 'elu', learningRate: 0.05 }, undefined],
    ['of its own layers', { architecture: modelJson(layers) }, layers],
    ['of one layer, the one that is split', { architecture: modelJson(single) }, single],
  ] satisfies [string, Change, Layers | undefined][])(
    'has the losses and probabilities of tfjs on the whole one, batch by batch: %s',
    async (_what, change, own) => {
      const sampled = graded();
      const spec = softmaxSpec(change);
      const ours = fit(sampled, spec, { classes });
      const model = own && (await loaded(own, 5));
      const theirs = await byTensorflow(sampled, spec, sampled.labels, model);
      expectNear(ours.losses, theirs.losses, 1e-5);
      const { data, columns } = probabilitiesOf(ours, sampled.table);
      expect(columns).toBe(C);
      expectNear(data, theirs.predictions, 1e-4);
      expect(ours.losses.at(-1)!).toBeLessThan(ours.losses[0]! * 0.99);
    },
  );

  test('has the gradients of finite differences; a row of a class that is not learned, which weighs nothing, has none', () => {
    const spec = softmaxSpec({ hidden: [3, 3], activation: 'tanh', batchNormalization: true, dropout: 0.4 });
    const z = dense(
      6,
      3,
      Float64Array.from({ length: 18 }, (_, at) => Math.sin(3 * at)),
    );
    const batch = {
      rows: Int32Array.of(3, 8, 1, 20, 5, 9),
      labels: Float64Array.of(0, 2, C, 1, 1, 0),
      weights: Float64Array.of(1, 2, 0, 0.5, 1, 1),
    };
    const weights = initialWeights(spec);
    const at = (w: ReadonlyMap<string, Float64Array>, from: Dense) => backward(spec, w, from, batch, 7);
    const { residual, gradients } = at(weights, z);
    const h = 0.005;
    const moved = (data: Float64Array, i: number, by: number) =>
      data.map((value, j) => (i === j ? value + by : value));
    const slope = (loss: (by: number) => number) => (loss(h) - loss(-h)) / (2 * h);
    z.data.forEach((_, i) => {
      const byDifference = slope((by) => at(weights, dense(6, 3, moved(z.data, i, by))).loss);
      expect(Math.abs(residual.data[i]! - byDifference)).toBeLessThan(3e-4);
    });
    for (const [name, gradient] of gradients) {
      gradient.forEach((value, i) => {
        const changed = (by: number) => new Map(weights).set(name, moved(weights.get(name)!, i, by));
        expect(Math.abs(value - slope((by) => at(changed(by), z).loss)), name).toBeLessThan(3e-4);
      });
    }
    expect(gradients.get('kernel.2')).toHaveLength(3 * C);
    expect(Math.hypot(...residual.data)).toBeGreaterThan(0.01);
  });

  test('a class that weighs 3 is one whose rows weigh 3, and balanced classes have the same sum', () => {
    const sampled = graded(30);
    const spec = softmaxSpec({ batchSize: 1000 });
    const rowsOf = (label: number) => sampled.labels.filter((other) => other === label).length;
    const byRows = (factor: (label: number) => number) =>
      fit(sampled, spec, { classes, weights: sampled.labels.map(factor) });
    const byClass = (classWeights: NetworkSpec['classWeights']) =>
      fit(sampled, { ...spec, classWeights }, { classes });
    const three = byClass({ 'class 2': 3 });
    expectNear(three.parameters.data, byRows((label) => (label === 2 ? 3 : 1)).parameters.data, 1e-6);
    const balanced = byClass('balanced');
    expectNear(balanced.parameters.data, byRows((label) => 1 / rowsOf(label)).parameters.data, 1e-6);
    expect(three.parameters.data).not.toEqual(byClass('none').parameters.data);
  });

  test('classes weigh alike where a network gives one probability', () => {
    const sampled = sample(30);
    const spec = specOf({ hidden: [4], epochs: 6, learningRate: 0.02 });
    const byClass = fit(sampled, { ...spec, classWeights: { '1': 4 } });
    const byRow = fit(sampled, spec, { weights: sampled.labels.map((label) => (label === 1 ? 4 : 1)) });
    expectNear(byClass.parameters.data, byRow.parameters.data, 1e-6);
    expect(byClass.parameters.data).not.toEqual(fit(sampled, spec).parameters.data);
  });

  test('rows of weight 0, whatever their class, change nothing', () => {
    const sampled = graded(30);
    const spec = softmaxSpec({ batchSize: 1000 });
    const weights = new Float64Array(30).fill(1).fill(0, 25);
    const wrong = { ...sampled, labels: sampled.labels.map((label, row) => (row < 25 ? label : C)) };
    const [a, b] = [sampled, wrong].map((given) => fit(given, spec, { classes, weights }));
    expect(b!.parameters).toEqual(a!.parameters);
    expect(b!.losses.every(Number.isFinite)).toBe(true);
  });

  test('measures its classes as any model of many classes, and stays finite on scores of any size', () => {
    const sampled = graded();
    const { parameters, own, network } = fit(sampled, softmaxSpec({ epochs: 30 }), { classes });
    const scores = denseMatrix(sampled.table).multiply(parameters);
    const metrics = neuralNetwork.measure(scores, own, sampled.labels, network) as MulticlassMetrics;
    expect(metrics.rows).toBe(90);
    expect(metrics.classes.reduce((sum, rows) => sum + rows, 0)).toBe(90);
    expect(metrics.macroAuc).toBeGreaterThan(0.6);
    const huge = { ...scores, data: scores.data.map((score) => 1e6 * score) };
    const { probabilities, predicted } = neuralNetwork.classify!(huge, own, stored(network!))!;
    expect(probabilities.data.every((p) => p >= 0 && p <= 1)).toBe(true);
    expect(predicted).toHaveLength(90);
    expect(readNetwork(network!).spec.classes).toBe(C);
  });

  test('stopping after every epoch and going on from the state gives the same bits', () => {
    const sampled = graded();
    const spec = softmaxSpec({
      batchNormalization: true,
      classWeights: 'balanced',
      earlyStopping: { validation: 0.2, patience: 2 },
    });
    const straight = fit(sampled, spec, { classes });
    let piecewise = fit(sampled, spec, { classes, rounds: 1 });
    while (piecewise.stopped === undefined)
      piecewise = fit(sampled, spec, { classes, rounds: 1, from: piecewise.state });
    expect(piecewise.parameters).toEqual(straight.parameters);
    expect(piecewise.network).toEqual(straight.network);
  });
});

describe('a network of many classes over several tables', () => {
  const settings: readonly Change[] = [
    { hidden: [4], batchSize: 5, classWeights: 'balanced' },
    { hidden: [4, 3], batchSize: 100, dropout: 0.3, l2: 0.01 },
    { hidden: [3], batchSize: 5, earlyStopping: { validation: 0.3, patience: 1 } },
  ];
  const problem = fc.record({ scene: classified, change: fc.constantFrom(...settings) });
  const flat = ({ losses, data }: ReturnType<typeof locally>) => [...losses, ...data];

  /** Losses by epoch, and probabilities of the training rows. */
  function locally(table: Matrix, { names, target }: Grouped, spec: NetworkSpec) {
    const { labels, classes: known, weights, trainRows } = target;
    const losses: number[] = [];
    const result = runLocally({
      ...{ table, names, spec, rounds: 1000, labels: labels.subarray(0, trainRows) },
      ...(known && { classes: known }),
      ...(weights && { weights: weights.subarray(0, trainRows) }),
      onProgress: ({ loss }) => losses.push(loss),
    });
    const scores = table.multiply(result.parameters);
    return {
      losses,
      data: [...neuralNetwork.classify!(scores, result.own, result.network)!.probabilities.data],
    };
  }

  function byParties(scene: Grouped, spec: NetworkSpec, forgetting = false) {
    const { target, tables } = scene;
    const { parameters, own, network, curve } = trainInProcess(tables, target, spec, { forgetting });
    const theta = target.groups.flatMap(({ id }) => [...parameters.get(id)!.data]);
    const table = writtenOut(scene);
    const scores = table.multiply(
      dense(table.columns, theta.length / table.columns, Float64Array.from(theta)),
    );
    return {
      losses: curve.map(({ loss }) => loss),
      data: [...neuralNetwork.classify!(scores, own, network)!.probabilities.data],
    };
  }

  const specFor = (change: Change) => specOf({ output: 'softmax', epochs: 3, learningRate: 0.02, ...change });

  test('has the same losses and probabilities joined, factorized and by parties, within float32', () => {
    fc.assert(
      fc.property(problem, ({ scene, change }) => {
        const spec = specFor(change);
        const joined = flat(locally(writtenOut(scene), scene, spec));
        const factorized = locally(factorizedTable(scene.target.trainRows, scene.sources), scene, spec);
        for (const other of [factorized, byParties(scene, spec)]) {
          const values = flat(other);
          expect(values).toHaveLength(joined.length);
          values.forEach((value, at) => {
            expect(Math.abs(value - joined[at]!)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value)));
          });
        }
      }),
      { numRuns: 15 },
    );
  }, 60_000);

  test('has the same bits by parties whose states are lost and read again after every step', () => {
    fc.assert(
      fc.property(problem, ({ scene, change }) => {
        const spec = specFor(change);
        expect(byParties(scene, spec, true)).toEqual(byParties(scene, spec));
      }),
      { numRuns: 4 },
    );
  }, 60_000);
});
