import { AmalurError } from '../errors.js';
import { isCyclic } from '../integration/encoding/summarize.js';
import { chooseFeatures } from './choose-features.js';
import { settingsOf } from './features-schema.js';
import type { JoinedTable } from './resolve-joins.js';
import type { FeatureColumn, ResolvedGroup, ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';
import { firstSourceOf, type SharedColumn } from './shared-columns.js';

/**
 * The columns of the target table in groups of those that come from the same tables. A shared column is chosen and encoded
 * once, as a column of its first source. Throws AMALUR_INVALID_JOB where a shared column is to be scaled by quartiles.
 */
export function resolveGroups(
  job: Job,
  parties: readonly JoinedTable[],
  shared: readonly SharedColumn[],
): Pick<ResolvedJob, 'groups' | 'leftOut'> {
  const groups = new Map<string, { shares: ResolvedGroup['shares'][number][]; features: FeatureColumn[] }>();
  const leftOut: ResolvedJob['leftOut'][number][] = [];
  const named = withFirstSources(job, shared);
  for (const party of parties.filter(({ linksOnly }) => !linksOnly)) {
    const choice = chooseFeatures(named, withSharedProfiles(party, shared));
    leftOut.push(...choice.leftOut);
    for (const feature of choice.features) {
      const column = shared.find(
        ({ sources: [first] }) => first?.party === party.id && first.column === feature.name,
      );
      if (column && column.sources.length > 1) requireMergeable(named, column, feature);
      const sources = column?.sources ?? [{ party: party.id, column: feature.name }];
      const id = sources.map((source) => source.party).join('+');
      const group = groups.get(id) ?? {
        shares: sources.map((source) => ({ party: source.party, columns: [] })),
        features: [],
      };
      groups.set(id, {
        features: [
          ...group.features,
          sources.length > 1 && column ? { ...feature, name: column.name } : feature,
        ],
        shares: group.shares.map(({ party: owner, columns }, at) => ({
          party: owner,
          columns: [...columns, sources[at]?.column ?? ''],
        })),
      });
    }
  }
  return {
    groups: [...groups].map(([id, group]) => ({ id, ...group })).sort((a, b) => (a.id < b.id ? -1 : 1)),
    leftOut,
  };
}

/** Quantiles of two tables do not give those of both; counts, moments and extremes do. */
function requireMergeable({ features }: Job, { name, sources }: SharedColumn, feature: FeatureColumn): void {
  const ofQuantiles = { bins: 'bins', spline: 'knots at quantiles' } as const;
  if (feature.encoding === 'bins' || (feature.encoding === 'spline' && feature.at !== 'uniform')) {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      `"${name}" comes from several tables, whose quantiles cannot be put together, and is to have ${ofQuantiles[feature.encoding]}`,
      {
        field: `features.encode["${name}"]`,
        suggestion: 'encode it as a "spline" with "at": "uniform", or as a "polynomial"',
      },
    );
  }
  const scaled =
    feature.encoding === 'numeric' ||
    feature.encoding === 'polynomial' ||
    (feature.encoding === 'date' && feature.parts.some((part) => !isCyclic(feature, part)));
  if (!scaled || feature.scale !== 'robust') return;
  const [first] = sources;
  const asked = features.encode[`${first?.party ?? ''}.${first?.column ?? ''}`];
  const own = asked !== undefined && 'scale' in settingsOf(asked);
  throw new AmalurError(
    'AMALUR_INVALID_JOB',
    `"${name}" comes from several tables, whose quartiles cannot be put together`,
    {
      field: own ? `features.encode["${name}"].scale` : 'features.scale',
      suggestion: 'scale it by "standard" or "min-max"',
    },
  );
}

/** The job with every shared column named as its first source, by whatever name it was called. */
function withFirstSources(job: Job, shared: readonly SharedColumn[]): Job {
  const first = firstSourceOf(shared);
  const { include, exclude, encode } = job.features;
  return {
    ...job,
    features: {
      ...job.features,
      ...(include && { include: include.map(first) }),
      exclude: exclude.map(first),
      encode: Object.fromEntries(Object.entries(encode).map(([name, encoding]) => [first(name), encoding])),
    },
  };
}

/**
 * A table's columns without those that an earlier table has already brought, the shared ones with what is known of all sources. A key
 * column that is shared repeats nothing: it has the key of the rows that only this table has.
 */
function withSharedProfiles(party: JoinedTable, shared: readonly SharedColumn[]): JoinedTable {
  const sharedAs = (name: string) =>
    shared.find(({ sources }) =>
      sources.some((source) => source.party === party.id && source.column === name),
    );
  const columns = party.profile.columns.flatMap((column) => {
    const found = sharedAs(column.name);
    if (!found) return [column];
    const [first] = found.sources;
    return first?.party === party.id ? [{ ...found.profile, name: column.name }] : [];
  });
  const { join } = party;
  return {
    ...party,
    join: join && { ...join, columns: join.columns.filter(({ column }) => !sharedAs(column)) },
    profile: { ...party.profile, columns },
  };
}
