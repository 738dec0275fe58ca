import type { TableInSilo } from '../../core/job/resolve.js';
import type { ColumnProfile, TableProfile } from '../../core/sources/profile.js';

/** `name type distinct nulls`, a column a line. */
function columns(text: string): ColumnProfile[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [name = '', type = 'other', distinct = '0', nulls = '0'] = line.trim().split(/\s+/);
      return { name, type: type as ColumnProfile['type'], distinct: Number(distinct), nulls: Number(nulls) };
    });
}

/** What the catalog would know of a table: columns as `name type distinct nulls`, a line each. */
export function table(
  silo: string,
  name: string,
  rows: number,
  text: string,
  keys: string[][] = [],
): TableInSilo {
  const profile: TableProfile = {
    table: name,
    rows,
    columns: columns(text),
    keys,
    contentHash: `hash-of-${name}`,
    bytes: rows * 50,
  };
  return { silo, profile };
}
