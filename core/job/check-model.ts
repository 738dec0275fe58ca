import { AmalurError } from '../errors.js';
import type { Job, ModelType } from './schema.js';

/** What each model is for. */
const PURPOSES: Record<ModelType, { readonly does: string; readonly tasks: readonly Job['task'][] }> = {
  'logistic-regression': { does: 'logistic regression predicts a class', tasks: ['classification'] },
  'linear-regression': { does: 'linear regression predicts a number', tasks: ['regression'] },
  'neural-network': {
    does: 'neural network predicts a class or a number',
    tasks: ['classification', 'regression'],
  },
  'k-means': { does: 'K-means finds groups of rows', tasks: ['clustering'] },
  nmf: { does: 'matrix factorisation finds components of rows', tasks: ['decomposition'] },
};

/** Checks that model, task and strategy go together. Throws AMALUR_INVALID_JOB. */
export function checkModel(job: Job): void {
  const { type } = job.model;
  const { does, tasks } = PURPOSES[type];
  if (!tasks.includes(job.task)) {
    const others = Object.entries(PURPOSES).filter(([, purpose]) => purpose.tasks.includes(job.task));
    refuse(
      `a ${does}, and the task is ${job.task}`,
      'model.type',
      `set task to ${either(tasks)}, or model.type to ${either(others.map(([other]) => other))}`,
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

function either(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
