import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import type { Dense } from '../../../core/algebra/matrix.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { fillEmptyClusters } from '../../../core/models/k-means/empty-clusters.js';
import { kMeans } from '../../../core/models/k-means/family.js';
import { nearestCentres } from '../../../core/models/k-means/nearest.js';
import { nmf } from '../../../core/models/nmf/family.js';
import { runLocally, type LocalState } from '../../../core/training/local-runner.js';
import { denseTensor } from '../../../core/training/tensors.js';
import { roundsOf } from '../../support/local-rounds.js';

/** What scikit-learn and SciPy make of small tables: test/fixtures/models/make-clustering.py. */
interface Reference {
  readonly kMeans: {
    readonly table: number[][];
    readonly seed: number;
    readonly initRows: number[];
    readonly trajectory: readonly { readonly centres: number[][]; readonly inertia: number }[];
    readonly labels: number[];
    readonly loose: { readonly tolerance: number; readonly moves: number; readonly inertia: number };
  };
  readonly relocation: Record<'table' | 'centres' | 'moved', number[][]>;
  readonly nmf: {
    readonly table: number[][];
    readonly rank: number;
    readonly w: number[][];
    readonly h: number[][];
    readonly steps: readonly {
      readonly updates: number;
      readonly w: number[][];
      readonly h: number[][];
      readonly error: number;
    }[];
    readonly loadings: number[][];
    readonly loadingsError: number;
  };
}

const file = new URL('../../fixtures/models/clustering.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Reference;

function denseOf(rows: readonly (readonly number[])[]): Dense {
  return dense(rows.length, rows[0]?.length ?? 0, Float64Array.from(rows.flat()));
}

function transposed(rows: readonly (readonly number[])[]): number[][] {
  return (rows[0] ?? []).map((_, column) => rows.map((row) => row[column]!));
}

function expectClose(numbers: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  expect(numbers.length).toBe(expected.length);
  expected.forEach((value, at) => {
    expect(Math.abs(numbers[at]! - value), `number ${at}`).toBeLessThan(tolerance);
  });
}

function runOf(rows: readonly (readonly number[])[], spec: ModelSpec) {
  const table = denseMatrix(denseOf(rows));
  const names = (rows[0] ?? []).map((_, at) => `c${at}`);
  return { table, names, labels: new Float64Array(0), spec };
}

describe('K-means goes the way of scikit-learn', () => {
  const { table: rows, seed, initRows, trajectory, labels, loose } = reference.kMeans;
  const clusters = initRows.length;
  const specOf = (change: object) =>
    jobSchema.shape.model.parse({ type: 'k-means', clusters, restarts: 1, seed, tolerance: 0, ...change });
  const trained = (change: object) => {
    const run = runOf(rows, specOf(change));
    const result = runLocally({ ...run, rounds: 1000 });
    return { ...result, scores: kMeans.scores!(run.table, result.parameters) };
  };

  test('from the rows that k-means++ chooses', () => {
    // The last centre is among the candidates until the first move.
    const { state: saved, parameters } = runLocally({ ...runOf(rows, specOf({})), rounds: clusters });
    const state = roundsOf(saved);
    const chosen = initRows.slice(0, -1).map((row) => rows[row]!);
    expect([...parameters.data]).toEqual(transposed(chosen).flat());
    const { choose } = state.down!.json as { choose: number };
    const { data, shape } = state.party.tensors.candidates!;
    const last = rows[initRows.at(-1)!]!.map((_, column) => data[column * shape[1]! + choose]!);
    expect(last).toEqual(rows[initRows.at(-1)!]);
  });

  test.each(trajectory.map((step, at) => ({ moves: at + 1, ...step })))(
    'after $moves moves: centres and inertia to 1e-10',
    ({ moves, centres, inertia }) => {
      const { parameters, own, scores } = trained({ maxRounds: moves });
      expectClose(parameters.data, transposed(centres).flat(), 1e-10);
      const metrics = kMeans.measure(scores, own, new Float64Array(0));
      expect(Math.abs(('inertia' in metrics ? metrics.inertia! : NaN) - inertia)).toBeLessThan(
        1e-10 * inertia,
      );
    },
  );

  test('to the same labels, when no row changes its cluster', () => {
    const { stopped, progress, own, scores } = trained({});
    expect(stopped).toBe('converged');
    expect(progress.round).toBe(clusters + trajectory.length);
    expect([...kMeans.predict(scores, own).get('cluster')!]).toEqual(labels);
  });

  test('and stops by the same tolerance', () => {
    const { stopped, progress } = trained({ tolerance: loose.tolerance });
    expect(stopped).toBe('converged');
    expect(progress.round).toBe(clusters + loose.moves);
    expect(loose.moves).toBeLessThan(trajectory.length);
    expect(progress.loss * rows.length).toBeCloseTo(loose.inertia, 9);
  });

  test('and moves the centre of an empty cluster to the same row', () => {
    const { table, centres, moved } = reference.relocation;
    const theta = denseOf(transposed(centres));
    const squares = Float64Array.from(centres, (centre) =>
      centre.reduce((sum, value) => sum + value ** 2, 0),
    );
    const t = denseMatrix(denseOf(table));
    const near = nearestCentres(t.multiply(theta), squares, t.squaredRowNorms());
    const { labels: filled, sizes } = fillEmptyClusters(near, centres.length);
    const sums = t.groupedColumnSums(filled, centres.length);
    const means = sums.data.map((sum, at) => sum / sizes[at % centres.length]!);
    expectClose(means, transposed(moved).flat(), 1e-12);
  });
});

describe('NMF goes the way of scikit-learn', () => {
  const { table: rows, rank, w, h, steps, loadings, loadingsError } = reference.nmf;

  /** A training that begins with the factors of the reference. */
  function after(updates: number) {
    const spec = jobSchema.shape.model.parse({ type: 'nmf', rank, maxRounds: updates, tolerance: 0 });
    const run = runOf(rows, spec);
    const state = roundsOf(runLocally({ ...run, rounds: 0 }).state);
    const from: LocalState = {
      ...state,
      party: { ...state.party, tensors: { theta: denseTensor(denseOf(transposed(h))) } },
      aggregator: {
        ...state.aggregator,
        tensors: { ...state.aggregator.tensors, w: denseTensor(denseOf(w)) },
      },
    };
    const result = runLocally({ ...run, from, rounds: 1000 });
    return { ...result, scores: nmf.scores!(run.table, result.parameters) };
  }

  test.each(steps)(
    'after $updates updates: both factors to 1e-8',
    ({ updates, w: wAfter, h: hAfter, error }) => {
      const { state, parameters, stopped, progress } = after(updates);
      expect(stopped).toBe('max-rounds');
      expectClose(parameters.data, transposed(hAfter).flat(), 1e-8);
      expectClose(roundsOf(state).aggregator.tensors.w!.data, wAfter.flat(), 1e-8);
      expect(progress.loss * 2 * rows.length).toBeCloseTo(error ** 2, 8);
    },
  );

  test('and the loadings of its components are those of non-negative least squares', () => {
    const { own, scores } = after(steps.at(-1)!.updates);
    const predicted = nmf.predict(scores, own);
    transposed(loadings).forEach((column, j) => {
      expectClose(predicted.get(`loading_${j + 1}`)!, column, 1e-7);
    });
    expect(nmf.measure(scores, own, new Float64Array(0))).toMatchObject({
      rows: rows.length,
      reconstructionError: expect.closeTo(loadingsError, 7) as number,
    });
  });
});
