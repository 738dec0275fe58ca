import { AmalurError } from '../errors.js';
import type { Job } from './schema.js';

/** Silos that a job names tables of, the base table's first. */
export function silosOfJob({ target, integration }: Pick<Job, 'target' | 'integration'>): string[] {
  const joined = integration.joins.flatMap(({ table, through }) => [
    table,
    ...(through ? [through.table] : []),
  ]);
  return [...new Set([target.base, ...joined].map(siloOfTable))];
}

/** The silo of `silo.table`. */
export function siloOfTable(table: string): string {
  return table.split('.')[0] ?? '';
}

/** Checks that a quorum can be met while no silo is lost. Throws AMALUR_INVALID_JOB. */
export function checkQuorum(job: Job): void {
  const quorum = job.onSiloLost?.quorum;
  const silos = silosOfJob(job).length;
  if (quorum === undefined || quorum <= silos) return;
  throw new AmalurError(
    'AMALUR_INVALID_JOB',
    `a quorum of ${String(quorum)} silos cannot be met: the job has ${String(silos)}`,
    { field: 'onSiloLost.quorum', suggestion: `set it to ${String(silos)} at the most` },
  );
}
