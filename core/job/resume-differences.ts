import { canonicalJson, type Json } from '../json.js';
import type { ResolvedJob } from './resolved.js';

/** What a job that goes on from a run may have otherwise: it decides when the training ends, and how the model is called. */
const FREE = ['name', 'resumeFrom', 'model.tolerance', 'model.maxRounds'];

/**
 * In what a job differs from the one of the run that it is to go on from, and which of its tables have changed since: such a training would not be
 * that run's. Paths of fields of the job, and names of tables.
 */
export function differencesBetween(
  before: Pick<ResolvedJob, 'job' | 'parties'>,
  now: Pick<ResolvedJob, 'job' | 'parties'>,
): { readonly fields: readonly string[]; readonly tables: readonly string[] } {
  const versions = new Map(before.parties.map(({ id, version }) => [id, version]));
  return {
    fields: differing(before.job as unknown as Json, now.job as unknown as Json, ''),
    tables: now.parties
      .filter(({ id, version }) => versions.has(id) && versions.get(id) !== version)
      .map(({ silo, table }) => `${silo}.${table}`),
  };
}

function differing(before: Json | undefined, now: Json | undefined, path: string): string[] {
  if (FREE.includes(path)) return [];
  if (isObject(before) && isObject(now)) {
    const names = [...new Set([...Object.keys(before), ...Object.keys(now)])].sort();
    return names.flatMap((name) =>
      differing(before[name], now[name], path === '' ? name : `${path}.${name}`),
    );
  }
  const same =
    before === undefined || now === undefined ? before === now : canonicalJson(before) === canonicalJson(now);
  return same ? [] : [path];
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
