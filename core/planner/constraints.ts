import { encodesByLabels } from '../job/resolved.js';
import type { Job } from '../job/schema.js';
import { pathOf } from '../validation/trial-count.js';
import type { Draft, Situation } from './draft.js';
import { formatBytes, formatSeconds } from './format.js';
import { hostOf, siteName } from './hosts.js';

/** What can rule a candidate out: a constraint of the job, the strategy or the path it asks for, or the host's memory. */
export type Rule = keyof Job['constraints'] | 'strategy' | 'search' | 'memory';

export interface Exclusion {
  readonly rule: Rule;
  /** Names the constraint and the silo. */
  readonly sentence: string;
}

/** Everything that rules a candidate out; nothing when it is allowed. */
export function exclusionsOf(draft: Draft, situation: Situation): readonly Exclusion[] {
  const { job } = situation.resolved;
  const { labelSilos, sharingSilos } = situation.data;
  const { constraints } = job;
  const found: Exclusion[] = [];
  const exclude = (rule: Rule, sentence: string) => found.push({ rule, sentence });
  const site = siteName(draft.site);

  if (job.strategy !== 'auto' && draft.strategy !== job.strategy) {
    exclude('strategy', `the job asks for the strategy ${job.strategy}`);
  }
  if (draft.mode === 'rounds' && pathOf(job.search) !== undefined) {
    exclude(
      'search',
      'a path of l1 begins at a penalty that is found where all rows are, and this plan leaves them in their silos; a range {"from", "to", "count"} of l1 needs no such',
    );
  }
  for (const silo of draft.discloses.rows.filter((name) => constraints.rowsStay.includes(name))) {
    exclude(
      'rowsStay',
      `constraints.rowsStay keeps the rows of silo ${silo} there, and this plan moves them to ${site}`,
    );
  }
  for (const silo of draft.discloses.keys.filter((name) => constraints.keysStay.includes(name))) {
    exclude(
      'keysStay',
      `constraints.keysStay keeps the keys of silo ${silo} there, and this plan sends them to ${site} without a secret`,
    );
  }
  if (constraints.labelsStay && draft.discloses.labels) {
    exclude(
      'labelsStay',
      `constraints.labelsStay keeps the labels in silo ${labelSilos.join(', ')}, and this plan sends them to ${site}`,
    );
  }
  if (constraints.labelsStay && draft.strategy !== 'federate' && encodesByLabels(situation.resolved)) {
    exclude(
      'labelsStay',
      `constraints.labelsStay keeps the labels in silo ${labelSilos.join(', ')}, and ${draft.strategy} puts mean labels of levels, some of a row or two, into a model that leaves it`,
    );
  }
  if (constraints.parametersStay && draft.discloses.parameters) {
    const known = `several tables of ${sharingSilos.join(', ')} supply the same columns, whose parameters are trained where the aggregator is and known to all of them`;
    // Federate is the only way to keep them, so that whoever looks at another one learns what is in its way too.
    const nor = sharingSilos.length > 0 ? `; federate could not keep them either, for ${known}` : '';
    exclude(
      'parametersStay',
      `constraints.parametersStay keeps parameters in their silos, and ` +
        (draft.strategy === 'federate' ? known : `${draft.strategy} gathers them in one model${nor}`),
    );
  }
  const { maxBytesOut, maxSeconds, maxMemoryBytes } = constraints;
  for (const [silo, bytes] of Object.entries(draft.bytesOut)) {
    if (maxBytesOut === undefined || bytes <= maxBytesOut) continue;
    exclude(
      'maxBytesOut',
      `constraints.maxBytesOut lets ${formatBytes(maxBytesOut)} out of a silo, and about ${formatBytes(bytes)} would leave silo ${silo}`,
    );
  }
  if (maxSeconds !== undefined && draft.seconds.total > maxSeconds) {
    exclude(
      'maxSeconds',
      `constraints.maxSeconds allows ${formatSeconds(maxSeconds)}, and this plan would take about ${formatSeconds(draft.seconds.total)}`,
    );
  }
  if (maxMemoryBytes !== undefined && draft.memoryBytes > maxMemoryBytes) {
    exclude(
      'maxMemoryBytes',
      `constraints.maxMemoryBytes allows ${formatBytes(maxMemoryBytes)}, and this plan needs about ${formatBytes(draft.memoryBytes)} at ${site}`,
    );
  }
  const { memoryBytes } = hostOf(situation.hosts, draft.site);
  if (draft.memoryBytes > memoryBytes) {
    exclude(
      'memory',
      `this plan needs about ${formatBytes(draft.memoryBytes)} of memory at ${site}, which has ${formatBytes(memoryBytes)}`,
    );
  }
  return found;
}
