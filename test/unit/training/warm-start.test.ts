import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { trainingPart } from '../../../core/integration/target-index.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { runLocally, type LocalRun } from '../../../core/training/local-runner.js';
import { draws } from '../../../core/models/draws.js';
import type { Progress, StartingPoint } from '../../../core/training/program.js';
import { grouped, type Grouped } from '../../support/arbitrary-groups.js';
import { writtenOut } from '../../support/every-way.js';
import { labelsFor } from '../../support/glm-labels.js';
import { trainInProcess, type InRounds } from '../../support/rounds-in-process.js';

const parsed = (model: object) => jobSchema.shape.model.parse(model);

const convex = [
  { type: 'logistic-regression' },
  { type: 'linear-regression', solver: 'l-bfgs' },
  { type: 'poisson-regression' },
  { type: 'gamma-regression' },
  { type: 'huber-regression', delta: 0.3 },
  { type: 'logistic-regression', l1: 0.0371 },
  { type: 'linear-regression', l1: 0.0371 },
  { type: 'softmax-regression' },
].map((model) => parsed({ ...model, l2: 0.1, tolerance: 1e-12 }));

/** Models that may come to rest in more than one place: where they begin decides it. */
const others = [
  { type: 'k-means', clusters: 2 },
  // A variance is a difference of squares: next to none would make much of how they are rounded.
  { type: 'gaussian-mixture', components: 2, maxRounds: 5, varianceFloor: 1e-2 },
  { type: 'nmf', rank: 2, maxRounds: 20 },
].map(parsed);

const widths: Partial<Record<ModelSpec['type'], number>> = {
  'softmax-regression': 2,
  'k-means': 2,
  'gaussian-mixture': 4,
  nmf: 2,
};
const widthOf = ({ type }: ModelSpec) => widths[type] ?? 1;

/** Parameters that no training has found: of a mixture the variances are not 0, of a factorisation nothing is negative. */
function startFor(spec: ModelSpec, columns: number, drawn: readonly number[]): StartingPoint {
  const q = widthOf(spec);
  const at = (place: number) => drawn[place % drawn.length]! / 8;
  const cell = (place: number) => {
    if (spec.type === 'gaussian-mixture' && place % q >= q / 2) return 0.5 + Math.abs(at(place));
    return spec.type === 'nmf' ? Math.abs(at(place)) : at(place);
  };
  const own =
    spec.type === 'gaussian-mixture'
      ? [0.25, 0.75]
      : spec.type === 'softmax-regression'
        ? [0.3, -0.3]
        : [0.7];
  return {
    parameters: dense(
      columns,
      q,
      Float64Array.from({ length: columns * q }, (_, place) => cell(place)),
    ),
    own: Float64Array.from(own),
    known: Float64Array.from({ length: columns }, (_, column) =>
      Number((drawn[column % drawn.length]! & 3) > 0),
    ),
  };
}

function locally(table: Matrix, { names, target }: Grouped, spec: ModelSpec, startAt?: StartingPoint) {
  const { labels, classes, weights, offsets } = trainingPart(target);
  const curve: Progress[] = [];
  const run: LocalRun = {
    ...{ table, names, labels, spec, rounds: 1000 },
    ...(classes && { classes }),
    ...(weights && { weights }),
    ...(offsets && { offsets }),
    ...(startAt && { startAt }),
    onProgress: (progress) => curve.push(progress),
  };
  const { parameters, own } = runLocally(run);
  const { round: rounds = 0, loss = NaN } = curve.at(-1) ?? {};
  return { found: [...parameters.data, ...own], rounds, loss };
}

function flat({ parameters, own }: InRounds, { target }: Grouped): number[] {
  return [...target.groups.flatMap(({ id }) => [...(parameters.get(id)?.data ?? [])]), ...own];
}

const nonNegative = (scene: Grouped): Grouped => {
  const up = (table: Matrix) => table.mapZeroPreserving(Math.abs);
  return {
    ...scene,
    tables: new Map([...scene.tables].map(([id, one]) => [id, { ...one, table: up(one.table) }])),
    sources: scene.sources.map((one) => ({ ...one, table: up(one.table) })),
    cells: scene.cells.map((row) => row.map(Math.abs)),
  };
};

function sceneOf(spec: ModelSpec): fc.Arbitrary<Grouped> {
  if (!others.includes(spec))
    return grouped.map((scene) => ({
      ...scene,
      target: { ...scene.target, labels: labelsFor(spec, scene.target.labels) },
    }));
  return grouped.map((scene) => {
    const { rows, trainRows, groups } = scene.target;
    const bare = { ...scene, target: { rows, trainRows, groups, labels: new Float64Array(0) } };
    return spec.type === 'nmf' ? nonNegative(bare) : bare;
  });
}

function close(found: readonly number[], expected: readonly number[], by: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach((value, at) => {
    expect(Math.abs(value - expected[at]!) / Math.max(1, Math.abs(expected[at]!))).toBeLessThan(by);
  });
}

const beginnings = fc.array(fc.integer({ min: -6, max: 6 }), { minLength: 4, maxLength: 24 });

describe.each([...convex, ...others])('$type $l1 that begins at given parameters', (spec) => {
  test('is the same materialized, factorized and in rounds, from stored states too', () => {
    fc.assert(
      fc.property(sceneOf(spec), beginnings, (scene, drawn) => {
        const startAt = startFor(spec, scene.names.length, drawn);
        const written = locally(writtenOut(scene), scene, spec, startAt);
        const factorized = locally(
          factorizedTable(scene.target.trainRows, scene.sources),
          ...([scene, spec, startAt] as const),
        );
        close(factorized.found, written.found, 1e-8);
        for (const forgetting of [false, true]) {
          const apart = trainInProcess(scene.tables, scene.target, spec, { startAt, forgetting });
          close(flat(apart, scene), written.found, 1e-8);
          if (others.includes(spec)) expect(apart.curve.at(-1)?.round).toBe(written.rounds);
        }
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

describe.each(convex)('$type $l1', (spec) => {
  test('has the solution that it has from its own beginning, wherever it begins', () => {
    fc.assert(
      fc.property(sceneOf(spec), beginnings, (scene, drawn) => {
        const table = writtenOut(scene);
        const cold = locally(table, scene, spec);
        const warm = locally(table, scene, spec, startFor(spec, scene.names.length, drawn));
        close([warm.loss], [cold.loss], 1e-8);
        // Between labels that are far apart the intercept of least Huber loss is free.
        if (spec.type !== 'huber-regression') close(warm.found, cold.found, 1e-6);
      }),
      { numRuns: 15, endOnFailure: true },
    );
  });
});

describe('rounds', () => {
  const rows = 400;
  const cell = (row: number, column: number) => Math.sin(1.7 * row * (column + 1) + column * column);
  const columns = 6;
  const table = (change: number) =>
    denseMatrix(
      dense(
        rows,
        columns,
        Float64Array.from({ length: rows * columns }, (_, at) => {
          const [row, column] = [Math.floor(at / columns), at % columns];
          return cell(row, column) + 0.4 * cell(row, 0) + change * cell(row + 7, column + 2);
        }),
      ),
    );
  const score = (row: number) => cell(row, 0) - 2 * cell(row, 1) + 0.3 * cell(row * row, 3);
  const labelOf: Partial<Record<ModelSpec['type'], (row: number) => number>> = {
    'logistic-regression': (row) => Number(score(row) > 0),
    'softmax-regression': (row) => (score(row) > 1 ? 2 : Number(score(row) > -1)),
    'poisson-regression': (row) => Math.round(Math.exp(0.7 * score(row))),
    'gamma-regression': (row) => Math.exp(0.7 * score(row)),
  };
  const names = Array.from({ length: columns }, (_, at) => `c${String(at)}`);
  const train = (spec: ModelSpec, change: number, startAt?: StartingPoint) => {
    const label = labelOf[spec.type] ?? score;
    const labels = Float64Array.from({ length: rows }, (_, row) => label(row));
    let rounds = 0;
    const result = runLocally({
      ...{ table: table(change), names, labels, spec, rounds: 5000, classes: ['a', 'b', 'c'] },
      ...(startAt && { startAt }),
      onProgress: ({ round }) => (rounds = round),
    });
    expect(result.stopped).toBe('converged');
    return { ...result, rounds };
  };

  const specs = [
    ...convex.map((spec) => ({ ...spec, tolerance: 1e-10 }) as ModelSpec),
    parsed({ type: 'quantile-regression', quantile: 0.3, l2: 0.01 }),
    parsed({ type: 'k-means', clusters: 4 }),
    parsed({ type: 'gaussian-mixture', components: 3 }),
  ];

  test.each(specs)(
    '$type $l1: at most two more where nothing has changed, fewer where little has',
    (spec) => {
      const before = train(spec, 0);
      expect(train(spec, 0, before).rounds).toBeLessThanOrEqual(2);
      const [cold, warm] = [train(spec, 0.001), train(spec, 0.001, before)];
      // Whitened by all of its columns at once, least squares takes no more rounds from anywhere.
      if (spec.type === 'linear-regression') expect(warm.rounds).toBeLessThanOrEqual(cold.rounds);
      else expect(warm.rounds).toBeLessThan(cold.rounds);
      if (convex.some(({ type }) => type === spec.type))
        close(
          [...warm.parameters.data, ...warm.own].sort(),
          [...cold.parameters.data, ...cold.own].sort(),
          1e-6,
        );
    },
  );
});

describe('of a version that says little, a model without labels is made as well as by itself', () => {
  const rows = 90;
  const columns = 4;
  const noise = (at: number) => Math.abs(Math.sin(12.9898 * at + 3.1)) % 1;
  /** Three groups of rows, each with a column of its own; the last column says nothing. */
  const cells = Float64Array.from({ length: rows * columns }, (_, at) => {
    const [row, column] = [Math.floor(at / columns), at % columns];
    return (row % 3 === column ? 3 : 0) + noise(at);
  });
  const table = denseMatrix(dense(rows, columns, cells));
  const names = Array.from({ length: columns }, (_, at) => `c${String(at)}`);
  const train = (spec: ModelSpec, startAt?: StartingPoint, of = table, called = names) => {
    let last: Progress | undefined;
    const run = { table: of, names: called, labels: new Float64Array(0), spec, rounds: 5000 };
    const onProgress = (progress: Progress) => (last = progress);
    const result = runLocally({ ...run, ...(startAt && { startAt }), onProgress });
    return { ...result, loss: last?.loss ?? NaN, rounds: last?.round ?? NaN };
  };
  const models = [
    parsed({ type: 'k-means', clusters: 3, seed: 1 }),
    parsed({ type: 'gaussian-mixture', components: 3, seed: 1 }),
    parsed({ type: 'nmf', rank: 3, seed: 1 }),
  ];

  test.each(models)('$type: of no column, of one, and of all', (spec) => {
    const cold = train(spec);
    for (const known of [
      [0, 0, 0, 0],
      [1, 1, 0, 1],
      [1, 1, 1, 1],
    ]) {
      const parameters = dense(columns, cold.parameters.columns, cold.parameters.data.slice());
      known.forEach((is, column) => {
        const width = parameters.columns;
        // As the columns of a party come whose encoder cannot say them.
        if (!is)
          parameters.data.fill(
            spec.type === 'gaussian-mixture' ? 1 : 0,
            column * width,
            (column + 1) * width,
          );
      });
      const warm = train(spec, { parameters, own: cold.own, known: Float64Array.from(known) });
      // A factorisation rests somewhere else from everywhere.
      const worse = spec.type === 'nmf' ? 0.25 : 0.03;
      expect(warm.loss).toBeLessThanOrEqual(cold.loss + worse * Math.abs(cold.loss));
      // What is new is learned: the likelihood of some columns is no measure for that of all.
      if (known.includes(0) && spec.type !== 'k-means') expect(warm.rounds).toBeGreaterThan(1);
      const nothing = !known.includes(1);
      if (nothing && spec.type !== 'nmf') expect(warm.parameters).toEqual(cold.parameters);
      if (nothing) expect(Math.max(...warm.parameters.data)).toBeLessThan(100);
    }
  });

  test('nmf: parameters that were 0 are not so for ever', () => {
    const spec = parsed({ type: 'nmf', rank: 2, seed: 1 });
    const h = [1, 0.5, 1, 0.2, 0.3, 1, 0.1, 1];
    const exact = Float64Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      return noise(2 * row) * h[2 * column]! + noise(2 * row + 1) * h[2 * column + 1]!;
    });
    const product = denseMatrix(dense(rows, columns, exact));
    const parameters = dense(columns, 2, Float64Array.from([1, 0, 1, 0, 0, 1, 0, 1]));
    const warm = train(spec, { parameters, own: new Float64Array(0) }, product);
    expect(warm.loss).toBeLessThan(3 * train(spec, undefined, product).loss);
  });

  // Three of 150 draws, in which the training rests far too early if zeros of W begin at 1e-6 of their row's mean.
  test.each([13, 101, 117])(
    'nmf: loadings that are 0 in the best W for given parameters are not so for ever: draw %s',
    (scene) => {
      const spec = parsed({ type: 'nmf', rank: 3, seed: 1, maxRounds: 1000 });
      const [height, width] = [60, 8];
      /** Half of a factor is 0. */
      const factor = (name: string, length: number) => {
        const draw = draws(`${name} ${String(scene)}`);
        return Array.from({ length }, (_, at) => (draw(0, at) < 0.5 ? 0 : draw(1, at)));
      };
      const w = factor('w', height * 3);
      const [before, after] = [factor('before', 3 * width), factor('after', 3 * width)];
      const noise = draws(`changed ${String(scene)}`);
      /** The same W, and an H of which this share is another one. */
      const product = (share: number) => {
        const h = before.map((value, at) => (1 - share) * value + share * after[at]!);
        const cell = (_: unknown, at: number) => {
          const [row, column] = [Math.floor(at / width), at % width];
          return [0, 1, 2].reduce(
            (sum, j) => sum + w[row * 3 + j]! * h[j * width + column]!,
            0.05 * noise(at),
          );
        };
        const data = Float64Array.from({ length: height * width }, cell);
        return denseMatrix(dense(height, width, data));
      };
      const columns = Array.from({ length: width }, (_, at) => `c${String(at)}`);
      const version = train(spec, undefined, product(0), columns);
      const now = product(0.8);
      const [cold, warm] = [train(spec, undefined, now, columns), train(spec, version, now, columns)];
      const square = now.squaredRowNorms().reduce((sum, norm) => sum + norm, 0) / height;
      // In shares of ½‖T‖², of which the last update has taken off less than 1e-5.
      expect((warm.loss - cold.loss) / (square / 2)).toBeLessThan(2e-4);
    },
  );

  test('gaussian-mixture: a component that had no row can have some again', () => {
    const spec = models[1]!;
    const cold = train(spec);
    const own = cold.own.slice();
    own.set([own[0]! + own[1]!, 0], 0);
    expect(train(spec, { parameters: cold.parameters, own }).loss).toBeLessThan(cold.loss + 1e-3);
  });
});
