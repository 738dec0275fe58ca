import type { TableRecord } from '../../catalog/catalog.js';
import { formatBytes, formatCount, formatShare, formatTime, NONE } from './format.js';
import { table } from './output.js';

/** Every table of the catalog, a line each. */
export function showTables(tables: readonly TableRecord[]): string {
  return table(
    [
      { head: 'table' },
      { head: 'rows', align: 'right' },
      { head: 'columns', align: 'right' },
      { head: 'NULLs', align: 'right' },
      { head: 'key' },
      { head: 'size', align: 'right' },
      { head: 'version', align: 'right' },
      { head: 'content' },
      { head: 'profiled' },
    ],
    tables.map(({ silo, profile, version, profiledAt }) => {
      const nulls = profile.columns.reduce((sum, column) => sum + column.nulls, 0);
      return [
        `${silo}.${profile.table}`,
        formatCount(profile.rows),
        formatCount(profile.columns.length),
        formatShare(nulls, profile.rows * profile.columns.length),
        profile.keys[0]?.join(', ') ?? NONE,
        formatBytes(profile.bytes),
        String(version),
        profile.contentHash.slice(0, 12),
        formatTime(profiledAt),
      ];
    }),
  );
}

/** One table's columns, a line each. */
export function showColumns({ profile }: TableRecord): string {
  return table(
    [
      { head: 'column' },
      { head: 'type' },
      { head: 'distinct', align: 'right' },
      { head: 'NULLs', align: 'right' },
      { head: 'in key' },
    ],
    profile.columns.map(({ name, type, distinct, nulls }) => [
      name,
      type,
      formatCount(distinct),
      formatShare(nulls, profile.rows),
      profile.keys.some((key) => key.includes(name)) ? 'yes' : '',
    ]),
  );
}
