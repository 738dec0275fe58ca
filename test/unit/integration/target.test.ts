import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityColumns } from '../../../core/algebra/dense.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { AmalurError } from '../../../core/errors.js';
import { buildTarget, type RowFacts } from '../../../core/integration/build-target.js';
import { encodedColumns } from '../../../core/integration/encoder.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { localTable } from '../../../core/integration/local-table.js';
import { requireMatches } from '../../../core/integration/lay-out.js';
import { heldOut } from '../../../core/integration/split.js';
import {
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
  type Text,
} from '../../support/arbitrary-tables.js';
import { layOutStar, ownGroups } from '../../support/stars.js';

interface LayOutOptions {
  readonly secret?: Uint8Array;
  /** The joins in the opposite order. */
  readonly reversed?: boolean;
}

/** The target as a run lays it out: keys as tokens, matched, then put in order. */
function targetOf(
  { base, dimensions, scenario, testShare }: Scene,
  options: LayOutOptions = {},
): TargetIndex {
  const tokens = (keys: readonly Text[]) => keyTokens(dictionaryOf(keys), options.secret);
  const star = dimensions.map((dimension, k) => ({
    party: partyOf(k + 1),
    baseKeys: tokens(base.map(({ keys }) => keys[k] ?? null)),
    keys: tokens(dimension.map(({ key }) => key)),
  }));
  const { layout, joins } = layOutStar({
    base: partyOf(0),
    baseRows: base.length,
    dimensions: options.reversed === true ? star.reverse() : star,
    scenario,
  });
  requireMatches(layout, joins);
  const facts: RowFacts = {
    rows: base.length,
    labels: Float64Array.from(base, ({ label }) => label ?? NaN),
    heldOut: heldOut(
      Float64Array.from(base, ({ position }) => position),
      testShare,
    ),
  };
  const rowsOf = (rows: number): RowFacts => ({ rows });
  return buildTarget({
    layout,
    groups: ownGroups([...layout.indices.keys()]),
    tables: new Map([
      [partyOf(0), facts],
      ...dimensions.map(({ length }, k) => [partyOf(k + 1), rowsOf(length)] as const),
    ]),
    origins: [partyOf(0)],
    learn: { labels: [{ party: partyOf(0), column: 'label' }], weights: [] },
  });
}

/** What a party that shares no column gives to T. */
function shareOf({ groups }: TargetIndex, party: string): Share {
  const [share] = groups.find(({ id }) => id === party)?.shares ?? [];
  return share ?? expect.fail(`no share of ${party}`);
}

const codeOf = (error: unknown) => (error instanceof AmalurError ? error.code : error);

/** Code of the error that the scene must end with. */
function mistakeIn(scene: Scene): string | undefined {
  // What NULL labels leave out can still have matched.
  const base = scene.base.map((row) => ({ ...row, label: 0 }));
  const matches = naiveTarget({ ...scene, base, scenario: 'left' }).rows;
  const empty = scene.dimensions.some((_, k) => {
    const so = naiveTarget({ ...scene, base, dimensions: scene.dimensions.slice(0, k) }).rows;
    const found = so.map(([row]) => matches.find(([other]) => other === row)?.[k + 1]);
    return found.length > 0 && found.every((match) => match === undefined);
  });
  if (empty) return 'AMALUR_EMPTY_JOIN';
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
          expect(shareOf(target, partyOf(table))).toEqual({
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
        expect(targetOf(scene, { secret })).toEqual(targetOf(scene));
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
          tables.map((rows, table) => rows[shareOf(target, partyOf(table)).rows[from + t] ?? -1] ?? null),
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
    const mirrored = (scene: Scene): Scene => ({
      ...scene,
      base: scene.base.map((row) => ({ ...row, keys: [...row.keys].reverse() })),
      dimensions: [...scene.dimensions].reverse(),
    });
    const soundEitherWay = sound.filter((scene) => mistakeIn(mirrored(scene)) === undefined);
    fc.assert(
      fc.property(soundEitherWay, (scene) => {
        expect(targetOf(scene, { reversed: true })).toEqual(targetOf(scene));
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
        for (const party of target.groups.map(({ id }) => id)) {
          const { rows, sourceRows } = shareOf(target, party);
          const parts = [train, held].map((part) => shareOf(part, party));
          expect(parts.map((part) => part.sourceRows)).toEqual([sourceRows, sourceRows]);
          expect(parts.flatMap((part) => [...part.rows])).toEqual([...rows]);
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
          expect([...trainingCounts(shareOf(target, partyOf(table)), target.trainRows)]).toEqual(
            rows.map((_, row) => train.filter((of) => of[table] === row).length),
          );
        });
      }),
    );
  });
});

describe('for a prediction', () => {
  const tokens = (keys: readonly Text[]) => keyTokens(dictionaryOf(keys));
  const predicted = (keys: readonly Text[], scenario: 'left' | 'inner') => {
    const dimension = { party: 'w.weather', baseKeys: tokens(keys), keys: tokens(['a', 'b']) };
    const { layout } = layOutStar({
      ...{ base: 'f.flights', baseRows: keys.length, dimensions: [dimension], scenario },
    });
    const tables = new Map([
      ['f.flights', { rows: keys.length }],
      ['w.weather', { rows: 2 }],
    ]);
    const origins = ['f.flights'];
    return buildTarget({ layout, groups: ownGroups([...tables.keys()]), tables, origins });
  };

  test('every row of the base is wanted, in its order', () => {
    const target = predicted(['b', null, 'a'], 'left');
    expect([target.rows, target.labels.length]).toEqual([3, 0]);
    expect(shareOf(target, 'f.flights').rows).toEqual(Int32Array.of(0, 1, 2));
    expect(shareOf(target, 'w.weather').rows).toEqual(Int32Array.of(1, -1, 0));
  });

  test('an inner join leaves out what has no match', () => {
    const target = predicted(['b', null, 'a'], 'inner');
    expect(shareOf(target, 'f.flights').rows).toEqual(Int32Array.of(0, 2));
    expect(shareOf(target, 'w.weather').rows).toEqual(Int32Array.of(1, 0));
  });

  test('an empty base table gives an empty target', () => {
    expect(predicted([], 'left')).toMatchObject({ rows: 0, trainRows: 0 });
  });
});
