import { AmalurError } from '../errors.js';
import { toAmalurError } from '../parse-with.js';
import type { ColumnType } from '../sources/profile.js';
import { didYouMean } from '../suggest.js';
import { measuresOfModel, measuresOfTask } from '../validation/measures.js';
import {
  combinations,
  isList,
  isPath,
  MOST_FITS,
  MOST_TRIALS,
  trialCount,
} from '../validation/trial-count.js';
import { trialsOf } from '../validation/trials.js';
import { checkModel } from './check-model.js';
import { findColumn } from './known-tables.js';
import { modelSchema } from './model-schema.js';
import type { JoinedTable } from './resolve-joins.js';
import { originsOf } from './resolved.js';
import type { Job } from './schema.js';
import type { Search, SearchValue } from './search-schema.js';

/** Checks that folds can be made and every trial be trained. */
export function checkValidation(job: Job, parties: readonly JoinedTable[]): void {
  const { validation, search, task, model } = job;
  if (validation === undefined) {
    if (search === undefined) return;
    refuse(
      'a search compares its trials on folds, and the job makes none',
      'validation',
      'add "validation": {"folds": 5}',
    );
  }
  if (measuresOfTask(task).length === 0) {
    refuse(
      `cross-validation compares predictions with labels, and the model is a ${model.type}`,
      'validation',
      'leave "validation" and "search" out',
    );
  }
  checkFoldColumn(job, parties);
  if (search === undefined) return;
  const { measure } = search;
  const measures = measuresOfModel(job);
  if (measure !== undefined && !measures.includes(measure)) {
    refuse(
      `${measure} is no measure of a ${measuresOfTask(task).includes(measure) ? model.type : task}`,
      'search.measure',
      `choose one of ${measures.join(', ')}`,
    );
  }
  checkQuantile(job, search);
  for (const field of Object.keys(search.over)) checkChoices(job, search, field);
  if (search.choose === 'one-standard-error' && !('l1' in search.over) && !('l2' in search.over)) {
    refuse(
      'one-standard-error takes the largest penalty, and the search varies neither l1 nor l2',
      'search.choose',
      'add "l2" to search.over, or set search.choose to "best"',
    );
  }
  checkSize(search, validation.folds);
  for (const trial of trialsOf(model, search, ANY)) {
    const { data, error } = modelSchema.safeParse({ ...model, ...trial });
    if (error) throw toAmalurError(error, modelSchema, { ...model, ...trial }, 'job');
    checkModel({ ...job, model: data });
  }
}

/** The column of groups or of time has to be in every table that brings rows in. */
function checkFoldColumn({ validation }: Job, parties: readonly JoinedTable[]): void {
  const by = validation?.by ?? 'rows';
  if (by === 'rows') return;
  const [kind, name] = 'time' in by ? (['time', by.time] as const) : (['group', by.group] as const);
  const field = `validation.by.${kind}`;
  const joins = parties.flatMap(({ join }) => (join === undefined ? [] : [join]));
  const types = originsOf({ parties, joins }).map((table) => findColumn(table, name, field).type);
  if (kind === 'group') return;
  const scales = new Set(types.map((type) => TIME_SCALES[type] ?? 'none'));
  if (scales.size === 1 && !scales.has('none')) return;
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `the time "${name}" is of type ${[...new Set(types)].join(' and ')}`,
    {
      field,
      suggestion: 'choose a column of numbers, of dates, or of timestamps in all tables that bring rows in',
    },
  );
}

/** Types by which rows can be put in order; those of one scale compare with each other. */
const TIME_SCALES: Partial<Record<ColumnType, string>> = {
  integer: 'numbers',
  number: 'numbers',
  date: 'days',
  timestamp: 'seconds',
};

/** Each value by itself, so that a mistake is told where it was made. */
function checkChoices({ model }: Job, search: Search, name: string): void {
  const field = `search.over.${name}`;
  const known = Object.keys(model).filter((one) => one !== 'type');
  if (!known.includes(name)) {
    throw new AmalurError('AMALUR_UNKNOWN_FIELD', `${field}: a ${model.type} has no field "${name}"`, {
      field,
      ...(didYouMean(name, known) !== undefined && { suggestion: didYouMean(name, known) ?? '' }),
    });
  }
  const choices = search.over[name] ?? [];
  const check = (value: SearchValue, at: string) => {
    const candidate = { ...model, [name]: value };
    const { error } = modelSchema.safeParse(candidate);
    if (error === undefined) return;
    const { code, message, suggestion } = toAmalurError(error, modelSchema, candidate, 'job');
    const hints = { field: at, ...(suggestion !== undefined && { suggestion }) };
    throw new AmalurError(code, `${at}: ${message}`, hints);
  };
  if (isList(choices)) {
    choices.forEach((value, at) => {
      check(value, `${field}[${String(at)}]`);
    });
    return;
  }
  if (isPath(choices)) {
    checkPath(search, name);
    return;
  }
  const { from, to, scale, count } = choices;
  if (!(from < to)) refuse('a range goes up', `${field}.to`, 'write a larger number than "from"');
  if (scale === 'log' && from <= 0) {
    refuse(
      'a logarithmic scale begins above 0',
      `${field}.from`,
      'write a number above 0, or set "scale" to "linear"',
    );
  }
  if (search.method === 'grid' && count === undefined) {
    refuse(
      'a grid has to know how many values of a range it takes',
      `${field}.count`,
      'add "count", or set search.method to "random"',
    );
  }
  check(from, `${field}.from`);
  check(to, `${field}.to`);
}

/** Stands for the first value of a path, which only the rows tell. */
const ANY = 1;

/** A path is one of l1, whose first value depends on every setting but l2. */
function checkPath({ method, over }: Search, name: string): void {
  const field = `search.over.${name}`;
  if (name !== 'l1') {
    refuse(
      `there is no ${name} from which on all parameters are 0: a path is one of l1`,
      field,
      'write a list of values, or a range {"from", "to", "count"}',
    );
  }
  if (method === 'random') {
    refuse(
      'a path is not drawn: its values follow each other',
      'search.method',
      'set search.method to "grid"',
    );
  }
  const other = Object.keys(over).find((one) => one !== 'l1' && one !== 'l2');
  if (other === undefined) return;
  refuse(
    `beside a path of l1 only l2 is varied, for all paths begin at the same value, and the search varies ${other}`,
    `search.over.${other}`,
    `take ${other} out of search.over`,
  );
}

/** No measure tells how good a quantile is, but for the median, of which the mean absolute error is least. */
function checkQuantile({ model }: Job, { measure, over }: Search): void {
  if (model.type !== 'quantile-regression') return;
  if (model.quantile !== 0.5 || 'quantile' in over) {
    refuse(
      'no measure by which trials are compared is best for a quantile other than the median',
      'search',
      'leave "search" out; "validation" alone measures the model that the job describes',
    );
  }
  if (measure === 'mae') return;
  refuse(
    `${measure ?? 'rmse'} is best for a mean, and a quantile regression of 0.5 predicts medians`,
    'search.measure',
    'set search.measure to "mae"',
  );
}

function checkSize(search: Search, folds: number): void {
  const most = Math.min(MOST_TRIALS, Math.floor(MOST_FITS / folds));
  if (trialCount(search) <= most) return;
  const grid = search.method === 'grid';
  refuse(
    `${String(trialCount(search))} trials of ${String(folds)} folds are too many`,
    grid ? 'search.over' : 'search.trials',
    grid
      ? `take fewer values: the grid has ${String(combinations(search))} combinations, and ${String(most)} are possible; or set search.method to "random"`
      : `take ${String(most)} trials at the most`,
  );
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}
