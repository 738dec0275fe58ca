import type { ColumnProfile } from '../sources/profile.js';
import { checkEncoding } from './check-encoding.js';
import { featureOf, usualEncoding } from './feature-of.js';
import type { FeatureColumn, LeftOutColumn } from './resolved.js';
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
    if (party.join === undefined && column.name === job.target.label?.column) continue;
    const choice = chooseColumn(job, party, column);
    if ('encoding' in choice) features.push(choice);
    else leftOut.push({ column: `${party.id}.${column.name}`, reason: choice.reason });
  }
  return { features, leftOut };
}

type Choice = FeatureColumn | { readonly reason: string };

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
  const encoding = asked ?? usualEncoding(column.type);
  if (encoding === undefined) return { reason: whyNone(column) };
  if (asked === undefined && encoding === 'categorical' && column.distinct > maxLevels) {
    const counts = `${String(column.distinct)} distinct values, more than features.maxLevels (${String(maxLevels)})`;
    return { reason: `text with ${counts}; "hash" under features.encode takes it in` };
  }
  const feature = featureOf(column, encoding, job.features);
  if (column.distinct === 1 && (column.nulls === 0 || isBlindToNull(feature))) {
    return { reason: 'the same value in every row' };
  }
  return feature;
}

/** A number that is missing counts as the mean, so that where all others are equal NULL tells no rows apart; a missing category does. */
function isBlindToNull(feature: FeatureColumn): boolean {
  const scaled = feature.encoding === 'numeric' || feature.encoding === 'polynomial';
  return scaled && feature.missing === undefined && feature.indicator !== true;
}

function whyNone({ type }: ColumnProfile): string {
  const none = `of type ${type}, for which no encoding is usual`;
  return type === 'other' ? none : `${none}; "date" under features.encode takes it in`;
}

/** A self-join may bring the label in by another name: a leak, unless the job names it. */
function isLabelOfSelfJoin(job: Job, party: JoinedTable, column: ColumnProfile): boolean {
  return (
    `${party.silo}.${party.profile.table}` === job.target.base && column.name === job.target.label?.column
  );
}
