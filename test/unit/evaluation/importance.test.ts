import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { importanceOf, type Scored } from '../../../core/evaluation/importance.js';
import { encode, type FeatureData } from '../../../core/integration/encode.js';
import { encodedColumns, sourceColumns, type Encoder } from '../../../core/integration/encoder.js';
import { generalisedLinear } from '../../../core/models/glm/family.js';
import { linearRegression } from '../../../core/models/linear-regression.js';
import { logisticLoss } from '../../../core/models/logistic-regression.js';
import { poissonLoss } from '../../../core/models/poisson-regression.js';

interface Loss {
  readonly mean: number;
  readonly deviation: number;
}

interface Fixture {
  readonly labels: readonly number[];
  readonly x: readonly number[];
  readonly theta: readonly number[];
  readonly intercept: number;
  readonly silos: Readonly<Record<string, Loss>>;
  readonly columns: Readonly<Record<string, Loss>>;
  readonly scikitLearn: Readonly<Record<string, Loss>>;
}

// By NumPy and scikit-learn: test/fixtures/evaluation/make.py.
const file = new URL('../../fixtures/evaluation/evaluation.json', import.meta.url);
const fixture = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly seed: number;
  readonly repeats: number;
  readonly importance: Readonly<Record<'classification' | 'regression', Fixture>>;
};
const options = { seed: fixture.seed, repeats: fixture.repeats };

const plain = { center: 0, scale: 1 };
const encoders: Readonly<Record<string, Encoder>> = {
  'one.t': {
    numeric: ['a', 'b'].map((column) => ({ kind: 'numeric', column, ...plain })),
    categorical: [],
  },
  'two.t': {
    numeric: [],
    categorical: [{ kind: 'categorical', column: 'c', levels: ['x', 'y'] }],
  },
};

/** The fixture's model as groups of columns of two silos: a and b are numbers, c is a text of which the third level is "other". */
function scoredModel(task: 'classification' | 'regression'): Scored {
  const { labels, x, theta, intercept } = fixture.importance[task];
  const family = task === 'classification' ? generalisedLinear(logisticLoss, task) : linearRegression;
  const rows = labels.length;
  const column = (at: number) => Float64Array.from({ length: rows }, (_, row) => x[row * 5 + at]!);
  const codes = Int32Array.from({ length: rows }, (_, row) => x.slice(row * 5 + 2, row * 5 + 5).indexOf(1));
  const numeric = new Map([
    ['a', column(0)],
    ['b', column(1)],
  ]);
  const categorical = new Map([['c', { codes, values: ['x', 'y', 'z'] }]]);
  const data: Readonly<Record<string, FeatureData>> = {
    'one.t': { rows, numeric, categorical: new Map() },
    'two.t': { rows, numeric: new Map(), categorical },
  };
  const thetas = {
    'one.t': dense(2, 1, Float64Array.from(theta.slice(0, 2))),
    'two.t': dense(3, 1, Float64Array.from(theta.slice(2))),
  };
  const blocks = (['one.t', 'two.t'] as const).map((group) => ({
    group,
    table: encode(data[group]!, encoders[group]!),
    encoder: encoders[group]!,
    theta: thetas[group],
  }));
  return {
    groups: new Map(blocks.map(({ group, table, theta: own }) => [group, table.multiply(own)])),
    silos: (group) => [group.slice(0, 3)],
    measure: (scores) => family.measure(scores, Float64Array.of(intercept), Float64Array.from(labels)),
    blocks,
  };
}

describe.each(['classification', 'regression'] as const)('of a %s', (task) => {
  const scored = scoredModel(task);
  const exact = fixture.importance[task];

  test('importances are those of columns that are permuted in T, to 1e-12, all encoded columns of one together', () => {
    const found = importanceOf(scored, options);
    expect(found?.silos.map(({ silos }) => silos)).toEqual([['one'], ['two']]);
    for (const { silos, mean, deviation } of found?.silos ?? []) {
      expect(mean).toBeCloseTo(exact.silos[silos.join()]!.mean, 12);
      expect(deviation).toBeCloseTo(exact.silos[silos.join()]!.deviation, 12);
    }
    const columns = found?.columns ?? [];
    expect(columns.map(({ column }) => column).sort()).toEqual(Object.keys(exact.columns).sort());
    for (const { column, mean, deviation } of columns) {
      expect(mean, column).toBeCloseTo(exact.columns[column]!.mean, 12);
      expect(deviation, column).toBeCloseTo(exact.columns[column]!.deviation, 12);
    }
    expect(columns.map(({ mean }) => mean)).toEqual(columns.map(({ mean }) => mean).sort((a, b) => b - a));
  });

  test('over many permutations importances are those of scikit-learn, whose draws are others', () => {
    const repeats = 200;
    const columns = importanceOf(scored, { seed: 9, repeats })?.columns ?? [];
    for (const [name, theirs] of Object.entries(exact.scikitLearn)) {
      const ours = columns.find(({ column }) => column === name)!;
      const error = Math.hypot(ours.deviation, theirs.deviation) / Math.sqrt(repeats);
      expect(Math.abs(ours.mean - theirs.mean)).toBeLessThan(4 * error);
      expect(ours.deviation / theirs.deviation).toBeGreaterThan(0.8);
      expect(ours.deviation / theirs.deviation).toBeLessThan(1.25);
    }
  });
});

test('what the scores do not depend on is of no importance, exactly', () => {
  const scored = scoredModel('classification');
  const rows = scored.groups.get('one.t')!.rows;
  const groups = new Map([...scored.groups, ['two.t', dense(rows, 1)] as const]);
  const [, second] = importanceOf({ ...scored, groups }, options)?.silos ?? [];
  expect(second).toEqual({ silos: ['two'], mean: 0, deviation: 0 });
});

test('groups of columns of one silo are permuted together, and those that several silos supply are one entry', () => {
  const scored = scoredModel('classification');
  const all = importanceOf({ ...scored, silos: () => ['b', 'a', 'b'] }, options);
  expect(all?.silos.map(({ silos }) => silos)).toEqual([['a', 'b']]);
  // Rows that are permuted as a whole no longer know their labels: what is left is chance.
  const many = importanceOf({ ...scored, silos: () => ['a'] }, { seed: 1, repeats: 100 });
  const auc = scored.measure(
    dense(
      160,
      1,
      scored.groups.get('one.t')!.data.map((score, row) => score + scored.groups.get('two.t')!.data[row]!),
    ),
  ) as { auc: number };
  expect(auc.auc - many!.silos[0]!.mean).toBeCloseTo(0.5, 1);
});

test('a measure that is not defined has no importance', () => {
  const scored = scoredModel('classification');
  const measure = () => ({ rows: 160, positives: 0, auc: null, logLoss: 1, accuracy: 1 });
  expect(importanceOf({ ...scored, measure }, options)).toBeUndefined();
});

test('nor has one that is not defined once rows are permuted: no importance is NaN', () => {
  const scored = scoredModel('regression');
  const [labels, own] = [Float64Array.of(1, 1), Float64Array.of(0)];
  const counts = generalisedLinear(poissonLoss, 'regression');
  // Apart the silos' scores are far beyond an exponential, together they are 0.
  const groups = new Map([
    ['one.t', dense(2, 1, Float64Array.of(800, 0))],
    ['two.t', dense(2, 1, Float64Array.of(-800, 0))],
  ]);
  const given = { groups, silos: scored.silos, measure: (s: Dense) => counts.measure(s, own, labels) };
  expect(importanceOf(given, { seed: 1, repeats: 10 })).toBeUndefined();
});

test('every encoded column belongs to the column that it is made of, of whatever kind', () => {
  const encoder: Encoder = {
    numeric: [
      { kind: 'numeric', column: 'age', ...plain, indicator: true },
      {
        kind: 'date',
        column: 'born',
        unit: 'day',
        parts: [
          { part: 'month', cyclic: true },
          { part: 'year', cyclic: false, ...plain },
        ],
        indicator: true,
      },
      { kind: 'numeric', column: 'weight', ...plain },
    ],
    categorical: [
      { kind: 'categorical', column: 'town', levels: ['a', 'b'], indicator: true },
      { kind: 'hash', column: 'note', buckets: 4 },
    ],
  };
  const names = encodedColumns(encoder);
  const sources = sourceColumns(encoder);
  expect(sources).toHaveLength(names.length);
  names.forEach((name, at) => expect(/^[a-z]+/.exec(name)?.[0]).toBe(sources[at]));
});
