import { AmalurError } from '../errors.js';
import { productSize, withoutIndicator, type EncodedSize } from '../integration/encoding/encoded-size.js';
import type { JoinedTable } from './resolve-joins.js';
import type { ColumnOfGroup, InteractionAcross, ResolvedGroup } from './resolved.js';
import type { Job } from './schema.js';
import { firstSourceOf, type SharedColumn } from './shared-columns.js';

/** Columns that one pair may give: a category of so many levels may have as many. */
const MOST_COLUMNS = 100_000;

/**
 * Which products of columns are learned from: those within one group belong to its features (`times`), for its tables can make them;
 * those between groups need all rows in one place. Throws AMALUR_INVALID_JOB, AMALUR_DUPLICATE_NAME.
 */
export function resolveInteractions(
  job: Job,
  groups: readonly ResolvedGroup[],
  shared: readonly SharedColumn[],
  parties: readonly JoinedTable[],
): { readonly groups: readonly ResolvedGroup[]; readonly interactions?: readonly InteractionAcross[] } {
  const first = firstSourceOf(shared);
  const within: InteractionAcross[] = [];
  const across: InteractionAcross[] = [];
  const seen = new Set<string>();
  for (const [position, pair] of job.features.interactions.entries()) {
    const field = `features.interactions[${String(position)}]`;
    const [one, other] = pair.map((name, at) =>
      placeOf(first(name), name, groups, parties, `${field}[${String(at)}]`),
    ) as [Place, Place];
    const [a, b] = [one.column, other.column];
    const key = [a, b].map(({ group, column }) => JSON.stringify([group, column])).sort();
    if (key[0] === key[1]) {
      refuse(
        'AMALUR_INVALID_JOB',
        `${pair[0]} is to be multiplied by itself`,
        field,
        'encode it as "polynomial" under features.encode',
      );
    }
    if (seen.has(key.join())) {
      const message = `the product of ${pair.join(' and ')} is asked for twice`;
      refuse('AMALUR_DUPLICATE_NAME', message, field, 'name it once');
    }
    seen.add(key.join());
    const { columns } = productSize(one.size, other.size);
    if (columns > MOST_COLUMNS) {
      refuse(
        'AMALUR_INVALID_JOB',
        `the product of ${pair.join(' and ')} may have ${String(columns)} columns`,
        field,
        `encode them as fewer columns: maxLevels, or "hash" with fewer buckets; at most ${String(MOST_COLUMNS)} are possible`,
      );
    }
    if (a.group !== b.group) checkAcross(job, pair, parties, field);
    (a.group === b.group ? within : across).push([a, b]);
  }
  return {
    groups: groups.map((group) => withProducts(group, within)),
    ...(across.length > 0 && { interactions: across }),
  };
}

interface Place {
  readonly column: ColumnOfGroup;
  readonly size: EncodedSize;
}

function placeOf(
  source: string,
  name: string,
  groups: readonly ResolvedGroup[],
  parties: readonly JoinedTable[],
  field: string,
): Place {
  for (const { id, features, shares } of groups) {
    const at = features.findIndex((_, position) =>
      shares.some(({ party, columns }) => `${party}.${columns[position] ?? ''}` === source),
    );
    const feature = features[at];
    if (!feature) continue;
    const [owner] = shares;
    const profile = parties.find((party) => party.id === owner?.party)?.profile;
    const own = profile?.columns.find((column) => column.name === owner?.columns[at]);
    const size = withoutIndicator(feature, own?.distinct ?? 0);
    return { column: { group: id, column: feature.name }, size };
  }
  return refuse(
    'AMALUR_INVALID_JOB',
    `${name} is not among the features`,
    field,
    'include it, or say under features.encode how it is encoded; "amalur plan" tells why a column was left out',
  );
}

/** Partial products of rows and parameters add up, and products of two tables' columns are no part of any. */
function checkAcross(
  job: Job,
  [a, b]: readonly [string, string],
  parties: readonly JoinedTable[],
  field: string,
): void {
  const silos = new Set(parties.map(({ silo }) => silo)).size;
  if (job.strategy === 'federate' || (job.strategy === 'factorize' && silos > 1)) {
    refuse(
      'AMALUR_INVALID_JOB',
      `${a} and ${b} come from different tables: their product takes all rows in one place, and with the strategy ${job.strategy} no row leaves its silo`,
      field,
      'set strategy to "materialize" or "auto", or multiply columns of one table',
    );
  }
  if (job.evaluation.importance === 'columns') {
    refuse(
      'AMALUR_INVALID_JOB',
      `${a} and ${b} come from different tables: no importance is measured of a model with such a product`,
      'evaluation.importance',
      'set evaluation.importance to "none", or leave the pair out',
    );
  }
  if (job.model.type === 'neural-network') {
    refuse(
      'AMALUR_INVALID_JOB',
      `${a} and ${b} come from different tables, whose columns a neural network multiplies by its own layers`,
      field,
      'leave the pair out, or choose another model',
    );
  }
}

function withProducts(group: ResolvedGroup, within: readonly InteractionAcross[]): ResolvedGroup {
  return {
    ...group,
    features: group.features.map((feature) => {
      const times = within
        .filter(([a]) => a.group === group.id && a.column === feature.name)
        .map(([, b]) => b.column);
      return times.length > 0 ? { ...feature, times } : feature;
    }),
  };
}

function refuse(
  code: 'AMALUR_INVALID_JOB' | 'AMALUR_DUPLICATE_NAME',
  message: string,
  field: string,
  suggestion: string,
): never {
  throw new AmalurError(code, message, { field, suggestion });
}
