import type { BlobRef } from '../core/exchange/store.js';
import type { ResolvedStart } from '../core/job/resolved.js';
import type { OwnStartRefs } from './contracts/rounds.js';
import type { Run } from './publish.js';

/** Parameters with which a run's training begins. A training without a silo is compared with the model: it begins by itself, as the job's folds do. */
export function startOf({ resolved, without }: Run): ResolvedStart | undefined {
  return without ? undefined : resolved.start;
}

/** What the aggregator is told of it. */
export function ownStart(run: Run): { readonly start?: OwnStartRefs } {
  const start = startOf(run);
  if (start === undefined) return {};
  const { own, network, classes } = start;
  return { start: { own, ...(network && { network }), ...(classes && { classes }) } };
}

/** What a share is told: which part of the model is its own. */
export function partStart(run: Run, id: string): { readonly start?: BlobRef } {
  const part = startOf(run)?.parts[id];
  return part ? { start: part } : {};
}
