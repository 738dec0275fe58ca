import type { Content } from './content-hash.js';
import { checkDeclaredKey, findKeys } from './find-keys.js';
import { EXACT_ROWS, type ColumnProfile, type TableProfile } from './profile.js';
import type { Session } from './session.js';
import type { TableDefinition } from './source.js';
import { quoteName } from './sql.js';

/** Schema, counts and keys by aggregate queries alone: no value leaves DuckDB. */
export async function profileTable(
  session: Session,
  definition: TableDefinition,
  content: Content,
  from: string,
): Promise<TableProfile> {
  const rows = Number((await session.rows(`SELECT count(*) FROM ${from}`))[0]?.[0]);
  const counts = session.columns.flatMap(({ name }) => {
    const column = quoteName(name);
    const distinct = rows <= EXACT_ROWS ? `count(DISTINCT ${column})` : `approx_count_distinct(${column})`;
    return [`count(${column})`, distinct];
  });
  const [counted = []] = await session.rows(`SELECT ${counts.join(', ')} FROM ${from}`);
  const columns = session.columns.map(({ name, type }, i): ColumnProfile => ({
    name,
    type,
    nulls: rows - Number(counted[2 * i]),
    distinct: Number(counted[2 * i + 1]),
  }));
  await checkDeclaredKey(session, definition, from);
  const declared = definition.key?.length ? [...definition.key] : undefined;
  const found = await findKeys(session, rows, columns, from, declared ? 'single' : 'combinations');
  const others = found.filter((key) => declared?.length !== 1 || key[0] !== declared[0]);
  return {
    table: definition.name,
    rows,
    columns,
    keys: [...(declared ? [declared] : []), ...others].sort((a, b) => a.length - b.length),
    ...content,
  };
}
