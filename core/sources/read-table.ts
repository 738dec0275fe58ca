import { AmalurError } from '../errors.js';
import { canonicalText, keyOf, numberOf, positionOf } from './canonical.js';
import { inUtf16Order, joinOf, makeDictionary, type Coded } from './dictionaries.js';
import { fetchByRow } from './fetch.js';
import { keyText } from './key-column.js';
import type { Session } from './session.js';
import type { Dictionary, PositionRequest, ReadRequest, TableData } from './source.js';

/** Reads what is asked for in one pass over a snapshot of the columns needed. See TableSource.read. */
export async function readTable(session: Session, table: string, request: ReadRequest): Promise<TableData> {
  const { position, fold } = request;
  const needed = [
    ...new Set([
      ...request.numeric,
      ...request.categorical,
      ...Object.values(request.keys).flatMap((key) => key.map(({ column }) => column)),
      ...(position?.columns ?? []),
      ...(fold?.columns ?? []),
    ]),
  ];
  await session.snapshot(needed);
  const cellOf = (name: string) => `c${needed.indexOf(name)}`;
  const numbers = request.numeric.map((name) => numberOf(session.column(name), cellOf(name)));
  await checkNumbers(session, table, request.numeric, numbers, cellOf);

  const coded: Coded[] = [
    ...request.categorical.map((name) => ({
      cells: [cellOf(name)],
      text: ([cell = '']: readonly string[]) => canonicalText(session.column(name), cell, 'category'),
    })),
    ...Object.values(request.keys).map((key) => ({
      cells: key.map(({ column }) => cellOf(column)),
      text: (cells: readonly string[]) =>
        keyOf(key.map(({ column, apply }, j) => keyText(session.column(column), cells[j] ?? '', apply))),
    })),
  ];
  const values: string[][] = [];
  for (const [i, one] of coded.entries()) values.push(await makeDictionary(session, one, i));

  const rows = Number((await session.rows('SELECT count(*) FROM t'))[0]?.[0]);
  const doubles = numbers.map((sql) => ({
    sql: `coalesce(${sql}, 'nan'::DOUBLE)`,
    into: new Float64Array(rows),
  }));
  const codes = coded.map((_, i) => ({ sql: `coalesce(d${i}.k, -1)`, into: new Int32Array(rows) }));
  const placed = ({ columns, seed }: PositionRequest) => ({
    sql: positionOf(
      columns.map((name) => canonicalText(session.column(name), cellOf(name), 'key')),
      seed,
    ),
    into: new Float64Array(rows),
  });
  const positions = position && placed(position);
  const folds = fold && placed(fold);
  const wanted = [...doubles, ...codes, ...(positions ? [positions] : []), ...(folds ? [folds] : [])];
  const result = await session.connection.run(
    `SELECT ${['t.rowid::INTEGER', ...wanted.map(({ sql }) => sql)].join(', ')} FROM t
     ${coded.map(joinOf).join(' ')}`,
  );
  await fetchByRow(
    result,
    wanted.map(({ into }) => into),
  );

  const dictionaries = codes.map(({ into }, i): Dictionary => inUtf16Order(into, values[i] ?? []));
  const split = request.categorical.length;
  return {
    rows,
    numeric: pair(
      request.numeric,
      doubles.map(({ into }) => into),
    ),
    categorical: pair(request.categorical, dictionaries.slice(0, split)),
    keys: pair(Object.keys(request.keys), dictionaries.slice(split)),
    ...(positions && { position: positions.into }),
    ...(folds && { fold: folds.into }),
  };
}

/** Text that spells no number, and infinities, which no model can use: told with their count, not as NaN. */
async function checkNumbers(
  session: Session,
  table: string,
  names: readonly string[],
  numbers: readonly string[],
  cellOf: (name: string) => string,
): Promise<void> {
  if (names.length === 0) return;
  const counts = names.map((name, i) => {
    const number = numbers[i] ?? '';
    return `count(*) FILTER (${cellOf(name)} IS NOT NULL AND isfinite(${number}) IS NOT TRUE)`;
  });
  const [bad = []] = await session.rows(`SELECT ${counts.join(', ')} FROM t`);
  for (const [i, name] of names.entries()) {
    const cells = Number(bad[i]);
    if (cells === 0) continue;
    throw new AmalurError(
      'AMALUR_WRONG_TYPE',
      `table ${table}: column ${name} has ${cells} cells that are not finite numbers`,
      {
        suggestion: 'use it as a category, or compute a column that makes them NULL',
      },
    );
  }
}

function pair<T>(names: readonly string[], values: readonly T[]): Map<string, T> {
  return new Map(names.map((name, i) => [name, values[i] as T]));
}
