import { ApplicationFailure } from '@temporalio/workflow';
import { AmalurError, reportOf } from '../core/errors.js';
import type { Site } from '../core/planner/plan.js';

interface Circumstances {
  /** What in the job names the site. */
  readonly field: string | undefined;
  /** It had answered this run before. */
  readonly begun: boolean;
}

/** A site had no worker for as long as the job allows: AMALUR_SILO_UNAVAILABLE, unless the job lets the run go on without it. */
export class SiloLost extends ApplicationFailure {
  /** @param since milliseconds since 1970 */
  constructor(
    readonly site: Site,
    readonly since: number,
    circumstances: Circumstances,
  ) {
    const error = unavailable(site, since, circumstances);
    super(error.message, error.code, true, [reportOf(error)]);
  }
}

function unavailable(site: Site, since: number, { field, begun }: Circumstances): AmalurError {
  const silo = site === 'aggregator' ? undefined : site.slice('silo.'.length);
  const [who, command] =
    silo === undefined ? ['the aggregator', 'aggregator'] : [`silo "${silo}"`, `silo --silo ${silo}`];
  const had = begun ? `, since ${new Date(since).toISOString()}` : '';
  return new AmalurError('AMALUR_SILO_UNAVAILABLE', `${who} has no worker that answers${had}`, {
    ...(field !== undefined && { field }),
    suggestion: `start its worker: amalur worker ${command}`,
  });
}
