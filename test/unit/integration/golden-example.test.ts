import { describe, expect, test } from 'vitest';
import { entryOf } from '../../../core/entry-of.js';
import { buildTarget } from '../../../core/integration/build-target.js';
import { describeIntegration } from '../../../core/integration/describe.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { layOutRows, type LinkedTable } from '../../../core/integration/lay-out.js';
import { overlapOf, rowPatterns } from '../../../core/integration/row-patterns.js';
import { parseJob, resolveJob, type TableInSilo } from '../../../core/job/resolve.js';
import { originsOf } from '../../../core/job/resolved.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';

// The running example of Amalur (ICDE 2023, §3): T(m, a, hr, o) is the full outer join of two sources that share m and a; what is
// missing is 0, as in the paper.

type Row = Readonly<Record<string, string | number>>;
const sources: Readonly<Record<string, readonly Row[]>> = {
  'er.s1': [
    { m: 0, n: 'Jack', a: 20, hr: 60 },
    { m: 0, n: 'Sam', a: 35, hr: 58 },
    { m: 0, n: 'Ruby', a: 22, hr: 65 },
    { m: 1, n: 'Jane', a: 37, hr: 70 },
  ],
  'icu.s2': [
    { m: 1, n: 'Rose', a: 45, o: 95 },
    { m: 0, n: 'Castiel', a: 20, o: 97 },
    { m: 1, n: 'Jane', a: 37, o: 92 },
  ],
};
const key = 'n';
const column = (name: string) => ['er.s1', 'icu.s2'].map((table) => `${table}.${name}`);

const job = parseJob({
  name: 'mortality',
  task: 'regression',
  target: { base: 'er.s1', label: { column: 'los' } },
  integration: {
    scenario: 'outer',
    joins: [{ table: 'icu.s2', on: [key] }],
    columns: { m: column('m'), a: column('a') },
  },
  features: { include: ['er.s1.m', 'icu.s2.a', 'er.s1.hr', 'icu.s2.o'] },
  model: { type: 'linear-regression' },
});
const resolved = resolveJob(job, Object.keys(sources).map(profileOf));

/** A profile with a label besides, which the example does not have. */
function profileOf(name: string): TableInSilo {
  const [silo = '', table = ''] = name.split('.');
  const names = [...Object.keys(sources[name]?.[0] ?? {}), 'los'];
  const columns = names.map((one) => {
    const type = one === key ? ('text' as const) : ('integer' as const);
    return { name: one, type, nulls: 0, distinct: 9 };
  });
  const { length: rows } = sources[name] ?? [];
  return { silo, profile: { table, rows, columns, keys: [[key]], contentHash: name, bytes: 99 } };
}

const tables = new Map(
  Object.entries(sources).map(([party, rows]): [string, LinkedTable] => {
    const tokens = keyTokens(dictionaryOf(rows.map((row) => String(row[key]))));
    return [party, { rows: rows.length, keys: new Map([['icu.s2', tokens]]) }];
  }),
);
const { joins, groups } = resolved;
const layout = layOutRows({ base: 'er.s1', joins, tables, maxRows: 100 });

const wanted = ['m', 'a', 'hr', 'o'];

/** Adds up over all shares what each gives to the rows of T: T = Σ I_k D_k M_kᵀ, over the rows that `rowsOf` says. */
function sumOfShares(rowsOf: (share: { group: string; party: string }) => Int32Array): number[][] {
  return Array.from({ length: layout.rows }, (_, row) =>
    wanted.map((name) => {
      const group = groups.find(({ features }) => features.some((feature) => feature.name === name));
      const at = group?.features.findIndex((feature) => feature.name === name) ?? -1;
      const cells = group?.shares.map(({ party, columns }) => {
        const source = rowsOf({ group: group.id, party })[row] ?? -1;
        return Number(sources[party]?.[source]?.[columns[at] ?? ''] ?? 0);
      });
      return cells?.reduce((sum, cell) => sum + cell, 0) ?? NaN;
    }),
  );
}

describe("the paper's example, from the job to the cells of T", () => {
  test('is the table that the paper prints, the base rows first', () => {
    const target = buildTarget({ layout, groups, tables, origins: originsOf(resolved).map(({ id }) => id) });
    const shareOf = ({ group, party }: { group: string; party: string }) =>
      target.groups.find(({ id }) => id === group)?.shares.find((share) => share.party === party)?.rows ??
      new Int32Array(0);
    expect(sumOfShares(shareOf)).toEqual([
      [0, 20, 60, 0],
      [0, 35, 58, 0],
      [0, 22, 65, 0],
      [1, 37, 70, 92],
      [1, 45, 0, 95],
      [0, 20, 0, 97],
    ]);
  });

  test('without owners Jane would come out twice as old: (2, 74, 70, 92)', () => {
    const rows = sumOfShares(({ party }) => entryOf(layout.indices, party));
    expect(rows[3]).toEqual([2, 74, 70, 92]);
  });

  test('shares m and a, and leaves hr and o to their tables', () => {
    expect(groups.map(({ id, features }) => [id, features.map(({ name }) => name)])).toEqual([
      ['er.s1', ['hr']],
      ['er.s1+icu.s2', ['m', 'a']],
      ['icu.s2', ['o']],
    ]);
  });

  test('has one row of both sources, in which they agree', () => {
    expect(rowPatterns(layout)).toEqual([
      { parties: ['er.s1'], rows: 3 },
      { parties: ['icu.s2'], rows: 2 },
      { parties: ['er.s1', 'icu.s2'], rows: 1 },
    ]);
    expect(layout.joins).toEqual([{ party: 'icu.s2', matched: 1, unmatched: 3, unreferenced: 2 }]);
    const cells = new Map(
      Object.entries(sources).map(([party, rows]) => [
        party,
        new Map(
          ['m', 'a'].map((name) => [name, keyTokens(dictionaryOf(rows.map((row) => String(row[name]))))]),
        ),
      ]),
    );
    const shared = groups.find(({ shares }) => shares.length === 2) ?? expect.fail();
    expect(overlapOf(shared, layout, cells)).toEqual({
      group: 'er.s1+icu.s2',
      owned: { 'er.s1': 4, 'icu.s2': 2 },
      rows: 1,
      disagreements: { m: 0, a: 0 },
    });
  });

  test('is explained in words and counts', () => {
    const survey = { rows: layout.rows, joins: layout.joins, patterns: rowPatterns(layout), overlaps: [] };
    const facts = describeIntegration(resolved, Object.keys(sources).map(profileOf), survey);
    expect(facts.columns).toEqual([
      { name: 'er.s1.hr', encoding: 'numeric', sources: ['er.s1.hr'] },
      { name: 'm', encoding: 'numeric', sources: ['er.s1.m', 'icu.s2.m'] },
      { name: 'a', encoding: 'numeric', sources: ['er.s1.a', 'icu.s2.a'] },
      { name: 'icu.s2.o', encoding: 'numeric', sources: ['icu.s2.o'] },
    ]);
    expect(facts.mappings).toEqual([
      'er.s1: the base, every row once',
      'icu.s2 (outer): on er.s1.n = icu.s2.n; 1 rows find a match, 3 rows find none, 2 of its rows that nobody matches are added',
    ]);
    expect(facts.redundancy).toEqual({
      tables: [
        { party: 'er.s1', rows: 4, columns: 3, tupleRatio: 1.5, featureRatio: 1 },
        { party: 'icu.s2', rows: 3, columns: 3, tupleRatio: 2, featureRatio: 1 },
      ],
      // Cells of 8 bytes; an index of 4 bytes a row of T for each source.
      bytesOfSources: 4 * 3 * 8 + 3 * 3 * 8 + 2 * 6 * 4,
      bytesOfTarget: 6 * 4 * 8,
    });
  });
});
