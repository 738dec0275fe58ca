import type { ModelManifest } from '../models/model.js';
import { AmalurError } from '../errors.js';
import { architectureOf } from './architecture/layers-of.js';
import { sameTestRows } from '../retraining/changes.js';
import { shareId, type ResolvedJob, type ResolvedStart } from './resolved.js';
import type { ModelSpec } from './schema.js';

/** A model version as far as a training begins with it. */
export interface StartingModel {
  readonly name: string;
  readonly version: number;
  readonly manifest: Pick<ModelManifest, 'parts' | 'intercept' | 'own' | 'network' | 'classes'>;
  readonly resolved: ResolvedJob;
}

/** Where these end depends on where they began: what they have learned of a row stays in them. */
const REMEMBERING: readonly string[] = ['neural-network', 'nmf', 'gaussian-mixture', 'k-means'];
/** Models of which nothing but the parts is a start. */
const OF_PARTS: readonly string[] = ['nmf', 'k-means'];

/** Settings that say how many parameters a model has. */
const SIZES = ['clusters', 'components', 'rank', 'hidden', 'architecture'] as const;

/**
 * Where a job's training finds the parameters with which it begins. What stays in a silo is to be read there: such a start takes the strategy
 * federate. Throws AMALUR_START_MISFIT where the version is of another kind or size, or nothing of it can be had.
 */
export function startFrom(resolved: ResolvedJob, { name, version, ...model }: StartingModel): ResolvedStart {
  const { job, groups, parties } = resolved;
  const reference = `${name}@${String(version)}`;
  const before = model.resolved.job.model;
  if (job.model.type === 'pca')
    throw misfit('a principal component analysis has no start', 'leave warmStart out');
  if (before.type !== job.model.type)
    throw misfit(`${reference} is a ${before.type}, and the job trains a ${job.model.type}`);
  const size = SIZES.find((field) => sizeOf(before, field) !== sizeOf(job.model, field));
  if (size !== undefined)
    throw misfit(`${reference} has another number of parameters: model.${size} differs`);
  if (layersOf(before) !== layersOf(job.model)) throw misfit(`${reference} has other layers`);
  if (REMEMBERING.includes(before.type) && !sameTestRows(model.resolved, resolved))
    throw misfit(
      `${reference} was trained with another target, split or joins, and has learned from rows that are to test this training`,
    );
  const searched = SIZES.find((field) => job.search?.over[field] !== undefined);
  if (searched !== undefined)
    throw misfit(
      `a search over ${searched} tries models of different sizes`,
      `leave warmStart out, or search.over.${searched}`,
    );

  const { parts, intercept, own, network, classes } = model.manifest;
  const silos = new Map(parties.map(({ id, silo }) => [id, silo]));
  const shares = groups.flatMap((group) =>
    group.shares.map(({ party }) => ({ id: shareId(group, party), silo: silos.get(party) ?? '' })),
  );
  const kept = shares.flatMap(({ id, silo }) => {
    const part = parts[id];
    return part ? [{ id, part, silo }] : [];
  });
  if (kept.length === 0)
    throw misfit(
      `${reference} has no parameters of the job's columns, or they came from other tables together`,
    );
  const base = parties[0]?.silo ?? '';
  const stays = [
    ...kept.map(({ part, silo }) => ({ home: part.home, silo })),
    ...[network, classes].flatMap((ref) => (ref ? [{ home: ref.home, silo: base }] : [])),
  ].filter(({ home }) => home !== 'exchange');
  if (stays.length > 0 && job.strategy !== 'federate')
    throw misfit(`the parameters of ${reference} stay in their silos`, 'set strategy to "federate"');
  if (stays.some(({ home, silo }) => home !== `private:silo.${silo}`))
    throw misfit(`parameters of ${reference} stay in a silo that has another part in the job`);
  return {
    model: reference,
    parts: Object.fromEntries(kept.map(({ id, part }) => [id, part])),
    own: OF_PARTS.includes(before.type) ? [] : (own ?? [intercept]),
    ...(network && { network }),
    ...(classes && { classes }),
  };
}

function sizeOf(spec: ModelSpec, field: (typeof SIZES)[number]): string | undefined {
  if (field === 'hidden' || field === 'architecture') return undefined;
  const value = Object.entries(spec).find(([name]) => name === field)?.[1] as unknown;
  return JSON.stringify(value);
}

/** Kinds, names and sizes of a network's layers: weights are found by the name. */
function layersOf(spec: ModelSpec): string | undefined {
  if (spec.type !== 'neural-network') return undefined;
  const { layers } = architectureOf(spec);
  return JSON.stringify(
    layers.map(({ class_name: kind, config }) => [kind, config.name, config['units'] ?? null]),
  );
}

function misfit(message: string, suggestion = 'name another version, or leave warmStart out'): AmalurError {
  return new AmalurError('AMALUR_START_MISFIT', message, { field: 'warmStart', suggestion });
}
