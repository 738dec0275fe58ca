import { AmalurError } from '../errors.js';
import { silosWithColumns, withoutSilo } from './leave-out.js';
import type { ResolvedJob } from './resolved.js';
import type { Job } from './schema.js';

/** Checks that importances by column can be had. Throws AMALUR_INVALID_JOB. */
export function checkEvaluation({ evaluation, task, model, strategy }: Job): void {
  if (evaluation.importance !== 'columns') return;
  if ((task !== 'classification' && task !== 'regression') || model.type === 'neural-network') {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      'importances by column are measured only of models that predict a label by a weighted sum of columns',
      {
        field: 'evaluation.importance',
        suggestion: 'set evaluation.importance to "silos" or "none"',
      },
    );
  }
  if (strategy === 'federate') {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      'what a column gives to each score tells the column, and with the strategy federate none leaves its silo',
      {
        field: 'evaluation.importance',
        suggestion: 'set evaluation.importance to "silos" or "none"',
      },
    );
  }
}

/** Checks that silos can be left out: what would be compared, and with what. Throws AMALUR_INVALID_JOB. */
export function checkLeaveOut(resolved: ResolvedJob): void {
  const { evaluation, task, split } = resolved.job;
  if (!evaluation.leaveOut) return;
  if (task !== 'classification' && task !== 'regression') {
    refuseLeaveOut(
      `errors of a ${task} on fewer columns are no measure of the columns that are missing`,
      'leave evaluation.leaveOut out; importances by silo are told of every model',
    );
  }
  if (split.test === 0) refuseLeaveOut('there are no test rows to measure on', 'set split.test above 0');
  const silos = silosWithColumns(resolved);
  if (silos.length === 0) {
    refuseLeaveOut(
      'no silo but that of the base table has columns of its own',
      'leave evaluation.leaveOut out, or join a table of another silo',
    );
  }
  const only = silos.find((silo) => withoutSilo(resolved, silo).groups.length === 0);
  if (only !== undefined) {
    refuseLeaveOut(
      `without the silo ${only} no column is left to learn from`,
      'leave evaluation.leaveOut out, or let the base table or another silo have features',
    );
  }
}

function refuseLeaveOut(message: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field: 'evaluation.leaveOut', suggestion });
}
