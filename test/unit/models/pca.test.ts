import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { draws } from '../../../core/models/draws.js';
import { solvePca } from '../../../core/models/pca/closed-form.js';
import { pca } from '../../../core/models/pca/family.js';
import { readOwn } from '../../../core/models/pca/own.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { trainingCounts } from '../../../core/integration/target-index.js';
import { grouped, type Grouped } from '../../support/arbitrary-groups.js';
import { everyWay, inRounds } from '../../support/every-way.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

type Pca = Extract<ModelSpec, { type: 'pca' }>;
type Rows = readonly (readonly number[])[];

function specOf(change: Partial<Pca> = {}): Pca {
  return jobSchema.shape.model.parse({ type: 'pca', ...change }) as Pca;
}

function tableOf(rows: Rows) {
  return denseMatrix(dense(rows.length, rows[0]?.length ?? 0, Float64Array.from(rows.flat())));
}

const namesOf = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`);

/** In closed form, and by one party in rounds. */
function fit(rows: Rows, spec: Pca) {
  const table = tableOf(rows);
  const names = namesOf(table.columns);
  const closed = runLocally({ table, names, labels: new Float64Array(0), spec, rounds: 1 });
  const scores = pca.scores!(table, closed.parameters);
  return {
    closed,
    rounds: byOneParty(rows, spec),
    metrics: pca.measure(scores, closed.own, new Float64Array(0)),
    predicted: pca.predict(scores, closed.own),
    v: componentsOf([...closed.parameters.data], spec.components),
  };
}

function byOneParty(rows: Rows, spec: Pca) {
  const names = namesOf(rows[0]!.length);
  const index = Int32Array.from(rows.keys());
  const share = { party: 'a.t', rows: index, sourceRows: rows.length };
  const target = {
    ...{ rows: rows.length, trainRows: rows.length, labels: new Float64Array(0) },
    groups: [{ id: 'a.t', shares: [share] }],
  };
  const counts = trainingCounts(share, rows.length);
  const party = { table: tableOf(rows), names, counts, trainRows: rows.length };
  const { parameters, own, stopped, curve } = trainInProcess(new Map([['a.t', party]]), target, spec);
  return { parameters: [...parameters.get('a.t')!.data], own: [...own], stopped, curve };
}

/** v_j, each over the columns of T. */
function componentsOf(parameters: readonly number[], k: number): number[][] {
  return Array.from({ length: k }, (_, j) => parameters.filter((_value, at) => at % (k + 1) === j));
}

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-8): void {
  expect(found.length).toBe(expected.length);
  Array.from(expected).forEach((value, at) => {
    expect(Math.abs(found[at]! - value), `number ${at}`).toBeLessThan(
      tolerance * Math.max(1, Math.abs(value)),
    );
  });
}

const product = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, value, i) => sum + value * b[i]!, 0);

/** Rows less the mean row, or as they are. */
function deviations(rows: Rows, center: boolean): number[][] {
  const mean = rows[0]!.map((_, c) =>
    center ? rows.reduce((sum, row) => sum + row[c]!, 0) / rows.length : 0,
  );
  return rows.map((row) => row.map((cell, c) => cell - mean[c]!));
}

/** All σ_j² of a table, the largest first. */
function squaresOf(rows: Rows, center: boolean): number[] {
  const spec = specOf({ components: Math.min(rows[0]!.length, 50), center });
  const table = tableOf(rows);
  const target = { rows: rows.length, labels: new Float64Array(0), norms: table.squaredRowNorms() };
  const { own } = solvePca(table, target, spec, namesOf(table.columns));
  return Array.from(readOwn(own).singular).map((value) => value ** 2);
}

/** Only where the first k singular values differ from the next by something is each direction the only one. */
function areApart(rows: Rows, { components, center }: Pca): boolean {
  const squares = squaresOf(rows, center);
  const gaps = squares
    .slice(0, components)
    .map((value, j) => (value > 0 ? value - (squares[j + 1] ?? 0) : Infinity));
  return Math.min(...gaps) > 1e-3 * squares[0]!;
}

const problem = fc.record({
  scene: grouped,
  spec: fc
    .record({
      components: fc.integer({ min: 1, max: 4 }),
      center: fc.boolean(),
      seed: fc.integer({ min: 0, max: 1000 }),
      tolerance: fc.constant(1e-13),
    })
    .map(specOf),
});

const allParameters = ({ parameters, own }: { parameters: readonly number[]; own: readonly number[] }) => [
  ...parameters,
  ...own,
];

describe('principal components', () => {
  test('of the joined table, of the factorized one and by parties: the same model, to 1e-8', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        fc.pre(areApart(scene.cells, spec));
        const { joined, factorized, parties } = everyWay(scene, spec);
        for (const other of [factorized, parties]) {
          expect(other.stopped).toBe('converged');
          expectClose(allParameters(other), allParameters(joined));
          expectClose([other.losses.at(-1)!], [joined.losses.at(-1)!]);
        }
      }),
      { numRuns: 200 },
    );
  });

  test('have the same singular values in every way also where directions are not the only ones', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { joined, factorized, parties } = everyWay(scene, spec);
        const singular = ({ own }: { own: readonly number[] }) => readOwn(Float64Array.from(own)).singular;
        // Those of T̃, of which squares are computed: what is small beside the largest has fewer digits.
        const scale = Math.max(1, singular(joined)[0]!);
        for (const other of [factorized, parties])
          expectClose(Array.from(singular(other), (value) => value / scale), Array.from(singular(joined), (value) => value / scale), 1e-7); // prettier-ignore
      }),
      { numRuns: 100 },
    );
  });

  test('by parties are orthonormal, and T̃ᵀT̃ v = σ² v by the definition', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const { parameters, own } = inRounds(scene, spec);
        const components = componentsOf(parameters, spec.components);
        const singular = Array.from(readOwn(Float64Array.from(own)).singular);
        const rows = deviations(scene.cells, spec.center);
        const largest = Math.max(1e-300, singular[0]! ** 2);
        components.forEach((v, j) => {
          if (singular[j] === 0) expect(v.every((loading) => loading === 0)).toBe(true);
          else components.forEach((u, i) => {
            if (singular[i] !== 0) expect(product(u, v)).toBeCloseTo(i === j ? 1 : 0, 9);
          }); // prettier-ignore
          v.forEach((loading, c) => {
            const image = rows.reduce((sum, row) => sum + row[c]! * product(row, v), 0);
            expect(Math.abs(image - singular[j]! ** 2 * loading) / largest).toBeLessThan(1e-11);
          });
        });
      }),
      { numRuns: 100 },
    );
  });

  test('by parties whose states are stored after every step have the same bits', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        expect(inRounds(scene, spec, true)).toEqual(inRounds(scene, spec));
      }),
      { numRuns: 30 },
    );
  });

  test('do not depend on the seed', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        fc.pre(areApart(scene.cells, spec));
        const other = inRounds(scene, { ...spec, seed: spec.seed + 1 });
        expectClose(allParameters(other), allParameters(inRounds(scene, spec)));
      }),
      { numRuns: 50 },
    );
  });

  test('leave an error of reconstruction as its definition says, and explain the rest', () => {
    fc.assert(
      fc.property(problem, ({ scene: { cells }, spec }) => {
        const { metrics, v } = fit(cells, spec);
        if (!('explained' in metrics)) throw new Error('components explain');
        const rows = deviations(cells, spec.center);
        const total = rows.reduce((sum, row) => sum + product(row, row), 0);
        const along = v.map((direction) => rows.reduce((sum, row) => sum + product(row, direction) ** 2, 0));
        const left = total - along.reduce((sum, value) => sum + value, 0);
        expect(Math.abs(metrics.reconstructionError! ** 2 - left)).toBeLessThan(1e-9 * Math.max(1, total));
        expectClose(metrics.explained, along.map((value) => (total > 0 ? value / total : 0)), 1e-9); // prettier-ignore
      }),
      { numRuns: 100 },
    );
  });

  test('of more columns than a Gram matrix is formed of take rounds in one place, stopping and going on with the same bits', () => {
    const draw = draws('wide table');
    const weight = [9, 5, 2, 1, 1, 1, 1, 1];
    const rows = Array.from({ length: 30 }, (_, i) =>
      Array.from({ length: 600 }, (_column, c) => weight.reduce((sum, w, f) => sum + w * (draw(i, f) - 0.5) * (draw(1000 + f, c) - 0.5), 0)),
    ); // prettier-ignore
    const table = tableOf(rows);
    const names = namesOf(600);
    const spec = specOf({ components: 3 });
    const run = { table, names, labels: new Float64Array(0), spec };
    const straight = runLocally({ ...run, rounds: 1000 });
    expect(straight.stopped).toBe('converged');
    let piecewise = runLocally({ ...run, rounds: 1 });
    while (piecewise.stopped === undefined)
      piecewise = runLocally({ ...run, rounds: 1, from: structuredClone(piecewise.state) });
    expect([...piecewise.parameters.data]).toEqual([...straight.parameters.data]);
    const target = { rows: 30, labels: new Float64Array(0), norms: table.squaredRowNorms() };
    const closed = solvePca(table, target, spec, names);
    expectClose(straight.parameters.data, closed.parameters.data);
    expectClose(straight.own, closed.own);
  }, 30_000);
});

describe('principal components of odd tables', () => {
  test('the loading that is largest is above 0; of equally large ones names decide, the same in every way', () => {
    // Two columns of one spread: the directions are (1, 1) and (1, −1), but for the sign.
    const rows = [[1, 2], [2, 1], [3, 5], [5, 3], [-2, 4], [4, -2], [0, 0]]; // prettier-ignore
    const { closed, v } = fit(rows, specOf({ components: 2 }));
    for (const [a = 0, b = 0] of v) expect(Math.abs(a) - Math.abs(b)).toBeCloseTo(0, 12);
    for (let seed = 1; seed <= 8; seed++)
      expectClose(byOneParty(rows, specOf({ components: 2, seed })).parameters, closed.parameters.data);
    expect(v.some(([a = 0, b = 0]) => a > 0 && b > 0)).toBe(true);

    const uneven = fit([[1, -3, 0], [-2, 5, 1], [0, -2, 1], [1, 0, 0]], specOf({ components: 1 })); // prettier-ignore
    expect(uneven.v[0]![1]).toBeGreaterThan(0.5);
    expect(uneven.v[0]![0]).toBeLessThan(0);
    expectClose(uneven.rounds.parameters, uneven.closed.parameters.data);
  });

  test.each([
    ['one row', [[3, 1, 2]]],
    [
      'rows that are all alike',
      [
        [3, 1e6, 2],
        [3, 1e6, 2],
        [3, 1e6, 2],
      ],
    ],
    [
      'a table of zeros',
      [
        [0, 0],
        [0, 0],
      ],
    ],
  ] as [string, Rows][])(
    '%s: no direction, all components are 0, nothing is left to explain',
    (_what, rows) => {
      // prettier-ignore
      const { closed, rounds, metrics, v, predicted } = fit(rows, specOf({ components: 2 }));
      expect([closed.stopped, rounds.stopped]).toEqual(['converged', 'converged']);
      for (const components of [v, componentsOf(rounds.parameters, 2)])
        expect(components.flat().every((loading) => loading === 0)).toBe(true);
      expect(predicted.get('component_2')!.every((score) => score === 0)).toBe(true);
      expect(metrics).toMatchObject({ rows: rows.length, explained: [0, 0] });
    },
  );

  test('one row, not centred, has one direction: its own', () => {
    const { closed, rounds, metrics } = fit([[3, 0, 4]], specOf({ components: 2, center: false }));
    expectClose(closed.parameters.data, [0.6, 0, 0, 0, 0, 0, 0.8, 0, 0], 1e-14);
    expectClose(rounds.parameters, closed.parameters.data, 1e-14);
    expect(metrics).toMatchObject({ explained: [expect.closeTo(1, 12), 0] });
    expectClose(readOwn(closed.own).singular, [5, 0]);
  });

  test('components beyond the rank are 0, and a column that is the same everywhere loads on none', () => {
    const rows = [[1, 2, 7], [2, 4, 7], [3, 6, 7], [-1, -2, 7]]; // prettier-ignore
    const { closed, rounds, v, metrics } = fit(rows, specOf({ components: 3 }));
    expectClose(v[0]!, [1 / Math.sqrt(5), 2 / Math.sqrt(5), 0], 1e-12);
    expect([...v[1]!, ...v[2]!]).toEqual([0, 0, 0, 0, 0, 0]);
    expectClose(rounds.parameters, closed.parameters.data);
    expectClose(rounds.own, closed.own);
    expect(metrics).toMatchObject({ explained: [expect.closeTo(1, 12), 0, 0] });
  });

  test('more components than columns: those that there are none of are 0', () => {
    const rows = [[1, 2], [0, 1], [4, -1], [2, 2]]; // prettier-ignore
    const { closed, rounds } = fit(rows, specOf({ components: 5 }));
    expectClose(rounds.parameters, closed.parameters.data);
    expect(Array.from(readOwn(closed.own).singular).map((value) => value > 0)).toEqual([
      true,
      true,
      false,
      false,
      false,
    ]);
  });

  test('equal singular values: any basis of their space, but the same space, values and error', () => {
    // Three directions in which rows differ alike, in four columns; a fourth in which they differ less.
    const rows = [0, 1, 2, 3].flatMap((c) => [3, -3].map((x) => [0, 1, 2, 3].map((at) => (at === c ? (c === 3 ? x / 3 : x) : 0)))); // prettier-ignore
    const { closed, rounds, v } = fit(rows, specOf({ components: 3 }));
    expectClose(rounds.own.slice(0, 3), closed.own.subarray(0, 3));
    const projector = (components: readonly (readonly number[])[]) =>
      [0, 1, 2, 3].flatMap((i) =>
        [0, 1, 2, 3].map((j) => components.reduce((sum, u) => sum + u[i]! * u[j]!, 0)),
      );
    const expected = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0];
    expectClose(projector(v), expected, 1e-10);
    expectClose(projector(componentsOf(rounds.parameters, 3)), expected, 1e-10);
  });

  test('columns of very different size: the small ones are not lost beside the large', () => {
    const draw = draws('sizes');
    const rows = Array.from({ length: 40 }, (_, i) => [1e8 * draw(i, 0), 1e5 * draw(i, 1), draw(i, 2)]);
    const { closed, rounds } = fit(rows, specOf({ components: 2 }));
    expectClose(rounds.parameters.filter((_, at) => at % 3 < 2), [...closed.parameters.data].filter((_, at) => at % 3 < 2)); // prettier-ignore
  });

  test.each([
    ['fall fast', 60, 10, (j: number) => Math.exp(-j / 5)],
    ['are two large ones and many small ones that are alike', 30, 3, (j: number) => (j < 2 ? 1 : 1e-3)],
    ['are nearly alike', 40, 2, () => 1],
  ] as const)(
    'where singular values %s, rounds converge to the closed form',
    (_how, columns, components, size) => {
      const draw = draws('spread');
      const mix = Array.from({ length: columns }, (_, j) =>
        Array.from({ length: columns }, (_column, c) => size(j) * (draw(1000 + j, c) - 0.5)),
      );
      const rows = Array.from({ length: 300 }, (_, i) => {
        const factors = Array.from({ length: columns }, (_factor, j) => draw(i, j) - 0.5);
        return Array.from({ length: columns }, (_column, c) =>
          factors.reduce((sum, f, j) => sum + f * mix[j]![c]!, 0),
        );
      });
      const { closed, rounds } = fit(rows, specOf({ components }));
      expect(rounds.stopped).toBe('converged');
      expect(rounds.curve.length).toBeLessThan(60);
      expectClose(rounds.own.slice(0, components), closed.own.subarray(0, components), 1e-8);
      const square = (singular: number) => (singular / closed.own[0]!) ** 2;
      // The first direction, and all if they are apart.
      const last = square(closed.own[components - 1]!) > 1e-4 ? components : 1;
      const chosen = (parameters: ArrayLike<number>) => componentsOf(Array.from(parameters), components).slice(0, last).flat(); // prettier-ignore
      expectClose(chosen(rounds.parameters), chosen(closed.parameters.data));
    },
  );

  test('numbers that overflow are refused and not answered', () => {
    const run = () => fit([[1e200, 1], [-1e200, 2]], specOf()); // prettier-ignore
    expect(run).toThrow(expect.objectContaining({ code: 'AMALUR_DIVERGED' }));
  });

  test('stops at maxRounds and says so, with signs and norms all the same', () => {
    const draw = draws('slow');
    const rows = Array.from({ length: 60 }, (_, i) => Array.from({ length: 50 }, (_column, c) => draw(i, c)));
    const { stopped, parameters, curve } = byOneParty(rows, specOf({ maxRounds: 2 }));
    expect(stopped).toBe('max-rounds');
    expect(curve.at(-1)!.round).toBe(4);
    for (const v of componentsOf(parameters, 2)) {
      expect(product(v, v)).toBeCloseTo(1, 10);
      expect(Math.max(...v)).toBe(Math.max(...v.map(Math.abs)));
    }
  });
});

test('a scene of the property has parties whose columns several tables supply', () => {
  const scenes: Grouped[] = fc.sample(grouped, { numRuns: 50, seed: 1 });
  expect(scenes.some(({ target }) => target.groups.some(({ shares }) => shares.length > 1))).toBe(true);
});
