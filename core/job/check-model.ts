import { AmalurError } from '../errors.js';
import { hasPeriod } from '../integration/encoding/date-parts.js';
import { settingsOf, type Scale } from './features-schema.js';
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
  if (type === 'nmf') checkNonNegative(job);
  if ((type === 'k-means' || type === 'nmf') && job.target.weight !== undefined) {
    refuse(
      `a ${does} that count alike, and the job weighs them`,
      'target.weight',
      'leave "weight" out, and name its column in features.exclude if it is not to count',
    );
  }
  if (job.model.type === 'linear-regression' && job.model.solver === 'gram' && job.strategy === 'federate') {
    refuse(
      'the solver "gram" needs all rows in one place, and with the strategy federate none leaves its silo',
      'model.solver',
      'set model.solver to "auto" or "l-bfgs"',
    );
  }
  if (job.model.type === 'neural-network') {
    const output = outputOf(job.task);
    if ((job.model.output ?? output) !== output) {
      refuse(
        `the output of a network is "${output}" for a ${job.task}, and the job says "${String(job.model.output)}"`,
        'model.output',
        `leave "output" out, or set it to "${output}"`,
      );
    }
  }
}

/** The job with what follows from its other fields: what the output of a network gives. */
export function completeModel(job: Job): Job {
  const { model, task } = job;
  return model.type === 'neural-network' ? { ...job, model: { ...model, output: outputOf(task) } } : job;
}

function outputOf(task: Job['task']): 'sigmoid' | 'linear' {
  return task === 'classification' ? 'sigmoid' : 'linear';
}

/** Scales that leave what is not negative as it is; a matrix factorisation takes nothing else. */
const NON_NEGATIVE: readonly Scale[] = ['none', 'min-max'];

function checkNonNegative({ features }: Job): void {
  const scales = Object.entries(features.encode).flatMap(([column, asked]) => {
    const settings = settingsOf(asked);
    return settings.type === 'numeric' && settings.scale !== undefined
      ? [[`features.encode["${column}"].scale`, settings.scale] as const]
      : [];
  });
  for (const [field, scale] of [['features.scale', features.scale] as const, ...scales]) {
    if (NON_NEGATIVE.includes(scale)) continue;
    refuse(
      `a matrix factorisation takes no negative number, and the scale "${scale}" makes some`,
      field,
      `set ${field} to "min-max", or to "none" for numbers that are not negative as they are`,
    );
  }
  for (const [column, asked] of Object.entries(features.encode)) {
    const settings = settingsOf(asked);
    if (settings.type !== 'date' || settings.cyclic === false) continue;
    if (settings.parts?.some(hasPeriod) === false) continue;
    refuse(
      'a matrix factorisation takes no negative number, and sines and cosines of a date are',
      `features.encode["${column}"]`,
      'set "cyclic": false for this column',
    );
  }
}

function either(names: readonly string[]): string {
  return names.map((name) => `"${name}"`).join(' or ');
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
