import { expect, test } from 'vitest';
import { crossFitted, encode, fitEncoder, type FeatureData } from '../../../core/integration/encode.js';
import { jobSchema } from '../../../core/job/schema.js';
import { draws } from '../../../core/models/draws.js';
import type { ClassificationMetrics } from '../../../core/models/model.js';
import { familyOf } from '../../../core/models/programs.js';
import { scoresOf } from '../../../core/models/family.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { tableOf } from '../../support/encoded-cells.js';

const [ROWS, TRAIN, LEVELS] = [3000, 1500, 500];
const spec = jobSchema.shape.model.parse({ type: 'logistic-regression', l2: 1e-4, tolerance: 1e-9 });

/** Rows of three to a level on the average, whose label depends on a number, and on the level by so much. */
function scene(effect: number): FeatureData {
  const draw = draws('a column of very many levels');
  const level = Array.from({ length: ROWS }, (_, row) => Math.floor(draw(row, 0) * LEVELS));
  const x = Array.from({ length: ROWS }, (_, row) => 2 * draw(row, 1) - 1);
  const score = level.map((one, row) => x[row]! + effect * (2 * draw(one, 2) - 1));
  return {
    ...tableOf(ROWS, { x }, { level: level.map(String) }),
    targets: {
      labels: Float64Array.from(score, (s, row) => (draw(row, 3) < 1 / (1 + Math.exp(-s)) ? 1 : 0)),
      folds: Uint8Array.from({ length: ROWS }, (_, row) => Math.floor(draw(row, 4) * 5)),
    },
  };
}

/** What is learned of the first rows, and how good it is on the others. */
function fitted(data: FeatureData, how: 'cross-fitted' | 'naive' | 'without') {
  const counts = Float64Array.from({ length: ROWS }, (_, row) => (row < TRAIN ? 1 : 0));
  const features = [
    { name: 'x', encoding: 'numeric' as const },
    ...(how === 'without' ? [] : [{ name: 'level', encoding: 'target' as const, smooth: 1 }]),
  ];
  const encoder = fitEncoder(data, features, counts, TRAIN);
  const labels = data.targets!.labels;
  const table = encode(how === 'naive' ? data : crossFitted(data, features, counts), encoder);
  const part = (from: number, to: number) =>
    table.slice(Int32Array.from({ length: to - from }, (_, row) => from + row));
  const { parameters, own } = runLocally({
    ...{ table: part(0, TRAIN), names: ['x', 'level'].slice(0, table.columns), spec, rounds: 1000 },
    labels: labels.subarray(0, TRAIN),
  });
  const family = familyOf(spec.type);
  const measure = (from: number, to: number) => {
    const scores = scoresOf(family, part(from, to), parameters);
    const { auc, logLoss } = family.measure(scores, own, labels.subarray(from, to)) as ClassificationMetrics;
    return { auc: auc ?? NaN, logLoss: logLoss ?? NaN };
  };
  return { weight: parameters.data[1] ?? 0, train: measure(0, TRAIN), test: measure(TRAIN, ROWS) };
}

test('of levels that tell nothing the naive encoding learns training labels by heart, the cross-fitted one learns nothing', () => {
  const data = scene(0);
  const [naive, honest, without] = [
    fitted(data, 'naive'),
    fitted(data, 'cross-fitted'),
    fitted(data, 'without'),
  ];
  expect(naive.weight).toBeGreaterThan(1);
  expect(naive.train.auc).toBeGreaterThan(0.8);
  expect(naive.test.auc).toBeLessThan(without.test.auc - 0.05);
  expect(naive.test.logLoss).toBeGreaterThan(without.test.logLoss + 0.15);
  expect(Math.abs(honest.weight)).toBeLessThan(0.05);
  for (const side of ['train', 'test'] as const) {
    expect(Math.abs(honest[side].auc - without[side].auc)).toBeLessThan(0.005);
    expect(Math.abs(honest[side].logLoss - without[side].logLoss)).toBeLessThan(0.005);
  }
});

test('of levels that tell much the cross-fitted encoding learns more than the naive one', () => {
  const data = scene(3);
  const [naive, honest, without] = [
    fitted(data, 'naive'),
    fitted(data, 'cross-fitted'),
    fitted(data, 'without'),
  ];
  expect(honest.weight).toBeGreaterThan(0.5);
  expect(honest.test.auc).toBeGreaterThan(without.test.auc + 0.15);
  expect(honest.test.logLoss).toBeLessThan(without.test.logLoss - 0.1);
  expect(honest.test.logLoss).toBeLessThan(naive.test.logLoss - 0.05);
});
