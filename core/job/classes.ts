import { AmalurError } from '../errors.js';
import type { ModelSpec } from './schema.js';

/** Classes that a model may learn: each has a probability, an intercept and a measure in the catalog. */
export const MOST_CLASSES = 1000;

/** Whether every value of the label is a class of its own, in place of one that is told from all others. */
export function learnsClasses(model: ModelSpec): boolean {
  return (
    model.type === 'softmax-regression' || (model.type === 'neural-network' && model.output === 'softmax')
  );
}

export function tooManyClasses(column: string, count: number): AmalurError {
  const [found, most] = [count, MOST_CLASSES].map((number) => number.toLocaleString('en-US'));
  return new AmalurError(
    'AMALUR_TOO_MANY_CLASSES',
    `the label "${column}" has ${String(found)} classes, and a model learns at most ${String(most)}`,
    {
      field: 'target.label.column',
      suggestion:
        'choose or compute a column with fewer values; for a number set task to "regression", for one class against all others use logistic-regression',
    },
  );
}
