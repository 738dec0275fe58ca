import { learnsClasses } from '../job/classes.js';
import type { Job, ModelType } from '../job/schema.js';
import type { Measure, Metrics } from '../models/model.js';

/** Measures by which trials are compared. */
export const measureNames = [
  'logLoss',
  'auc',
  'accuracy',
  'macroF1',
  'macroAuc',
  'rmse',
  'mae',
  'r2',
  'deviance',
] as const;
export type MeasureName = (typeof measureNames)[number];

/** Those of each task, the usual one first; a task that predicts nothing has none. */
const BY_TASK: Readonly<Record<Job['task'], readonly MeasureName[]>> = {
  classification: ['logLoss', 'auc', 'accuracy', 'macroF1', 'macroAuc'],
  regression: ['rmse', 'mae', 'r2', 'deviance'],
  clustering: [],
  decomposition: [],
};

/** Those that are the better the larger they are. */
const RISING: readonly MeasureName[] = ['auc', 'accuracy', 'macroF1', 'macroAuc', 'r2'];

/** Models whose loss has a deviance. */
const HAVE_DEVIANCE: readonly ModelType[] = ['poisson-regression', 'gamma-regression'];

export function measuresOfTask(task: Job['task']): readonly MeasureName[] {
  return BY_TASK[task];
}

/** Measures of two classes, and of many. */
const OF_TWO: readonly MeasureName[] = ['auc'];
const OF_MANY: readonly MeasureName[] = ['macroF1', 'macroAuc'];

/** Those that a model's trials can be compared by. */
export function measuresOfModel({ task, model }: Pick<Job, 'task' | 'model'>): readonly MeasureName[] {
  const hasDeviance = HAVE_DEVIANCE.includes(model.type);
  const others = learnsClasses(model) ? OF_TWO : OF_MANY;
  return measuresOfTask(task).filter(
    (measure) => !others.includes(measure) && (measure !== 'deviance' || hasDeviance),
  );
}

export function isRising(measure: MeasureName): boolean {
  return RISING.includes(measure);
}

/** The measures of one set of rows by which trials may be compared. */
export function comparable(metrics: Metrics): ReadonlyMap<MeasureName, Measure> {
  const known = new Map(Object.entries(metrics as unknown as Record<string, Measure>));
  return new Map(
    measureNames.flatMap((name) => {
      const value = known.get(name);
      return value === undefined ? [] : [[name, value] as const];
    }),
  );
}
