import { AmalurError } from '../errors.js';
import { hasPeriod } from '../integration/encoding/date-parts.js';
import { architectureJson, readArchitecture } from './architecture/read-architecture.js';
import { checkNetwork, outputOf } from './check-network.js';
import { settingsOf, type Scale } from './features-schema.js';
import type { Job, ModelType } from './schema.js';

/** What each model is for. */
const PURPOSES: Record<ModelType, { readonly does: string; readonly tasks: readonly Job['task'][] }> = {
  'logistic-regression': { does: 'logistic regression predicts a class', tasks: ['classification'] },
  'softmax-regression': {
    does: 'softmax regression predicts one of many classes',
    tasks: ['classification'],
  },
  'linear-regression': { does: 'linear regression predicts a number', tasks: ['regression'] },
  'poisson-regression': { does: 'Poisson regression predicts a count', tasks: ['regression'] },
  'gamma-regression': { does: 'gamma regression predicts an amount', tasks: ['regression'] },
  'huber-regression': { does: 'Huber regression predicts a number', tasks: ['regression'] },
  'quantile-regression': { does: 'quantile regression predicts a number', tasks: ['regression'] },
  'neural-network': {
    does: 'neural network predicts a class or a number',
    tasks: ['classification', 'regression'],
  },
  'k-means': { does: 'K-means finds groups of rows', tasks: ['clustering'] },
  'gaussian-mixture': { does: 'Gaussian mixture finds groups of rows', tasks: ['clustering'] },
  nmf: { does: 'matrix factorisation finds components of rows', tasks: ['decomposition'] },
  pca: { does: 'principal component analysis finds components of rows', tasks: ['decomposition'] },
};

/** Models of one score, to which a number can be added. */
const TAKES_OFFSETS: readonly ModelType[] = [
  'linear-regression',
  'logistic-regression',
  'poisson-regression',
  'gamma-regression',
  'huber-regression',
  'quantile-regression',
];

/** Models of rows that count alike. */
const UNWEIGHTED: readonly ModelType[] = ['k-means', 'gaussian-mixture', 'nmf', 'pca'];

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
  if (UNWEIGHTED.includes(type) && job.target.weight !== undefined) {
    refuse(
      `a ${does} that count alike, and the job weighs them`,
      'target.weight',
      'leave "weight" out, and name its column in features.exclude if it is not to count',
    );
  }
  if (job.target.offset !== undefined && !TAKES_OFFSETS.includes(type)) {
    refuse(
      `a ${does}, and has no score to which an offset is added`,
      'target.offset',
      'leave "offset" out, or choose a generalised linear model',
    );
  }
  if (job.target.offset !== undefined && 'l1' in job.model && job.model.l1 > 0) {
    refuse('a model with l1 takes no offset', 'target.offset', 'leave "offset" out, or set model.l1 to 0');
  }
  if (job.model.type === 'linear-regression' && job.model.solver !== 'auto' && job.model.l1 > 0) {
    refuse(
      `the solver "${job.model.solver}" takes no l1: that penalty has a corner at 0`,
      'model.solver',
      'set model.solver to "auto", or model.l1 to 0',
    );
  }
  if (job.model.type === 'linear-regression' && job.model.solver === 'gram' && job.strategy === 'federate') {
    refuse(
      'the solver "gram" needs all rows in one place, and with the strategy federate none leaves its silo',
      'model.solver',
      'set model.solver to "auto" or "l-bfgs"',
    );
  }
  if (job.model.type === 'neural-network') checkNetwork(job.model, job.task);
}

/** The job with what follows from its other fields: what the output of a network gives; and its layers in few bytes. */
export function completeModel(job: Job): Job {
  const { model, task } = job;
  if (model.type !== 'neural-network') return job;
  const { architecture, ...others } = model;
  const layers = architecture === undefined ? undefined : readArchitecture(architecture).layers;
  const output = outputOf(model, task);
  return {
    ...job,
    model: { ...others, output, ...(layers && { architecture: architectureJson(layers) }) },
  };
}

/** Scales that leave what is not negative as it is; a matrix factorisation takes nothing else. */
const NON_NEGATIVE: readonly Scale[] = ['none', 'min-max'];

function checkNonNegative({ features }: Job): void {
  const scales = Object.entries(features.encode).flatMap(([column, asked]) => {
    const settings = settingsOf(asked);
    return 'scale' in settings && settings.scale !== undefined
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
    if (settings.type === 'spline' && settings.extrapolation === 'linear') {
      refuse(
        'a matrix factorisation takes no negative number, and the tangents of a spline go below 0',
        `features.encode["${column}"].extrapolation`,
        'set "extrapolation": "constant" for this column',
      );
    }
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
