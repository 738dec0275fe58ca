import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { backward, scoresOf } from '../../../core/models/network/forward.js';
import { initialWeights } from '../../../core/models/network/layers.js';
import { learningRate } from '../../../core/models/network/learning-rate.js';
import type { NetworkSpec } from '../../../core/models/network/spec.js';
import type { LocalResult } from '../../../core/training/local-runner.js';
import {
  byTensorflow,
  expectNear,
  fit,
  measured,
  predictionsOf,
  sample,
  specOf,
  type Change,
} from '../../support/network-fits.js';

describe('a network whose first layer is split', () => {
  test.each([
    ['Adam, ReLU', {}],
    ['momentum, tanh', { optimizer: 'momentum', activation: 'tanh', learningRate: 0.05 }],
    ['gradient descent, ELU', { optimizer: 'sgd', activation: 'elu', learningRate: 0.1 }],
    ['all rows in one batch', { batchSize: 1000, learningRate: 0.05 }],
    ['no hidden layer', { hidden: [], learningRate: 0.05 }],
    ['a number', { output: 'linear' }],
  ] satisfies [string, Change][])(
    'has the losses and predictions of tfjs on the whole one, batch by batch: %s',
    async (_what, change) => {
      const sampled = sample();
      const spec = specOf({ hidden: [6, 4], epochs: 6, batchSize: 32, learningRate: 0.02, ...change });
      const ours = fit(sampled, spec);
      const theirs = await byTensorflow(sampled, spec);
      expectNear(ours.losses, theirs.losses, 1e-5);
      expectNear(predictionsOf(ours, sampled.table), theirs.predictions, 1e-4);
      // It learns something, so that there is something to compare.
      expect(ours.losses.at(-1)!).toBeLessThan(ours.losses[0]! * 0.99);
    },
  );

  test('normalises batches as tfjs does', async () => {
    const sampled = sample(96);
    const spec = specOf({
      hidden: [6, 4],
      epochs: 6,
      batchSize: 32,
      learningRate: 0.02,
      batchNormalization: true,
    });
    const ours = fit(sampled, spec);
    expectNear(ours.losses, (await byTensorflow(sampled, spec)).losses, 1e-4);
    // Running means of so few batches are as good as those of all rows at once, so that prediction is no worse than training.
    const { logLoss } = measured(ours, sampled);
    expect(logLoss).toBeLessThan(ours.losses.at(-1)! * 1.1);
  });

  test('has the penalty of tfjs', async () => {
    const sampled = sample();
    const spec = specOf({ hidden: [6], epochs: 6, batchSize: 32, learningRate: 0.02, l2: 0.1 });
    const ours = fit(sampled, spec);
    const theirs = await byTensorflow(sampled, spec);
    expectNear(predictionsOf(ours, sampled.table), theirs.predictions, 1e-4);
    const free = fit(sampled, { ...spec, l2: 0 });
    const norm = ({ parameters }: LocalResult) => Math.hypot(...parameters.data);
    expect(norm(ours)).toBeLessThan(norm(free));
  });

  test('a row of weight 3 counts as three rows', () => {
    const { table, labels } = sample(30);
    const rows = [...Array(30).keys()].flatMap((row) => (row % 3 === 0 ? [row, row, row] : [row]));
    const repeated = {
      table: dense(
        rows.length,
        5,
        Float64Array.from(rows.flatMap((row) => [...table.data.subarray(row * 5, row * 5 + 5)])),
      ),
      labels: Float64Array.from(rows, (row) => labels[row]!),
    };
    const weights = Float64Array.from({ length: 30 }, (_, row) => (row % 3 === 0 ? 3 : 1));
    const spec = specOf({ hidden: [4], epochs: 20, batchSize: 1000, learningRate: 0.02 });
    const [weighed, written] = [fit({ table, labels }, spec, { weights }), fit(repeated, spec)];
    expectNear(weighed.parameters.data, written.parameters.data, 1e-4);
  });

  test('equal seeds give equal bits, another seed another network', () => {
    const spec = specOf({ hidden: [6, 4], epochs: 3, batchSize: 16, dropout: 0.3, batchNormalization: true });
    const bits = (change: Partial<NetworkSpec>) => {
      const { parameters, network } = fit(sample(), { ...spec, ...change });
      return [...parameters.data, ...Object.values(network!.tensors).flatMap(({ data }) => [...data])];
    };
    expect(bits({})).toEqual(bits({}));
    expect(bits({ seed: 2 })).not.toEqual(bits({}));
    expect(bits({ dropout: 0 })).not.toEqual(bits({}));
  });

  test('stopping after every epoch and going on from the state gives the same bits', () => {
    const sampled = sample();
    for (const change of [{}, { earlyStopping: { validation: 0.2, patience: 2 }, learningRate: 0.3 }]) {
      const spec = specOf({ hidden: [5], epochs: 6, batchSize: 32, batchNormalization: true, ...change });
      const straight = fit(sampled, spec);
      let piecewise = fit(sampled, spec, { rounds: 1 });
      while (piecewise.stopped === undefined)
        piecewise = fit(sampled, spec, { rounds: 1, from: piecewise.state });
      expect(piecewise.parameters).toEqual(straight.parameters);
      expect(piecewise.network).toEqual(straight.network);
      expect(piecewise.progress).toEqual(straight.progress);
    }
  });

  test('gradients are those of finite differences, with normalisation, dropout, weights and a smooth activation', () => {
    const spec = specOf({ hidden: [3, 3], activation: 'tanh', batchNormalization: true, dropout: 0.4 });
    const rows = Int32Array.of(3, 8, 1, 20, 5, 9);
    const z = dense(
      6,
      3,
      Float64Array.from({ length: 18 }, (_, at) => Math.sin(3 * at)),
    );
    const batch = {
      rows,
      labels: Float64Array.of(0, 1, 1, 0, 1, 0),
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
    expect(Math.hypot(...residual.data)).toBeGreaterThan(0.01);
  });

  test('dropout leaves out its share of the units, others at each step, and none in prediction', () => {
    const spec = specOf({ hidden: [200], dropout: 0.25, activation: 'tanh' });
    const z = dense(50, 200, new Float64Array(10_000).fill(1));
    const batch = {
      rows: Int32Array.from({ length: 50 }, (_, i) => i),
      labels: new Float64Array(50),
      weights: new Float64Array(50).fill(1),
    };
    const weights = initialWeights(spec);
    const dropped = (step: number) =>
      backward(spec, weights, z, batch, step).residual.data.map((g) => Number(g === 0));
    const [first, second] = [dropped(1), dropped(2)];
    expect(first.reduce((a, b) => a + b) / 10_000).toBeCloseTo(0.25, 1);
    expect(first).not.toEqual(second);
    expect(first).toEqual(dropped(1));
    const whole = scoresOf({ ...spec, dropout: 0 }, weights, z);
    expect(scoresOf(spec, weights, z)).toEqual(whole);
  });

  test('stops when rows that are kept apart are predicted no better, with the weights that were best', () => {
    const sampled = sample();
    const spec = specOf({
      hidden: [16],
      epochs: 200,
      batchSize: 16,
      learningRate: 0.05,
      earlyStopping: { validation: 0.3, patience: 3 },
    });
    const { stopped, losses, ...early } = fit(sampled, spec);
    expect(stopped).toBe('stalled');
    expect(losses.length).toBeGreaterThan(4);
    expect(losses.length).toBeLessThan(200);
    // The same as far as the best epoch, which is three before the end.
    const upTo = fit(sampled, { ...spec, epochs: losses.length - 3 });
    expect(upTo.stopped).toBe('max-rounds');
    expect(early.parameters).toEqual(upTo.parameters);
    expect(early.network?.tensors).toEqual(upTo.network?.tensors);
  });

  test('a category that training has not seen adds nothing to what a network predicts', () => {
    // The third column stands for the unseen category: 0 in every row of the training.
    const table = dense(4, 3, Float64Array.of(1, 0, 0, 0, 1, 0, 1, 1, 0, 0, 0, 0));
    const trained = fit(
      { table, labels: Float64Array.of(1, 0, 1, 0) },
      specOf({ hidden: [8], epochs: 20, l2: 0.01 }),
    );
    const [seen, unseen] = predictionsOf(trained, dense(2, 3, Float64Array.of(1, 0, 0, 1, 0, 1)));
    expect(unseen).toBe(seen);
  });

  test('one row, a constant column and rows that weigh nothing are trained on as they are', () => {
    const one = fit(
      { table: dense(1, 1, Float64Array.of(2)), labels: Float64Array.of(1) },
      specOf({ batchNormalization: true }),
    );
    expect(one.losses.every(Number.isFinite)).toBe(true);
    const { table, labels } = sample(12);
    const weights = Float64Array.from({ length: 12 }, (_, row) => Number(row < 2));
    const few = fit({ table, labels }, specOf({ batchSize: 3, epochs: 2 }), { weights });
    expect(few.losses.every(Number.isFinite)).toBe(true);
    const alone = specOf({ earlyStopping: { validation: 0.1, patience: 1 } });
    expect(() => fit({ table: dense(1, 1, Float64Array.of(2)), labels: Float64Array.of(1) }, alone)).toThrow(
      expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'model.earlyStopping' }) as Error,
    );
  });
});

describe('the learning rate', () => {
  const rates = (change: Change) =>
    Array.from({ length: 8 }, (_, done) =>
      learningRate(specOf({ learningRate: 0.1, epochs: 4, ...change }), done, 2),
    );

  test('stays, falls along a cosine to 0, or falls by a factor after some epochs', () => {
    expect(rates({})).toEqual(new Array(8).fill(0.1));
    const cosine = rates({ schedule: 'cosine' });
    expect(cosine[0]).toBe(0.1);
    expect(cosine[4]).toBeCloseTo(0.05, 12);
    expect(cosine[7]).toBeCloseTo(0.05 * (1 + Math.cos((Math.PI * 7) / 8)), 12);
    expectNear(
      rates({ schedule: { every: 2, factor: 0.5 } }),
      [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05],
      1e-12,
    );
  });
});
