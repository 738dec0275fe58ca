import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { layOutRows, type LinkedTable } from '../../../core/integration/lay-out.js';
import type { ResolvedJoin } from '../../../core/job/resolved.js';
import { plainKey } from '../../../core/sources/key-column.js';
import { dictionaryOf, type Text } from '../../support/arbitrary-tables.js';
import {
  joinedScenes,
  layOut,
  partiesOf,
  sqlName,
  sqlOf,
  tableRows,
  tuplesOf,
  sceneOf,
} from '../../support/arbitrary-joins.js';
import { openDuckDB, type Query } from '../../support/duckdb.js';

let query: Query;
let close: () => void;
beforeAll(async () => {
  ({ query, close } = await openDuckDB());
});
afterAll(() => close());

describe('the rows of the target table are those of the SQL that defines the scenarios', () => {
  test('joins of any scenario in any tree, united facts, n:m, tables of matches', async () => {
    await fc.assert(
      fc.asyncProperty(joinedScenes, async (scene) => {
        const parties = partiesOf(scene);
        const layout = layOut(scene);
        const { text } = sqlOf(scene);
        const expected = await query(`${text} SELECT ${parties.map(sqlName).join()} FROM target`);
        expect(tuplesOf(layout.indices, parties, layout.rows)).toEqual(
          expected.map((row) => JSON.stringify(row)).sort(),
        );
      }),
      { numRuns: 200 },
    );
  });

  test('and so are the counts of what each join has found', async () => {
    await fc.assert(
      fc.asyncProperty(joinedScenes, async (scene) => {
        const { text, facts } = sqlOf(scene);
        fc.pre(facts.length > 0);
        const expected = await query(`${text} ${facts.map((sql) => `(${sql})`).join(' UNION ALL ')}`);
        const { joins } = layOut(scene);
        expect(joins.map((one) => [one.matched, one.unmatched, one.unreferenced])).toEqual(expected);
      }),
      { numRuns: 150 },
    );
  });

  test('more than integration.maxRows are refused at the join that makes them, with their number', async () => {
    await fc.assert(
      fc.asyncProperty(joinedScenes, fc.integer({ min: 1, max: 40 }), async (scene, maxRows) => {
        const { text, sizes } = sqlOf(scene);
        fc.pre(sizes.length > 0);
        const [counts = []] = await query(
          `${text} SELECT ${sizes.map(({ table }) => `(SELECT count(*) FROM ${table})`).join()}`,
        );
        const at = counts.findIndex((count) => Number(count) > maxRows);
        const refused = mistake(() => layOut(scene, { maxRows }));
        if (at < 0) expect(refused).toBeUndefined();
        else {
          expect(refused).toMatchObject({
            code: 'AMALUR_TARGET_TOO_LARGE',
            field: scene.resolved.joins[at]?.field,
            message: `with ${sizes[at]?.party ?? ''} the target table would have ${String(counts[at])} rows, more than integration.maxRows (${maxRows})`,
            suggestion: expect.stringContaining('raise integration.maxRows') as string,
          });
        }
      }),
      { numRuns: 150 },
    );
  });

  test('a key that repeats on the "one" side is refused with the count of SQL, whether or not a row asks for it', async () => {
    await fc.assert(
      fc.asyncProperty(tableRows, tableRows, async (base, table) => {
        const joins = [{ table: 's.t1', on: ['a', 'b'] }];
        const scene = sceneOf({ 's.t0': base, 's.t1': table }, { joins });
        const [[repeated] = []] = await query(
          `${sqlOf(scene).text} SELECT count(*) - count(DISTINCT (t1_a, t1_b)) FROM t1 WHERE t1_a IS NOT NULL AND t1_b IS NOT NULL`,
        );
        const refused = mistake(() => layOut(scene));
        if (repeated === 0) expect(refused).toBeUndefined();
        else {
          expect(refused).toMatchObject({
            code: 'AMALUR_REPEATED_KEY',
            field: 'integration.joins[0]',
            message: `the join key of s.t1 repeats: ${String(repeated)} rows have a key that an earlier row has`,
            suggestion: expect.stringContaining('set "matches" to "all"') as string,
          });
        }
      }),
      { numRuns: 100 },
    );
  });
});

describe('large tables', () => {
  const rows = 100_000;
  const same = keyTokens({ codes: new Int32Array(rows), values: ['same'] });
  const table: LinkedTable = { rows, keys: new Map([['s.b', same]]) };
  const all: ResolvedJoin = {
    ...{ party: 's.b', scenario: 'left', matches: 'all', field: 'integration.joins[0]' },
    to: [{ party: 's.a', columns: [plainKey('k')] }],
    columns: [plainKey('k')],
  };

  test('ten billion rows are refused before any of them is built', () => {
    const tables = new Map([
      ['s.a', table],
      ['s.b', table],
    ]);
    const refused = mistake(() => layOutRows({ base: 's.a', joins: [all], tables, maxRows: 50_000_000 }));
    expect(refused).toMatchObject({
      code: 'AMALUR_TARGET_TOO_LARGE',
      message: expect.stringContaining(' 10000000000 rows') as string,
    });
  });
});

describe('rows come in the order', () => {
  const linked = (keys: readonly Text[], of: string): LinkedTable => ({
    rows: keys.length,
    keys: new Map([[of, keyTokens(dictionaryOf(keys))]]),
  });
  const join = (scenario: 'left' | 'inner' | 'outer', matches: 'one' | 'all'): ResolvedJoin => ({
    ...{ party: 's.b', scenario, matches, field: 'integration.joins[0]' },
    to: [{ party: 's.a', columns: [plainKey('k')] }],
    columns: [plainKey('k')],
  });
  const tables = new Map([
    ['s.a', linked(['y', null, 'x', 'z'], 's.b')],
    ['s.b', linked(['x', 'w', 'y', 'x', null], 's.b')],
  ]);

  test('of the rows so far, each with its matches in the order of their table, then the rows added', () => {
    const asked: string[] = [];
    const { rows, indices } = layOutRows({
      ...{ base: 's.a', joins: [join('outer', 'all')], tables, maxRows: 9 },
      onJoin: (party) => asked.push(party),
    });
    expect(rows).toBe(7);
    expect([...indices]).toEqual([
      ['s.a', Int32Array.of(0, 1, 2, 2, 3, -1, -1)],
      ['s.b', Int32Array.of(2, -1, 0, 3, -1, 1, 4)],
    ]);
    expect(asked).toEqual(['s.b']);
  });

  test('of the rows so far, where some are dropped', () => {
    const { indices } = layOutRows({ base: 's.a', joins: [join('inner', 'all')], tables, maxRows: 9 });
    expect([...indices.values()]).toEqual([Int32Array.of(0, 2, 2), Int32Array.of(2, 0, 3)]);
  });
});

function mistake(action: () => unknown): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    return error;
  }
}
