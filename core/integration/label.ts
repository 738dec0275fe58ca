import { AmalurError } from '../errors.js';
import type { Job, Label } from '../job/schema.js';
import type { Dictionary } from '../sources/source.js';

/**
 * Labels y of the base table's rows: 0 and 1 for a classification, numbers for a regression, NaN where the column is NULL.
 * @param values the label column as numbers, or as categories where the job compares with `equals`
 */
export function labelsOf({ atLeast, equals }: Label, values: Float64Array | Dictionary): Float64Array {
  if (values instanceof Float64Array) {
    return atLeast === undefined
      ? values
      : values.map((value) => (Number.isNaN(value) ? NaN : value >= atLeast ? 1 : 0));
  }
  // A number may be written in several ways: 1e-7 and 1e-07.
  const positive =
    typeof equals === 'number'
      ? values.values.findIndex((value) => Number(value) === equals)
      : values.values.indexOf(String(equals));
  return Float64Array.from(values.codes, (code) => (code < 0 ? NaN : code === positive ? 1 : 0));
}

/** Labels as codes of the column's values, which are the names of the classes; NaN where it is NULL. */
export function classLabelsOf({ codes, values }: Dictionary): {
  labels: Float64Array;
  classes: readonly string[];
} {
  return { labels: Float64Array.from(codes, (code) => (code < 0 ? NaN : code)), classes: values };
}

/**
 * @throws AMALUR_WRONG_TYPE if the labels of a classification are neither 0 nor 1
 * @throws AMALUR_LABEL_ONE_CLASS if a classification has only one class among the training rows that weigh anything
 */
export function requireTwoClasses(job: Job, trainingLabels: Float64Array, weights?: Float64Array): void {
  const { label: chosen } = job.target;
  if (job.task !== 'classification' || chosen === undefined) return;
  if (trainingLabels.some((label) => label !== 0 && label !== 1)) {
    throw new AmalurError('AMALUR_WRONG_TYPE', `${chosen.column} has values other than 0 and 1`, {
      field: 'target.label',
      suggestion: 'say with atLeast or equals which rows are of the positive class',
    });
  }
  const learned = weights ? trainingLabels.filter((_, row) => weights[row]! > 0) : trainingLabels;
  if (learned.includes(0) && learned.includes(1)) return;
  throw new AmalurError(
    'AMALUR_LABEL_ONE_CLASS',
    `every training row${weights ? ' that weighs anything' : ''} has the same class of ${chosen.column}`,
    {
      field: 'target.label',
      suggestion: 'choose another threshold or value, or check which rows the integration keeps',
    },
  );
}
