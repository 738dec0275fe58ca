import { afterEach, expect, test, vi } from 'vitest';
import { findKeys } from '../../../core/sources/find-keys.js';
import type { ColumnProfile } from '../../../core/sources/profile.js';
import type { Session } from '../../../core/sources/session.js';

afterEach(() => vi.restoreAllMocks());

/** Answers every question whether a combination repeats, and counts those about the whole table and about the sample. */
function sessionWhere(repeats: (sql: string) => boolean) {
  const asked = { table: 0, sample: 0 };
  const rows = (sql: string) => {
    asked[sql.includes('FROM key_sample') ? 'sample' : 'table']++;
    return Promise.resolve([[repeats(sql)]]);
  };
  const session = { rows, connection: { run: () => Promise.resolve() } } as unknown as Session;
  return { session, asked };
}

const columns = (count: number, distinct: number) =>
  Array.from({ length: count }, (_, i): ColumnProfile => ({
    name: `c${String(i)}`,
    type: 'integer',
    nulls: 0,
    distinct,
  }));

test('the same table has the same keys on a machine under load', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (now += 60_000));
  const { session } = sessionWhere((sql) => !sql.includes('"c1", "c2"'));
  const keys = await findKeys(session, 1000, columns(3, 100), 'source', 'combinations');
  expect(keys).toEqual([['c1', 'c2']]);
});

test('approximate counts of a large table do not rule out a key that they fall just short of', async () => {
  const { session } = sessionWhere((sql) => !sql.includes('"c0", "c1"'));
  const [rows, short] = [6_250_000, 2450];
  expect(await findKeys(session, rows, columns(2, short), 'source', 'combinations')).toEqual([['c0', 'c1']]);
});

test('the search of a wide table ends, after as much work as the size of the table allows', async () => {
  const nothing = sessionWhere(() => true);
  await findKeys(nothing.session, 1e9, columns(60, 1e6), 'source', 'combinations');
  expect(nothing.asked.sample).toBeGreaterThan(1000);
  expect(nothing.asked.sample).toBeLessThan(5000);
  const unlucky = sessionWhere((sql) => !sql.includes('FROM key_sample'));
  await findKeys(unlucky.session, 1e7, columns(60, 1e6), 'source', 'combinations');
  expect(unlucky.asked.table).toBeGreaterThan(2);
  expect(unlucky.asked.table).toBeLessThan(10);
});
