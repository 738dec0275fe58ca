import { AmalurError } from '../errors.js';
import type { ResolvedJob } from '../job/resolved.js';
import { didYouMean } from '../suggest.js';
import type { ColumnType } from '../sources/profile.js';
import type { ServedModel } from './served-model.js';

/** A column of the base table that a score is made of. */
export interface AskedColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What it is for; it may be for several. */
  readonly use: readonly ('key' | 'feature' | 'offset')[];
}

/** The columns that a row is asked for, sorted by name. NULL, or left out, is a value as any other, but of an offset. */
export function askedColumns({
  base,
  columns,
  joins,
  groups,
  offsets = [],
}: Pick<ServedModel, 'base' | 'columns'> & Pick<ResolvedJob, 'joins' | 'groups' | 'offsets'>): AskedColumn[] {
  const uses = new Map<string, Set<AskedColumn['use'][number]>>();
  const use = (name: string, what: AskedColumn['use'][number]) => {
    uses.set(name, (uses.get(name) ?? new Set()).add(what));
  };
  for (const left of joins.flatMap(({ to }) => to)) {
    if (left.party === base) for (const { column } of left.columns) use(column, 'key');
  }
  for (const share of groups.flatMap(({ shares }) => shares)) {
    if (share.party === base) for (const column of share.columns) use(column, 'feature');
  }
  for (const { party, column } of offsets) if (party === base) use(column, 'offset');
  return [...uses]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, found]) => ({ name, type: typeOf(columns, name), use: [...found].sort() }));
}

/** Type of a column of the base table. @throws AMALUR_UNKNOWN_COLUMN if the table has it no more */
export function typeOf(columns: ServedModel['columns'], name: string): ColumnType {
  const type = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (type !== undefined) return type;
  throw new AmalurError('AMALUR_UNKNOWN_COLUMN', `the base table has no column ${name} any more`, {
    field: name,
    suggestion: 'train the model again on the table as it is',
  });
}

/** Refuses columns that the base table does not have. Those that the model does not use may be there. */
export function requireKnown(row: Readonly<Record<string, unknown>>, columns: ServedModel['columns']): void {
  for (const name in row) {
    if (Object.hasOwn(columns, name)) continue;
    throw new AmalurError('AMALUR_UNKNOWN_COLUMN', 'the base table has no such column', {
      field: fieldOf(name),
      suggestion:
        (name.length <= MOST_OF_NAME ? didYouMean(name, Object.keys(columns)) : undefined) ??
        'GET /v1/model lists the columns',
    });
  }
}

/** Characters of a name of the caller's that are looked at, and told. */
const MOST_OF_NAME = 200;

/** A name as it is told in an error: it may be as long as the body. */
export function fieldOf(name: string): string {
  return name.length <= MOST_OF_NAME ? name : `${name.slice(0, MOST_OF_NAME)}…`;
}
