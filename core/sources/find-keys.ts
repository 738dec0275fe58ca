import { AmalurError } from '../errors.js';
import { EXACT_ROWS, type ColumnProfile, type ColumnType } from './profile.js';
import type { Session } from './session.js';
import type { TableDefinition } from './source.js';
import { quoteName } from './sql.js';

/** Types whose columns are taken for parts of a key. A measurement or a flag may be unique by chance. */
const PLAUSIBLE: ReadonlySet<ColumnType> = new Set(['integer', 'text', 'date', 'timestamp']);
/** Rows on which a combination is tried first: almost all fail there, at a small part of the cost. */
const SAMPLE_ROWS = 20_000;
/**
 * Rows that the search for pairs and triples may group, over all combinations: some seconds. No limit of time, because the
 * keys found decide the row key, hence the split and the model, and must not depend on how busy the machine is.
 */
const SEARCH_ROWS = 40_000_000;

/** What approximate counts of a large table may lack of the true product of three. */
const APPROXIMATE = 0.8;

/** Throws AMALUR_REPEATED_KEY when the declared key has NULLs or repeats, and AMALUR_UNKNOWN_COLUMN. `from` is a relation. */
export async function checkDeclaredKey(
  session: Session,
  { name, key }: TableDefinition,
  from: string,
): Promise<void> {
  if (key === undefined || key.length === 0) return;
  const columns = key.map((column) => quoteName(session.column(column).name));
  const nulls = columns.map((column) => `${column} IS NULL`).join(' OR ');
  const [[missing] = []] = await session.rows(`SELECT count(*) FROM ${from} WHERE ${nulls}`);
  const [[repeated] = []] = await session.rows(
    `SELECT count(*) FROM (SELECT 1 FROM ${from} WHERE NOT (${nulls}) GROUP BY ${columns.join(', ')} HAVING count(*) > 1)`,
  );
  if (missing === 0 && repeated === 0) return;
  throw new AmalurError(
    'AMALUR_REPEATED_KEY',
    `table ${name}: (${key.join(', ')}) is declared a key, but ${String(repeated)} of its values repeat and ${String(missing)} rows have a NULL in it`,
    { field: 'key', suggestion: 'declare columns that identify a row, or mend the table' },
  );
}

/**
 * Keys found by counting: all plausible single columns that are; where there are none and `search` says so, the smallest combinations
 * of two, else three, as far as SEARCH_ROWS reach (the pairs most likely to be keys first).
 */
export async function findKeys(
  session: Session,
  rows: number,
  profiles: readonly ColumnProfile[],
  from: string,
  search: 'single' | 'combinations',
): Promise<string[][]> {
  if (rows === 0) return [];
  const plausible = profiles.filter((column) => column.nulls === 0 && PLAUSIBLE.has(column.type));
  const single = [];
  for (const column of plausible.filter(({ distinct }) => distinct >= rows * 0.9)) {
    if (await isKey(session, [column.name], from)) single.push([column.name]);
  }
  if (single.length > 0 || search === 'single') return single;

  const names = plausible.map((column) => quoteName(column.name));
  if (names.length < 2) return [];
  await session.connection.run(
    // By content, because a database may give its rows in another order each time.
    `CREATE OR REPLACE TEMP TABLE key_sample AS
     SELECT ${names.join(', ')} FROM ${from} ORDER BY hash(${names.join(', ')}) LIMIT ${SAMPLE_ROWS}`,
  );
  let grouped = 0;
  const repeats = async (key: readonly string[], relation: string, size: number) => {
    grouped += size;
    return !(await isKey(session, key, relation));
  };
  for (const size of [2, 3]) {
    const found: string[][] = [];
    for (const columns of combinations(plausible, size, rows)) {
      if (grouped >= SEARCH_ROWS) return found;
      const key = columns.map((column) => column.name);
      if (await repeats(key, 'key_sample', Math.min(rows, SAMPLE_ROWS))) continue;
      if (!(await repeats(key, from, rows))) found.push(key);
    }
    if (found.length > 0) return found;
  }
  return [];
}

async function isKey(session: Session, key: readonly string[], from: string): Promise<boolean> {
  const columns = key.map(quoteName).join(', ');
  const [[repeats] = []] = await session.rows(
    `SELECT EXISTS (SELECT 1 FROM ${from} GROUP BY ${columns} HAVING count(*) > 1)`,
  );
  return repeats === false;
}

/** Combinations that may have enough distinct values to tell all rows apart, those with most first. */
function combinations(columns: readonly ColumnProfile[], size: number, rows: number): ColumnProfile[][] {
  const product = (chosen: readonly ColumnProfile[]) =>
    chosen.reduce((total, column) => total * column.distinct, 1);
  const atLeast = rows * (rows <= EXACT_ROWS ? 1 : APPROXIMATE);
  const choose = (from: number, left: number): ColumnProfile[][] =>
    left === 0
      ? [[]]
      : columns.flatMap((column, i) =>
          i < from ? [] : choose(i + 1, left - 1).map((rest) => [column, ...rest]),
        );
  return choose(0, size)
    .filter((chosen) => product(chosen) >= atLeast)
    .sort((a, b) => product(b) - product(a));
}
