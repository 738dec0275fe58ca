import { AmalurError } from '../errors.js';
import type { Job } from './schema.js';

/** Checks that model, task and strategy go together. Throws AMALUR_INVALID_JOB. */
export function checkModel(job: Job): void {
  const { type } = job.model;
  if (type === 'logistic-regression' && job.task !== 'classification') {
    refuse(
      `a logistic regression predicts a class, and the task is ${job.task}`,
      'model.type',
      'set task to "classification", or model.type to "linear-regression"',
    );
  }
  if (type === 'linear-regression' && job.task !== 'regression') {
    refuse(
      `a linear regression predicts a number, and the task is ${job.task}`,
      'model.type',
      'set task to "regression", or model.type to "logistic-regression"',
    );
  }
  if (job.model.type === 'linear-regression' && job.model.solver === 'gram' && job.strategy === 'federate') {
    refuse(
      'the solver "gram" needs all rows in one place, and with the strategy federate none leaves its silo',
      'model.solver',
      'set model.solver to "auto" or "l-bfgs"',
    );
  }
  if (type === 'neural-network' && (job.strategy === 'factorize' || job.strategy === 'federate')) {
    refuse(
      `a neural network is trained on the joined table only, so the strategy ${job.strategy} is not possible`,
      'strategy',
      'set strategy to "materialize" or "auto"',
    );
  }
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
