import { AmalurError } from '../errors.js';
import { entryOf } from '../entry-of.js';
import { POSSIBLE } from './check-encoding.js';
import { checkJoinKey, type KeySide } from './check-join-key.js';
import { writeKeyColumn } from './key-expression.js';
import { findColumn, findTable, fullName, type TableInSilo } from './known-tables.js';
import type { FeatureColumn, ResolvedJob } from './resolved.js';
import type { ColumnType } from '../sources/profile.js';

/**
 * Checks that tables have all that a model reads to predict: columns of features of a type that can be encoded as they were, keys that
 * can be matched, offsets, row keys. The label may be missing. Fields are those of the job.
 * @throws AMALUR_UNKNOWN_SILO, AMALUR_UNKNOWN_TABLE, AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE, AMALUR_KEY_TYPE_MISMATCH, …
 */
export function requireTables(
  { parties, joins, groups, offsets = [], overlap }: Omit<ResolvedJob, 'job' | 'jobHash'>,
  tables: readonly TableInSilo[],
): void {
  const fields = new Map(joins.map(({ party, field }) => [party, `${field}.table`]));
  const known = new Map(
    parties.map(({ id, silo, table }) => {
      const found = findTable(tables, `${silo}.${table}`, fields.get(id) ?? 'target.base');
      return [id, { ...found, id }];
    }),
  );
  for (const { features, shares } of groups) {
    for (const { party, columns } of shares)
      features.forEach((feature, at) => {
        requireReadable(entryOf(known, party), columns[at] ?? feature.name, feature);
      });
  }
  for (const { to, party, columns, matches, field } of joins) {
    const side = (id: string, key: typeof columns): KeySide => ({
      table: entryOf(known, id),
      columns: key.map((column) => ({ text: writeKeyColumn(column), field: `${field}.on` })),
      field: `${field}.on`,
    });
    const lefts = to.map((left) => side(left.party, left.columns));
    if (lefts.length > 0) checkJoinKey(lefts, side(party, columns), matches === 'one');
  }
  for (const { id, rowKey } of parties)
    for (const name of rowKey) findColumn(entryOf(known, id), name, 'target.rowKey');
  for (const { party, column } of offsets) {
    const { type } = findColumn(entryOf(known, party), column, 'target.offset');
    if (!POSSIBLE.numeric.includes(type)) throw wrongType(`${party}.${column}`, type, 'target.offset');
  }
  const newest = typeof overlap === 'string' ? {} : overlap.newest;
  for (const [party, column] of Object.entries(newest))
    findColumn(entryOf(known, party), column, 'integration.overlap.newest');
}

function requireReadable(table: TableInSilo, column: string, feature: FeatureColumn): void {
  const { type } = findColumn(table, column, 'features.include');
  const unit = type === 'date' ? 'day' : 'second';
  const readable = POSSIBLE[feature.encoding].includes(type);
  if (readable && (feature.encoding !== 'date' || feature.unit === unit)) return;
  throw wrongType(`${fullName(table)}.${column}`, type, 'features.encode');
}

function wrongType(column: string, type: ColumnType, field: string): AmalurError {
  return new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${column} is of type ${type}, and the model reads it as another`,
    {
      field,
      suggestion: 'bring the column to the type that it had in training, by a computed column for instance',
    },
  );
}
