import { AmalurError, type ErrorCode } from '../errors.js';
import { EXACT_ROWS, type ColumnProfile, type ColumnType } from '../sources/profile.js';
import { learnsClasses, MOST_CLASSES, tooManyClasses } from './classes.js';
import { findColumn, fullName, type TableInSilo } from './known-tables.js';
import type { Job, Label } from './schema.js';

const NUMERIC: readonly ColumnType[] = ['integer', 'number'];

/** Tasks that learn from the rows alone. */
const WITHOUT_LABEL: readonly Job['task'][] = ['clustering', 'decomposition'];

/** Checks that the label is there if the task has one, is of a type that the task can learn, and has something to learn. */
export function checkLabel(job: Job, base: TableInSilo): void {
  const { label } = job.target;
  if (WITHOUT_LABEL.includes(job.task)) {
    if (label !== undefined) refuseLabel(job);
    return;
  }
  if (label === undefined) refuseWithoutLabel(job);
  const column = findColumn(base, label.column, 'target.label.column');
  // First, because a column without values has no type either.
  if (column.distinct === 0) {
    refuse(
      'AMALUR_EMPTY_TARGET',
      `the label "${column.name}" is NULL in every row of ${fullName(base)}`,
      'target.label.column',
      'choose a label that has values',
    );
  }
  if (job.task === 'regression') checkRegressionLabel(label, column);
  else if (learnsClasses(job.model)) checkClassesLabel(job, label, column, base);
  else checkClassificationLabel(job, label, column);
  if (job.task === 'classification' && column.distinct === 1) {
    refuse(
      'AMALUR_LABEL_ONE_CLASS',
      `the label "${column.name}" has the same value in every row of ${fullName(base)}`,
      'target.label.column',
      'choose a label with two classes or more',
    );
  }
}

function refuseLabel({ task }: Job): never {
  refuse(
    'AMALUR_INVALID_JOB',
    `a ${task} learns from the rows alone, and the job names a label`,
    'target.label',
    'leave "label" out, and name its column in features.exclude if it is not to count; or set task to "classification" or "regression"',
  );
}

function refuseWithoutLabel({ task }: Job): never {
  refuse(
    'AMALUR_INVALID_JOB',
    `a ${task} needs a label, and the job names none`,
    'target.label',
    'name the column that is to be predicted, as {"column": "…"}; or set task to "clustering" or "decomposition"',
  );
}

function checkRegressionLabel(label: Label, column: ColumnProfile): void {
  const rule = label.atLeast !== undefined ? 'atLeast' : label.equals !== undefined ? 'equals' : undefined;
  if (rule !== undefined) {
    refuse(
      'AMALUR_INVALID_JOB',
      `a regression predicts the label itself, so "${rule}" has no meaning`,
      `target.label.${rule}`,
      `leave "${rule}" out, or set task to "classification"`,
    );
  }
  requireNumeric(
    column,
    'a regression needs a number',
    'choose a numeric column, or set task to "classification"',
  );
}

function checkClassificationLabel({ model }: Job, { atLeast, equals }: Label, column: ColumnProfile): void {
  const everyValue =
    model.type === 'neural-network' ? 'model.output to "softmax"' : 'model.type to "softmax-regression"';
  if (atLeast !== undefined) {
    requireNumeric(column, '"atLeast" compares numbers', 'use "equals" with one of the values');
  } else if (equals !== undefined) {
    const wanted = valueTypeOf(column.type);
    if (typeof equals !== wanted) {
      refuse(
        'AMALUR_WRONG_TYPE',
        `the label "${column.name}" is of type ${column.type}, but "equals" is a ${typeof equals}`,
        'target.label.equals',
        wanted === undefined ? 'choose another label' : `write a ${wanted}`,
      );
    }
  } else if (column.type !== 'boolean' && !(column.type === 'integer' && column.distinct <= 2)) {
    refuse(
      NUMERIC.includes(column.type) ? 'AMALUR_INVALID_JOB' : 'AMALUR_LABEL_NOT_NUMERIC',
      `the label "${column.name}" is of type ${column.type} with ${String(column.distinct)} distinct values, ` +
        'and the job does not say which of them are the positive class',
      'target.label',
      NUMERIC.includes(column.type)
        ? `add "atLeast" or "equals", or set task to "regression", or ${everyValue} to learn every value as a class`
        : `add "equals" with the value that is the positive class, or set ${everyValue} to learn every value as a class`,
    );
  }
}

/** Types of which every value can be a class. */
const CLASSES: readonly ColumnType[] = ['text', 'integer', 'boolean'];

function checkClassesLabel(
  { model }: Job,
  label: Label,
  column: ColumnProfile,
  { profile }: TableInSilo,
): void {
  const rule = label.atLeast !== undefined ? 'atLeast' : label.equals !== undefined ? 'equals' : undefined;
  if (rule !== undefined) {
    refuse(
      'AMALUR_INVALID_JOB',
      `a ${model.type === 'neural-network' ? 'network whose output is softmax' : 'softmax regression'} learns every value of the label as a class, so "${rule}" has no meaning`,
      `target.label.${rule}`,
      `leave "${rule}" out, or ${model.type === 'neural-network' ? 'let the network give a probability (sigmoid)' : 'set model.type to "logistic-regression"'}`,
    );
  }
  if (!CLASSES.includes(column.type)) {
    refuse(
      'AMALUR_WRONG_TYPE',
      `the label "${column.name}" is of type ${column.type}; classes are texts, whole numbers or truth values`,
      'target.label.column',
      column.type === 'number'
        ? 'set task to "regression", or compute a column of whole numbers or texts'
        : 'choose or compute a column of texts or whole numbers',
    );
  }
  // Above that distinct values are an estimate; the classes are counted again when rows are matched.
  if (column.distinct > MOST_CLASSES && profile.rows <= EXACT_ROWS)
    throw tooManyClasses(column.name, column.distinct);
}

function requireNumeric(column: ColumnProfile, why: string, suggestion: string): void {
  if (NUMERIC.includes(column.type)) return;
  refuse(
    'AMALUR_LABEL_NOT_NUMERIC',
    `the label "${column.name}" is of type ${column.type}; ${why}`,
    'target.label.column',
    suggestion,
  );
}

/** JavaScript type in which a job writes a value of a column; dates and timestamps are ISO 8601 text. */
function valueTypeOf(type: ColumnType): 'number' | 'boolean' | 'string' | undefined {
  if (type === 'other') return undefined;
  if (NUMERIC.includes(type)) return 'number';
  return type === 'boolean' ? 'boolean' : 'string';
}

function refuse(code: ErrorCode, message: string, field: string, suggestion: string): never {
  throw new AmalurError(code, message, { field, suggestion });
}
