import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityColumns } from '../../../core/algebra/dense.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { AmalurError } from '../../../core/errors.js';
import { buildTarget, type BaseRows, type DimensionRows } from '../../../core/integration/build-target.js';
import { encodedColumns } from '../../../core/integration/encoder.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { localTable } from '../../../core/integration/local-table.js';
import { matchRows, requireMatch } from '../../../core/integration/match-rows.js';
import {
  sharesById,
  testPart,
  trainingCounts,
  trainingPart,
  type Share,
  type TargetIndex,
} from '../../../core/integration/target-index.js';
import {
  dictionaryOf,
  naiveCells,
  naiveTarget,
  partyOf,
  scenes,
  sourcesOf,
  type Scene,
} from '../../support/arbitrary-tables.js';

/** The target as a run lays it out: keys as tokens, matched, then put in order. */
function targetOf({ base, dimensions, scenario, testShare }: Scene, secret?: Uint8Array): TargetIndex {
  const matched = dimensions.map((dimension, k): DimensionRows => {
    const party = partyOf(k + 1);
    const baseKeys = keyTokens(dictionaryOf(base.map(({ keys }) => keys[k] ?? null)), secret);
    const keys = keyTokens(dictionaryOf(dimension.map(({ key }) => key)), secret);
    const matching = matchRows(baseKeys, keys, party, `joins[${k}]`);
    requireMatch(matching, party, `joins[${k}]`);
    return { ...matching, party, sourceRows: dimension.length };
  });
  const rows: BaseRows = {
    party: partyOf(0),
    rows: base.length,
    labels: Float64Array.from(base, ({ label }) => label ?? NaN),
    position: Float64Array.from(base, ({ position }) => position),
  };
  return buildTarget(rows, matched, scenario, testShare);
}

/** What a party gives to T: all its columns are its own. */
const shareOf = (target: TargetIndex, party: string): Share | undefined => sharesById(target).get(party);

const codeOf = (error: unknown) => (error instanceof AmalurError ? error.code : error);

/** Code of the error that the scene must end with. */
function mistakeIn(scene: Scene): string | undefined {
  // Everything that NULL labels and the scenario leave out can still have matched.
  const labelled = scene.base.map((row) => ({ ...row, label: 0 }));
  const all = naiveTarget({ ...scene, base: labelled, scenario: 'left' });
  if (
    scene.base.length > 0 &&
    scene.dimensions.some((_, k) => all.rows.every((rows) => rows[k + 1] === undefined))
  ) {
    return 'AMALUR_EMPTY_JOIN';
  }
  return naiveTarget(scene).trainRows === 0 ? 'AMALUR_EMPTY_TARGET' : undefined;
}

const sound = scenes.filter((scene) => mistakeIn(scene) === undefined);

function cellsOf(table: Matrix): number[][] {
  const { data } = table.multiply(identityColumns(table.columns, 0, table.columns));
  return Array.from({ length: table.rows }, (_, row) => [
    ...data.subarray(row * table.columns, (row + 1) * table.columns),
  ]);
}

describe('the target table equals nested loops over the source tables', () => {
  test('which rows are in it, and which source row of each party makes them up', () => {
    fc.assert(
      fc.property(sound, (scene) => {
        const target = targetOf(scene);
        const naive = naiveTarget(scene);
        expect([target.rows, target.trainRows]).toEqual([naive.rows.length, naive.trainRows]);
        expect([...target.labels]).toEqual(naive.rows.map(([row = -1]) => scene.base[row]?.label));
        [scene.base, ...scene.dimensions].forEach((rows, table) => {
          expect(shareOf(target, partyOf(table)), partyOf(table)).toEqual({
            party: partyOf(table),
            sourceRows: rows.length,
            rows: Int32Array.from(naive.rows, (of) => of[table] ?? -1),
          });
        });
      }),
      { numRuns: 500 },
    );
  });

  test.each(['materialized', 'factorized'] as const)('its cells and the names of its columns, %s', (form) => {
    fc.assert(
      fc.property(sound, (scene) => {
        const target = targetOf(scene);
        const { train, test: held, encoders } = localTable(form, sourcesOf(scene), target);
        const naive = naiveCells(scene, naiveTarget(scene));
        expect([...encoders.values()].map(encodedColumns)).toEqual(naive.names);
        const cells = [...cellsOf(train), ...cellsOf(held)];
        expect(cells.length).toBe(naive.cells.length);
        cells.forEach((row, t) => {
          expect(row.length).toBe(naive.cells[t]?.length);
          row.forEach((cell, c) => expect(cell).toBeCloseTo(naive.cells[t]?.[c] ?? NaN, 10));
        });
      }),
      { numRuns: 300 },
    );
  });

  test('a join without any match, or no row to train on, is a coded error and nothing else is', () => {
    fc.assert(
      fc.property(scenes, (scene) => {
        let code: unknown;
        try {
          targetOf(scene);
        } catch (error) {
          code = codeOf(error);
        }
        expect(code).toBe(mistakeIn(scene));
      }),
      { numRuns: 500 },
    );
  });
});

describe('the target table is the same', () => {
  test('whether keys are hashed in the clear or under the secret of a run', () => {
    fc.assert(
      fc.property(sound, fc.uint8Array({ minLength: 32, maxLength: 32 }), (scene, secret) => {
        expect(targetOf(scene, secret)).toEqual(targetOf(scene));
      }),
    );
  });

  test('in whatever order the rows of base and dimensions are stored', () => {
    const shuffled = sound.chain((scene) =>
      fc.tuple(
        fc.constant(scene),
        fc.shuffledSubarray([...scene.base], { minLength: scene.base.length }),
        fc.tuple(
          ...scene.dimensions.map((rows) => fc.shuffledSubarray([...rows], { minLength: rows.length })),
        ),
      ),
    );
    /** The rows themselves, instead of where they are stored. */
    const contents = (scene: Scene, from: number, to: number) => {
      const target = targetOf(scene);
      const tables: (readonly unknown[])[] = [[...scene.base], ...scene.dimensions];
      return Array.from({ length: to - from }, (_, t) =>
        JSON.stringify(
          tables.map((rows, table) => rows[shareOf(target, partyOf(table))?.rows[from + t] ?? -1] ?? null),
        ),
      ).sort();
    };
    fc.assert(
      fc.property(shuffled, ([scene, base, dimensions]) => {
        const other = { ...scene, base, dimensions };
        const { rows, trainRows } = targetOf(scene);
        expect(contents(other, 0, trainRows)).toEqual(contents(scene, 0, trainRows));
        expect(contents(other, trainRows, rows)).toEqual(contents(scene, trainRows, rows));
      }),
    );
  });

  test('in whatever order the joins are written', () => {
    fc.assert(
      fc.property(sound, (scene) => {
        const target = targetOf(scene);
        const ids = target.groups.map(({ id }) => id);
        expect(ids).toEqual([...ids].sort());
        const [base, ...dimensions] = [scene.base, ...scene.dimensions].map((rows, table) => ({
          party: partyOf(table),
          sourceRows: rows.length,
          rows: Int32Array.from(
            scene.base,
            (row) =>
              scene.dimensions[table - 1]?.findIndex(
                ({ key }) => key !== null && key === row.keys[table - 1],
              ) ?? 0,
          ),
          matched: 1,
        }));
        const rows: BaseRows = {
          party: base?.party ?? '',
          rows: scene.base.length,
          labels: Float64Array.from(scene.base, ({ label }) => label ?? NaN),
          position: Float64Array.from(scene.base, ({ position }) => position),
        };
        const reversed = buildTarget(rows, dimensions.reverse(), scene.scenario, scene.testShare);
        expect(reversed.groups).toEqual(target.groups);
      }),
    );
  });
});

describe('what is made of a target', () => {
  test('its training part and its test part, put together, are the whole', () => {
    fc.assert(
      fc.property(sound, (scene) => {
        const target = targetOf(scene);
        const [train, held] = [trainingPart(target), testPart(target)];
        expect([train.trainRows, held.trainRows]).toEqual([train.rows, 0]);
        expect([...train.labels, ...held.labels]).toEqual([...target.labels]);
        for (const [id, { rows, sourceRows }] of sharesById(target)) {
          const parts = [train, held].map((part) => sharesById(part).get(id));
          expect(parts.map((part) => part?.sourceRows)).toEqual([sourceRows, sourceRows]);
          expect(parts.flatMap((part) => [...(part?.rows ?? [])])).toEqual([...rows]);
        }
      }),
    );
  });

  test('counts say how often each source row occurs in training, not in testing', () => {
    fc.assert(
      fc.property(sound, (scene) => {
        const target = targetOf(scene);
        const train = naiveTarget(scene).rows.slice(0, target.trainRows);
        [scene.base, ...scene.dimensions].forEach((rows, table) => {
          const index = shareOf(target, partyOf(table));
          const counts = index && trainingCounts(index, target.trainRows);
          expect([...(counts ?? [])]).toEqual(
            rows.map((_, row) => train.filter((of) => of[table] === row).length),
          );
        });
      }),
    );
  });
});

describe('for a prediction', () => {
  const weather = { party: 'w.weather', sourceRows: 2, rows: Int32Array.of(1, -1, 0), matched: 2 };

  test('every row of the base is wanted, in its order', () => {
    const target = buildTarget({ party: 'f.flights', rows: 3 }, [weather], 'left', 0.5);
    expect([target.rows, target.labels.length]).toEqual([3, 0]);
    expect(shareOf(target, 'f.flights')?.rows).toEqual(Int32Array.of(0, 1, 2));
    expect(shareOf(target, 'w.weather')?.rows).toEqual(weather.rows);
  });

  test('an inner join leaves out what has no match', () => {
    const target = buildTarget({ party: 'f.flights', rows: 3 }, [weather], 'inner', 0.5);
    expect(shareOf(target, 'f.flights')?.rows).toEqual(Int32Array.of(0, 2));
    expect(shareOf(target, 'w.weather')?.rows).toEqual(Int32Array.of(1, 0));
  });

  test('an empty base table gives an empty target', () => {
    expect(buildTarget({ party: 'f.flights', rows: 0 }, [], 'left', 0.5)).toMatchObject({
      rows: 0,
      trainRows: 0,
    });
  });
});
