import { AmalurError } from '../errors.js';
import type { ColumnProfile, TableProfile } from '../sources/profile.js';
import { didYouMean, suggest } from '../suggest.js';

/** A table as the catalog knows it. The catalog's table records are of this shape. */
export interface TableInSilo {
  readonly silo: string;
  readonly profile: TableProfile;
}

/** `silo.table`. */
export function fullName(table: TableInSilo): string {
  return `${table.silo}.${table.profile.table}`;
}

/** Throws AMALUR_UNKNOWN_SILO unless the catalog knows a table of the silo. */
export function requireSilo(tables: readonly TableInSilo[], silo: string, field: string): void {
  const silos = new Set(tables.map((table) => table.silo));
  if (silos.has(silo)) return;
  throw new AmalurError('AMALUR_UNKNOWN_SILO', `there is no silo "${silo}"`, {
    field,
    suggestion: didYouMean(silo, silos) ?? 'amalur tables lists the silos that are registered',
  });
}

/** The table called `reference`, written `silo.table`. Throws AMALUR_UNKNOWN_SILO or AMALUR_UNKNOWN_TABLE. */
export function findTable(tables: readonly TableInSilo[], reference: string, field: string): TableInSilo {
  const found = tables.find((table) => fullName(table) === reference);
  if (found !== undefined) return found;
  const [silo = '', name = ''] = reference.split('.');
  requireSilo(tables, silo, field);
  const inSilo = tables.filter((table) => table.silo === silo).map(fullName);
  const elsewhere = tables.filter((table) => table.profile.table === name).map(fullName);
  const meant = suggest(reference, inSilo) ?? suggest(reference, elsewhere) ?? elsewhere[0];
  throw new AmalurError('AMALUR_UNKNOWN_TABLE', `there is no table "${name}" in silo "${silo}"`, {
    field,
    suggestion:
      meant === undefined ? `the tables of ${silo} are ${inSilo.join(', ')}` : `did you mean ${meant}?`,
  });
}

/**
 * The column `name` of a table. Throws AMALUR_UNKNOWN_COLUMN.
 * @param prefix what the job writes before the column's name, so that the suggestion can be pasted
 */
export function findColumn(table: TableInSilo, name: string, field: string, prefix = ''): ColumnProfile {
  const found = table.profile.columns.find((column) => column.name === name);
  if (found !== undefined) return found;
  const names = table.profile.columns.map((column) => column.name);
  const meant = suggest(name, names);
  throw new AmalurError('AMALUR_UNKNOWN_COLUMN', `table ${fullName(table)} has no column "${name}"`, {
    field,
    suggestion:
      meant === undefined
        ? `the columns of ${fullName(table)} are ${names.join(', ')}`
        : `did you mean ${prefix}${meant}?`,
  });
}
