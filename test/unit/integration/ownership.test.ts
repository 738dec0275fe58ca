import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { entryOf } from '../../../core/entry-of.js';
import { buildTarget, type RowFacts } from '../../../core/integration/build-target.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { overlapOf, rowPatterns } from '../../../core/integration/row-patterns.js';
import { ownersOf } from '../../../core/integration/ownership.js';
import type { ResolvedGroup } from '../../../core/job/resolved.js';
import {
  joinedScenes,
  layOut,
  partiesOf,
  sqlName,
  sqlOf,
  type JoinedScene,
} from '../../support/arbitrary-joins.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';
import { openDuckDB, type Query } from '../../support/duckdb.js';

let query: Query;
let close: () => void;
beforeAll(async () => {
  ({ query, close } = await openDuckDB());
});
afterAll(() => close());

/** A scene, tables of it that share the target column `cell`, and whether the newest owns it. */
interface Shared {
  readonly scene: JoinedScene;
  readonly group: ResolvedGroup;
  /** Tables of which is known how new their rows are; undefined: the first owns. */
  readonly aged: readonly string[] | undefined;
}

const sharedScenes: fc.Arbitrary<Shared> = joinedScenes.chain((scene) => {
  const parties = partiesOf(scene);
  return fc
    .record({
      sources: fc.shuffledSubarray([...parties], { minLength: 1 }),
      aged: fc.option(fc.subarray([...parties], { minLength: 1 }), { nil: undefined }),
    })
    .map(({ sources, aged }) => ({ scene, aged, group: groupOf(sources) }));
});

function groupOf(sources: readonly string[]): ResolvedGroup {
  return {
    id: sources.join('+'),
    features: [{ name: 'cell', encoding: 'numeric' }],
    shares: sources.map((party) => ({ party, columns: ['v'] })),
  };
}

const numbers = (scene: JoinedScene, party: string, name: 'age' | 'v') =>
  Float64Array.from(entryOf(scene.tables, party), (row) => row[name] ?? NaN);

function agesOf({ scene, aged }: Shared) {
  return aged && new Map(aged.map((party) => [party, numbers(scene, party, 'age')]));
}

/** SQL of each row of T with the position of the share that owns its cell, and the cell; both NULL where no table has the row. */
function ownedSql({ scene, group, aged }: Shared): string {
  const names = group.shares.map(({ party }) => sqlName(party));
  const all = partiesOf(scene).map(sqlName).join();
  const { text } = sqlOf(scene);
  const rows = `${text}, numbered AS (SELECT *, row_number() OVER () AS id FROM target)`;
  const chosen = (values: readonly (string | number)[]) =>
    `CASE ${names.map((t, at) => `WHEN ${t} IS NOT NULL THEN ${values[at] ?? ''}`).join(' ')} END`;
  if (aged === undefined) {
    const cells = chosen(names.map((t) => `${t}_v`));
    return `${rows}, owned AS (SELECT *, ${chosen([...names.keys()])} AS owner, ${cells} AS cell FROM numbered)
            SELECT ${all}, owner, cell FROM owned`;
  }
  const having = group.shares.map(({ party }, at) => {
    const t = names[at] ?? '';
    const age = aged.includes(party) ? `${t}_age` : 'NULL::INTEGER';
    return `SELECT id, ${at} AS owner, ${t}_v AS cell, ${age} AS age FROM numbered WHERE ${t} IS NOT NULL`;
  });
  return `${rows}, having_it AS (${having.join(' UNION ALL ')}),
          newest AS (SELECT id, owner, cell FROM having_it
                     QUALIFY row_number() OVER (PARTITION BY id ORDER BY age DESC NULLS LAST, owner) = 1),
          owned AS (SELECT numbered.*, owner, cell FROM numbered LEFT JOIN newest USING (id))
          SELECT ${all}, owner, cell FROM owned`;
}

const sorted = (rows: readonly (readonly unknown[])[]) => rows.map((row) => JSON.stringify(row)).sort();

describe('every cell of a shared column has one owner, as SQL finds it', () => {
  test('the first source that has the row, or the newest with ties and unknown ages to the first', async () => {
    await fc.assert(
      fc.asyncProperty(sharedScenes, async (shared) => {
        const { scene, group } = shared;
        const layout = layOut(scene);
        const owners = ownersOf(group, layout, agesOf(shared));
        const indices = partiesOf(scene).map((party) => entryOf(layout.indices, party));
        const found = Array.from(owners, (owner, row) => {
          const party = group.shares[owner]?.party;
          const source = party === undefined ? -1 : (entryOf(layout.indices, party)[row] ?? -1);
          const cell = party === undefined ? null : entryOf(scene.tables, party)[source]?.v;
          const tuple = indices.map((index) => ((index[row] ?? -1) < 0 ? null : index[row]));
          return [...tuple, owner < 0 ? null : owner, cell ?? null];
        });
        expect(sorted(found)).toEqual(sorted(await query(ownedSql(shared))));
      }),
      { numRuns: 150 },
    );
  });

  test('and in the target table exactly one share has each row that any of its tables has', () => {
    fc.assert(
      fc.property(sharedScenes, (shared) => {
        const { scene, group } = shared;
        const layout = layOut(scene);
        const ages = agesOf(shared);
        const tables = new Map(
          Object.entries(scene.tables).map(([party, { length }]): [string, RowFacts] => {
            const age = ages?.get(party);
            return [party, { rows: length, ...(age && { age }) }];
          }),
        );
        const target = buildTarget({ layout, groups: [group], tables, origins: [] });
        const shares = target.groups[0]?.shares ?? [];
        expect(shares.map(({ sourceRows }) => sourceRows)).toEqual(
          group.shares.map(({ party }) => scene.tables[party]?.length),
        );
        // By row how many tables own it, and whether any has it.
        const found = Array.from({ length: layout.rows }, (_, row) => {
          const having = shares.filter(({ party }) => entryOf(layout.indices, party)[row] !== -1);
          const owning = shares.filter(({ rows }) => rows[row] !== -1);
          const same = owning.every(({ party, rows }) => rows[row] === entryOf(layout.indices, party)[row]);
          return same && owning.length === Math.min(1, having.length);
        });
        expect(found).not.toContain(false);
      }),
      { numRuns: 150 },
    );
  });

  test('of more tables than fit into a byte', () => {
    const parties = Array.from({ length: 300 }, (_, at) => `s.t${at}`);
    const indices = new Map(
      parties.map((party, at) => [party, new Int32Array(300).fill(-1).fill(0, at, at + 1)]),
    );
    const owners = ownersOf(groupOf(parties), { rows: 300, indices, joins: [] });
    expect([...owners]).toEqual([...parties.keys()]);
  });
});

describe('the survey counts as SQL does', () => {
  test('row patterns, the most frequent first', async () => {
    await fc.assert(
      fc.asyncProperty(joinedScenes, async (scene) => {
        const parties = partiesOf(scene);
        const found = rowPatterns(layOut(scene));
        const has = parties.map((party) => `${sqlName(party)} IS NOT NULL`);
        const expected = await query(
          `${sqlOf(scene).text} SELECT ${has.join()}, count(*) FROM target GROUP BY ALL`,
        );
        expect(
          sorted(found.map((one) => [...parties.map((party) => one.parties.includes(party)), one.rows])),
        ).toEqual(sorted(expected));
        const counts = found.map(({ rows }) => rows);
        expect(counts).toEqual([...counts].sort((a, b) => b - a));
      }),
      { numRuns: 150 },
    );
  });

  test('owned and overlapping rows, and disagreements, of which NULL is none', async () => {
    await fc.assert(
      fc.asyncProperty(sharedScenes, async (shared) => {
        const { scene, group } = shared;
        const parties = group.shares.map(({ party }) => party);
        const cells = new Map(
          parties.map((party) => {
            const texts = entryOf(scene.tables, party).map(({ v }) => (v === null ? null : String(v)));
            return [party, new Map([['cell', keyTokens(dictionaryOf(texts))]])];
          }),
        );
        const names = parties.map(sqlName);
        const having = names.map((t) => `(${t} IS NOT NULL)::INTEGER`).join(' + ');
        const other = names.map((t) => `coalesce(${t}_v <> cell, false)`).join(' OR ');
        const [[rows, disagreeing, ...owned] = []] = await query(
          ownedSql(shared).replace(
            /SELECT [^()]* FROM owned$/,
            `SELECT count(*) FILTER (${having} > 1), count(*) FILTER (${other}),
                    ${names.map((_, at) => `count(*) FILTER (owner = ${at})`).join()} FROM owned`,
          ),
        );
        expect(overlapOf(group, layOut(scene), cells, agesOf(shared))).toEqual({
          group: group.id,
          owned: Object.fromEntries(parties.map((party, at) => [party, owned[at]])),
          rows,
          disagreements: { cell: disagreeing },
        });
      }),
      { numRuns: 150 },
    );
  });
});

describe('labels of several tables', () => {
  const layout = {
    rows: 4,
    joins: [],
    indices: new Map([
      ['s.t0', Int32Array.of(0, 1, -1, 2)],
      ['s.t1', Int32Array.of(0, -1, 1, 2)],
    ]),
  };
  const table = (labels: number[], age: number[]): RowFacts => ({
    ...{ rows: 3, labels: Float64Array.from(labels), age: Float64Array.from(age) },
    heldOut: Uint8Array.of(0, 0, 0),
  });
  const learn = {
    weights: [],
    labels: ['s.t1', 's.t0'].map((party) => ({ party, column: 'y' })),
  };
  const labelsOf = (tables: ReadonlyMap<string, RowFacts>) => [
    ...buildTarget({ layout, groups: [], tables, origins: ['s.t0', 's.t1'], learn }).labels,
  ];
  const [t0, t1] = [table([1, 2, 3], [5, 5, 5]), table([10, 20, NaN], [4, 4, 6])];
  const withoutAge = ({ rows, labels, heldOut }: RowFacts): RowFacts =>
    Object.assign({ rows }, labels && { labels }, heldOut && { heldOut });

  test('have the owner that other columns have: the first, whose NULL leaves the row out', () => {
    const tables = new Map([
      ['s.t0', withoutAge(t0)],
      ['s.t1', withoutAge(t1)],
    ]);
    expect(labelsOf(tables)).toEqual([10, 2, 20]);
  });

  test('or the newest', () => {
    const tables = new Map([
      ['s.t0', t0],
      ['s.t1', t1],
    ]);
    expect(labelsOf(tables)).toEqual([1, 2, 20]);
  });

  test('of which none for training weighs anything are refused', () => {
    const tables = new Map([['s.t0', { ...withoutAge(t0), weights: Float64Array.of(0, 0, 0) }]]);
    const sources = [{ party: 's.t0', column: 'y' }];
    const own = { ...layout, indices: new Map([['s.t0', Int32Array.of(0, 1, 1, 2)]]) };
    const build = () =>
      buildTarget({
        ...{ layout: own, groups: [], tables, origins: ['s.t0'] },
        learn: { labels: sources, weights: sources },
      });
    expect(build).toThrow(
      expect.objectContaining({ code: 'AMALUR_EMPTY_TARGET', field: 'target.weight' }) as Error,
    );
  });
});
