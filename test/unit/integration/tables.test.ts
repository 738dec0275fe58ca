import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTarget } from '../../../core/integration/build-target.js';
import { keyTokens, tokenAt } from '../../../core/integration/key-tokens.js';
import { heldOut } from '../../../core/integration/split.js';
import { openSource, type ReadRequest } from '../../../core/sources/index.js';
import type { PositionRequest } from '../../../core/sources/source.js';
import { blockAt, positionsFor } from '../../../core/validation/folds.js';
import { plainKey } from '../../../core/sources/key-column.js';
import { matchRows, layOutStar, ownGroups } from '../../support/stars.js';

// From files to matched rows: what two sites agree on is decided where their tables are read.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-tables-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Cell = string | number | null;
type Row = Readonly<Record<string, Cell>>;

let files = 0;
/** Reads a table of these rows as its silo does. */
async function read(columns: readonly string[], rows: readonly Row[], request: Partial<ReadRequest>) {
  const path = join(folder, `${files++}.csv`);
  const cell = (value: Cell | undefined) =>
    value === null || value === undefined ? '' : `"${String(value).replaceAll('"', '""')}"`;
  const lines = [columns, ...rows.map((row) => columns.map((name) => cell(row[name])))];
  await writeFile(path, lines.map((line) => line.join(',') + '\n').join(''));
  const source = openSource({ name: 'table', location: { kind: 'csv', path } });
  return source.read({ numeric: [], categorical: [], keys: {}, ...request });
}

async function keysOf(columns: readonly string[], rows: readonly Row[], parts = columns) {
  const { keys } = await read(columns, rows, { keys: { key: parts.map(plainKey) } });
  const dictionary = keys.get('key');
  if (!dictionary) throw new Error('the key was not read');
  return keyTokens(dictionary);
}

describe('composite keys', () => {
  test('parts that would give one text when joined are different keys', async () => {
    const rows = [
      { p: 'a', q: 'bc' },
      { p: 'ab', q: 'c' },
      { p: 'abc', q: '1' },
      { p: '1:a', q: '2:bc' },
      { p: 'a2', q: 'bc' },
      { p: '1', q: ':a2:bc' },
    ];
    const { codes, tokens } = await keysOf(['p', 'q'], rows);
    expect(new Set([...codes].map((code) => tokenAt(tokens, code))).size).toBe(rows.length);
  });

  test('match as nested loops over their parts do, NULL in any part matching nothing', async () => {
    const parts = [null, 'a', 'b', 'ab', '1', '1:a', ':', '1:', '-', '11', 'é', '"', ' ', 'NULL'];
    const base = parts.flatMap((p) => parts.map((q) => ({ p, q })));
    // Every third pair, in another order, and under other names.
    const dimension = base.filter((_, at) => at % 3 === 0).reverse();
    const renamed = dimension.map(({ p, q }) => ({ other: 'x', second: q, first: p }));
    const matching = matchRows(
      await keysOf(['p', 'q'], base),
      await keysOf(['other', 'second', 'first'], renamed, ['first', 'second']),
    );
    const naive = base.map(({ p, q }) =>
      dimension.findIndex((row) => p !== null && q !== null && row.p === p && row.q === q),
    );
    expect(naive.filter((row) => row >= 0).length).toBeGreaterThan(40);
    expect([...matching.rows]).toEqual(naive);
  });

  test('match in the order in which the join pairs the columns', async () => {
    const base = await keysOf(['p', 'q'], [{ p: 'x', q: 'y' }]);
    const swapped = await keysOf(['p', 'q'], [{ p: 'y', q: 'x' }], ['q', 'p']);
    expect(matchRows(base, swapped).matched).toBe(1);
  });

  test('of numbers in one table and of numerals in the other match', async () => {
    // One cell that is no number makes a text column of it.
    const base = await keysOf(['n'], [{ n: 7 }, { n: 10 }, { n: null }]);
    const dimension = await keysOf(['n'], [{ n: 'ten' }, { n: '7' }, { n: null }, { n: '07' }]);
    expect([...matchRows(base, dimension).rows]).toEqual([1, -1, -1]);
  });

  test('that repeat on the "one" side are told with their count, NULLs not among them', async () => {
    const rows = [
      { p: 'a', q: 'b' },
      { p: 'a', q: 'b' },
      { p: 'a', q: null },
      { p: 'a', q: null },
      { p: 'a', q: 'b' },
      { p: 'b', q: 'a' },
    ];
    const keys = await keysOf(['p', 'q'], rows);
    expect(() => matchRows(keys, keys)).toThrow(
      expect.objectContaining({
        code: 'AMALUR_REPEATED_KEY',
        message: expect.stringMatching(/weather\.hourly .*\b2 rows/) as string,
      }) as Error,
    );
  });
});

describe('folds', () => {
  const rows = Array.from({ length: 300 }, (_, id) => ({ id, person: id % 9 === 8 ? null : `p${id % 40}` }));

  /** Block of each row, by its id. */
  async function blocksOf(table: readonly Row[], fold: PositionRequest): Promise<Map<number, number>> {
    const { numeric, fold: position } = await read(['id', 'person'], table, { numeric: ['id'], fold });
    const blocks = blockAt(position ?? new Float64Array(0), 5);
    const ids = numeric.get('id') ?? new Float64Array(0);
    return new Map([...ids].map((id, row) => [id, blocks[row] ?? -1] as const).sort(([a], [b]) => a - b));
  }

  test('of rows or groups do not depend on the order of rows nor on other rows', async () => {
    for (const columns of [['id'], ['person']]) {
      const blocks = await blocksOf(rows, positionsFor(columns, 0));
      expect(new Set(blocks.values()).size).toBe(5);
      expect(await blocksOf([...rows].reverse(), positionsFor(columns, 0))).toEqual(blocks);
      const half = await blocksOf(rows.slice(150), positionsFor(columns, 0));
      for (const [id, block] of half) expect(blocks.get(id)).toBe(block);
      expect(await blocksOf(rows, positionsFor(columns, 1))).not.toEqual(blocks);
    }
  });

  test('of groups keep each group together, and rows without one as a group', async () => {
    const blocks = await blocksOf(rows, positionsFor(['person'], 0));
    const byPerson = new Map<string | null, Set<number | undefined>>();
    for (const { id, person } of rows)
      byPerson.set(person, (byPerson.get(person) ?? new Set()).add(blocks.get(id)));
    expect(byPerson.size).toBe(41);
    for (const [person, inside] of byPerson) expect(inside.size, person ?? 'NULL').toBe(1);
  });
});

describe('the split', () => {
  const rows = Array.from({ length: 400 }, (_, id) => ({
    id,
    carrier: 'ABC'.charAt(id % 3),
    delay: id % 7 === 0 ? null : id / 4,
  }));
  const columns = ['id', 'carrier', 'delay'];

  /** Ids of the rows for training. */
  async function trainingIds(
    table: readonly Row[],
    { order = columns, key = ['id'], seed = 7 }: { order?: string[]; key?: string[]; seed?: number } = {},
  ): Promise<number[]> {
    const { numeric, position } = await read(order, table, {
      numeric: ['id'],
      position: { columns: key, seed },
    });
    const labels = new Float64Array(table.length).fill(1);
    const base = 'airline.flights';
    const { layout } = layOutStar({ base, baseRows: table.length, dimensions: [] });
    const target = buildTarget({
      layout,
      groups: ownGroups([base]),
      tables: new Map([
        [base, { rows: table.length, labels, ...(position && { heldOut: heldOut(position, 0.25) }) }],
      ]),
      origins: [base],
      learn: { labels: [{ party: base, column: 'y' }], weights: [] },
    });
    const index = target.groups[0]?.shares[0]?.rows.subarray(0, target.trainRows) ?? [];
    return [...index].map((row) => numeric.get('id')?.[row] ?? -1).sort((a, b) => a - b);
  }

  test('does not depend on the order of rows or columns, on other rows, nor on other columns', async () => {
    const train = await trainingIds(rows);
    expect(await trainingIds([...rows].reverse())).toEqual(train);
    expect(await trainingIds(rows, { order: ['delay', 'id'] })).toEqual(train);
    const half = rows.filter(({ id }) => id % 2 === 0);
    expect(await trainingIds(half)).toEqual(train.filter((id) => id % 2 === 0));
  });

  test('holds out about the share that is asked for, and other rows under another seed', async () => {
    const [seven, eight] = [await trainingIds(rows), await trainingIds(rows, { seed: 8 })];
    for (const ids of [seven, eight]) expect(Math.abs(ids.length - 300)).toBeLessThan(45);
    expect(seven).not.toEqual(eight);
  });

  test('never parts rows that are equal in their row key, with NULL in it or without', async () => {
    const twins = rows.flatMap((row) => [row, { ...row, id: row.id + 1000 }]);
    for (const key of [['carrier', 'delay'], ['delay']]) {
      const train = new Set(await trainingIds(twins, { key }));
      for (const { id } of rows) expect(train.has(id)).toBe(train.has(id + 1000));
    }
  });

  test('and folds of the same columns and seed have nothing to do with each other', async () => {
    const key = { columns: ['id'], seed: 7 };
    const request = { position: key, fold: positionsFor(key.columns, key.seed) };
    const { position, fold } = await read(columns, rows, request);
    const blocks = blockAt(fold ?? new Float64Array(0), 4);
    const tested = heldOut(position ?? new Float64Array(0), 0.25);
    for (let block = 0; block < 4; block++) {
      const inside = tested.filter((_, row) => blocks[row] === block);
      // 100 ± 35 rows in each, of which 25 % ± 20 % are held out.
      expect(Math.abs(inside.length - 100)).toBeLessThan(35);
      const share = inside.reduce((sum, one) => sum + one, 0) / inside.length;
      expect(Math.abs(share - 0.25)).toBeLessThan(0.2);
    }
  });

  test('a row key of several columns is not the one text of them joined', async () => {
    const pairs = Array.from({ length: 64 }, (_, id) => ({
      id,
      p: 'x'.repeat(id % 65),
      q: 'x'.repeat(64 - id),
    }));
    const { position } = await read(['id', 'p', 'q'], pairs, { position: { columns: ['p', 'q'], seed: 0 } });
    expect(new Set(position).size).toBe(pairs.length);
  });
});
