import { AmalurError } from '../errors.js';
import type { ColumnProfile } from '../sources/profile.js';
import type { ColumnEncoding, FeatureColumn, LeftOutColumn } from './resolved.js';
import type { JoinedTable } from './resolve-joins.js';
import type { Job } from './schema.js';

export interface ChosenFeatures {
  readonly features: readonly FeatureColumn[];
  readonly leftOut: readonly LeftOutColumn[];
}

/** Decides for every column of a party, in the table's order, whether it is a feature and how it is encoded. */
export function chooseFeatures(job: Job, party: JoinedTable): ChosenFeatures {
  const features: FeatureColumn[] = [];
  const leftOut: LeftOutColumn[] = [];
  for (const column of party.profile.columns) {
    // The label can be no feature, so it is not among those left out either.
    if (party.join === undefined && column.name === job.target.label.column) continue;
    const choice = chooseColumn(job, party, column);
    if ('encoding' in choice) features.push({ name: column.name, encoding: choice.encoding });
    else leftOut.push({ column: `${party.id}.${column.name}`, reason: choice.reason });
  }
  return { features, leftOut };
}

type Choice = { readonly encoding: ColumnEncoding } | { readonly reason: string };

function chooseColumn(job: Job, party: JoinedTable, column: ColumnProfile): Choice {
  const name = `${party.id}.${column.name}`;
  const { include, exclude, encode, maxLevels } = job.features;
  const asked = encode[name];
  if (asked !== undefined) checkEncoding(name, column, asked);
  if (exclude.includes(name)) return { reason: 'excluded by the job' };
  if (include !== undefined && !include.includes(name)) return { reason: 'not among features.include' };
  if (party.join?.columns.some((key) => key.column === column.name && key.apply.length === 0) === true) {
    return { reason: 'join key: repeats the column of the base table' };
  }
  if (party.join !== undefined && isLabelOfSelfJoin(job, party, column) && include === undefined) {
    return { reason: 'the label of another row; name it in features.include to use it' };
  }
  if (column.distinct === 0) return { reason: 'NULL in every row' };
  const encoding = asked ?? usualEncoding(column, maxLevels);
  if (encoding === undefined) return { reason: whyNone(column, maxLevels) };
  // A numeric NULL becomes the mean, so it does not tell rows apart; a missing category does.
  if (column.distinct === 1 && (encoding === 'numeric' || column.nulls === 0)) {
    return { reason: 'the same value in every row' };
  }
  return { encoding };
}

function usualEncoding(column: ColumnProfile, maxLevels: number): ColumnEncoding | undefined {
  switch (column.type) {
    case 'integer':
    case 'number':
    case 'boolean':
      return 'numeric';
    case 'text':
      return column.distinct <= maxLevels ? 'categorical' : undefined;
    case 'date':
    case 'timestamp':
    case 'other':
      return undefined;
  }
}

function whyNone(column: ColumnProfile, maxLevels: number): string {
  return column.type === 'text'
    ? `text with ${String(column.distinct)} distinct values, more than features.maxLevels (${String(maxLevels)})`
    : `of type ${column.type}, for which no encoding is usual`;
}

/** Throws AMALUR_WRONG_TYPE when a column cannot be encoded as the job asks. */
export function checkEncoding(name: string, column: ColumnProfile, asked: ColumnEncoding): void {
  const possible =
    asked === 'categorical'
      ? column.type !== 'other'
      : ['integer', 'number', 'boolean'].includes(column.type);
  if (possible) return;
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${name} is of type ${column.type} and cannot be encoded as ${asked}`,
    {
      field: `features.encode["${name}"]`,
      suggestion:
        column.type === 'other' ? 'leave the column out' : 'encode it as "categorical", or leave it out',
    },
  );
}

/** A self-join may bring the label in by another name: a leak, unless the job names it. */
function isLabelOfSelfJoin(job: Job, party: JoinedTable, column: ColumnProfile): boolean {
  return (
    `${party.silo}.${party.profile.table}` === job.target.base && column.name === job.target.label.column
  );
}
