import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { fillEmptyClusters } from '../../../core/models/k-means/empty-clusters.js';
import { kMeans } from '../../../core/models/k-means/family.js';
import { nearestCentres } from '../../../core/models/k-means/nearest.js';
import { runLocally, type LocalRun } from '../../../core/training/local-runner.js';
import { grouped } from '../../support/arbitrary-groups.js';
import { everyWay, inRounds } from '../../support/every-way.js';
import { testRepeatableBits } from '../../support/repeatable-suite.js';

type KMeans = Extract<ModelSpec, { type: 'k-means' }>;

function specOf(change: Partial<KMeans> & Pick<KMeans, 'clusters'>): KMeans {
  return jobSchema.shape.model.parse({ type: 'k-means', ...change }) as KMeans;
}

/** T of rows that are written out. */
function tableOf(rows: readonly (readonly number[])[]) {
  return denseMatrix(dense(rows.length, rows[0]?.length ?? 0, Float64Array.from(rows.flat())));
}

function fit(rows: readonly (readonly number[])[], spec: KMeans, change: Partial<LocalRun> = {}) {
  const table = tableOf(rows);
  const names = Array.from({ length: table.columns }, (_, at) => `c${at}`);
  const result = runLocally({ table, names, labels: new Float64Array(0), spec, rounds: 100_000, ...change });
  const metrics = kMeans.measure(kMeans.scores!(table, result.parameters), result.own, new Float64Array(0));
  if (!('inertia' in metrics)) throw new Error('K-means is measured by its inertia');
  const predicted = kMeans.predict(kMeans.scores!(table, result.parameters), result.own);
  return {
    ...result,
    metrics,
    labels: [...predicted.get('cluster')!],
    distances: predicted.get('distance')!,
  };
}

const problem = grouped.chain((scene) =>
  fc.record({
    scene: fc.constant(scene),
    spec: fc
      .record({
        clusters: fc.integer({ min: 1, max: Math.min(5, scene.target.trainRows) }),
        restarts: fc.integer({ min: 1, max: 3 }),
        seed: fc.integer({ min: 0, max: 1000 }),
      })
      .map(specOf),
  }),
);

describe('K-means', () => {
  test('on the joined table, on the factorized one and by parties: the same assignments, centres to 1e-8', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { joined, factorized, parties } = everyWay(scene, spec);
        for (const other of [factorized, parties]) {
          expect(other.stopped).toBe(joined.stopped);
          expect(other.losses).toHaveLength(joined.losses.length);
          expect(other.parameters).toHaveLength(joined.parameters.length);
          other.parameters.forEach((value, i) => {
            expect(Math.abs(value - joined.parameters[i]!)).toBeLessThan(1e-8);
          });
          expect(labelsOf(scene.cells, other.parameters, spec.clusters)).toEqual(
            labelsOf(scene.cells, joined.parameters, spec.clusters),
          );
        }
      }),
      { numRuns: 200 },
    );
  });

  test('ties that rounding would break otherwise in each way are broken alike', () => {
    // Few values, none of them a sum of powers of two: many rows lie between two centres, and many runs end equally well.
    const coarse = (value: number) => Math.round(value / 2) / 30;
    const tied = problem.map(({ scene, spec }) => ({
      spec,
      scene: {
        ...scene,
        cells: scene.cells.map((row) => row.map(coarse)),
        sources: scene.sources.map((source) => ({
          ...source,
          table: source.table.mapZeroPreserving(coarse),
        })),
        tables: new Map(
          [...scene.tables].map(([id, party]) => [
            id,
            { ...party, table: party.table.mapZeroPreserving(coarse) },
          ]),
        ),
      },
    }));
    fc.assert(
      fc.property(tied, ({ scene, spec }) => {
        const { joined, factorized, parties } = everyWay(scene, spec);
        for (const other of [factorized, parties]) {
          expect(other.losses).toHaveLength(joined.losses.length);
          other.parameters.forEach((value, i) => {
            expect(Math.abs(value - joined.parameters[i]!)).toBeLessThan(1e-8);
          });
        }
      }),
      { numRuns: 300 },
    );
  });

  testRepeatableBits(problem);

  test('while centres move the inertia never grows', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const one = { ...spec, restarts: 1 };
        const { losses } = inRounds(scene, one);
        losses.slice(1).forEach((loss, i) => {
          expect(loss).toBeLessThanOrEqual(losses[i]! * (1 + 1e-9) + 1e-12);
        });
      }),
      { numRuns: 100 },
    );
  });

  test('every centre that has rows is their mean, and every row is with the nearest centre', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { parameters } = inRounds(scene, { ...spec, tolerance: 0 });
        const labels = labelsOf(scene.cells, parameters, spec.clusters);
        const columns = scene.cells[0]!.length;
        for (let j = 0; j < spec.clusters; j++) {
          const members = scene.cells.filter((_, row) => labels[row] === j);
          if (members.length === 0) continue;
          for (let c = 0; c < columns; c++) {
            const mean = members.reduce((sum, row) => sum + row[c]!, 0) / members.length;
            expect(Math.abs(parameters[c * spec.clusters + j]! - mean)).toBeLessThan(1e-9);
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  test('more restarts never end with a larger inertia, and the model is that of the best run', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const inertias = [1, 2, 3].map(
          (restarts) => fit(scene.cells, { ...spec, restarts }).metrics.inertia!,
        );
        expect(inertias[1]).toBeLessThanOrEqual(inertias[0]! + 1e-9);
        expect(inertias[2]).toBeLessThanOrEqual(inertias[1]! + 1e-9);
      }),
      { numRuns: 50 },
    );
  });
});

describe('K-means on odd tables', () => {
  const twice = [
    [1, 2],
    [1, 2],
    [5, 6],
    [5, 6],
    [5, 6],
  ];

  test('of duplicate rows: both groups, nothing left over', () => {
    const { metrics, labels, distances, stopped } = fit(twice, specOf({ clusters: 2 }));
    expect(stopped).toBe('converged');
    expect(metrics).toMatchObject({ rows: 5, inertia: 0 });
    expect([...metrics.clusters].sort()).toEqual([2, 3]);
    expect(labels[0]).toBe(labels[1]);
    expect(labels[0]).not.toBe(labels[2]);
    expect(Math.max(...distances)).toBe(0);
  });

  test('of fewer distinct rows than clusters: the clusters that are too many stay empty', () => {
    const { metrics, stopped } = fit(twice, specOf({ clusters: 4 }));
    expect(stopped).toBe('converged');
    expect(metrics.inertia).toBe(0);
    expect([...metrics.clusters].sort()).toEqual([0, 0, 2, 3]);
  });

  test('of one row, and of rows that are all the same', () => {
    expect(fit([[3, 4]], specOf({ clusters: 1 })).metrics).toEqual({ rows: 1, inertia: 0, clusters: [1] });
    const same = fit([[0], [0], [0]], specOf({ clusters: 2 }));
    expect(same.metrics).toEqual({ rows: 3, inertia: 0, clusters: [3, 0] });
    expect(same.stopped).toBe('converged');
  });

  test('of fewer rows than clusters: AMALUR_INVALID_JOB at model.clusters', () => {
    expect(() => fit([[1], [2]], specOf({ clusters: 3 }))).toThrow(
      expect.objectContaining({ code: 'AMALUR_INVALID_JOB', field: 'model.clusters' }) as Error,
    );
  });

  test('of numbers whose squares are no numbers any more: AMALUR_DIVERGED', () => {
    expect(() => fit([[1e200], [2e200], [-3e200]], specOf({ clusters: 2 }))).toThrow(
      expect.objectContaining({ code: 'AMALUR_DIVERGED' }) as Error,
    );
  });

  test('of no columns: all rows are one point', () => {
    const { metrics, stopped } = fit([[], [], []], specOf({ clusters: 2 }));
    expect([metrics.inertia, stopped]).toEqual([0, 'converged']);
  });

  test('stops at maxRounds moves and says so', () => {
    const line = Array.from({ length: 40 }, (_, row) => [row ** 1.5]);
    const { stopped } = fit(line, specOf({ clusters: 5, maxRounds: 1, restarts: 1, tolerance: 0 }));
    expect(stopped).toBe('max-rounds');
  });

  test('what differs in the last bits is a tie: for the nearest centre, and for the row that fills an empty cluster', () => {
    const above = 1 + 2 ** -50;
    const { labels } = nearestCentres(
      dense(1, 2, Float64Array.of(1, above)),
      Float64Array.of(2, 2),
      Float64Array.of(2),
    );
    expect([...labels]).toEqual([0]);
    const near = { labels: Int32Array.of(0, 0, 0), distances: Float64Array.of(0, 1, above) };
    expect([...fillEmptyClusters(near, 2).labels]).toEqual([0, 1, 0]);
  });

  test('a row between two centres goes to the one of lower index', () => {
    const scores = kMeans.scores!(tableOf([[0], [1], [-1]]), dense(1, 2, Float64Array.of(1, -1)));
    const predicted = kMeans.predict(scores, Float64Array.of(1, 1));
    expect([...predicted.get('cluster')!]).toEqual([0, 0, 1]);
  });
});

function labelsOf(
  cells: readonly (readonly number[])[],
  parameters: readonly number[],
  clusters: number,
): number[] {
  const table = tableOf(cells);
  const theta = dense(table.columns, clusters, Float64Array.from(parameters));
  const squares = new Float64Array(clusters);
  parameters.forEach((value, at) => (squares[at % clusters]! += value ** 2));
  return [...kMeans.predict(kMeans.scores!(table, theta), squares).get('cluster')!];
}
