import { AmalurError } from '../errors.js';
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
