import { entryOf } from '../entry-of.js';
import { AmalurError } from '../errors.js';
import { requireUnits } from '../job/check-network.js';
import { MOST_CLASSES, tooManyClasses } from '../job/classes.js';
import type { Job } from '../job/schema.js';
import type { TargetIndex } from './target-index.js';

/** Labels of a table as codes of its classes. */
interface Labelled {
  /** Codes, NaN where the label is NULL. */
  readonly labels?: Float64Array;
  /** Names by code. */
  readonly classes?: readonly string[];
}

/**
 * Tables of which each has codes of its own for the classes, with codes in common.
 * @returns the tables, and the names by code in the order of `inOrder`; undefined where no table has classes
 */
export function commonClasses<T extends Labelled>(
  tables: ReadonlyMap<string, T>,
): { tables: ReadonlyMap<string, T>; names: readonly string[] } | undefined {
  const given = [...tables.values()].flatMap(({ classes }) => (classes ? [classes] : []));
  if (given.length === 0) return undefined;
  const names = inOrder(new Set(given.flat()));
  const codeOf = new Map(names.map((name, code) => [name, code]));
  const recoded = [...tables].map(([id, table]): [string, T] => {
    const { classes, labels } = table;
    if (!classes || !labels) return [id, table];
    const codes = classes.map((name) => entryOf(codeOf, name));
    return [id, { ...table, labels: labels.map((code) => (Number.isNaN(code) ? NaN : codes[code]!)) }];
  });
  return { tables: new Map(recoded), names };
}

/**
 * The classes that training can learn: those of training rows that weigh anything. Labels become codes of these; a row of any other
 * class, to be tested on or of weight 0, gets their number for a code.
 */
export function withClasses(target: TargetIndex, names: readonly string[]): TargetIndex {
  const { labels, weights, trainRows } = target;
  const seen = new Uint8Array(names.length);
  for (let row = 0; row < trainRows; row++) {
    if (weights === undefined || weights[row]! > 0) seen[labels[row]!] = 1;
  }
  const classes = names.filter((_, code) => seen[code] === 1);
  const codes = new Map(names.map((name, code) => [code, classes.indexOf(name)]));
  return {
    ...target,
    classes,
    labels: labels.map((label) => {
      const code = codes.get(label) ?? -1;
      return code < 0 ? classes.length : code;
    }),
  };
}

/**
 * @throws AMALUR_LABEL_ONE_CLASS if the training rows that weigh anything are of fewer than two classes
 * @throws AMALUR_TOO_MANY_CLASSES if they are of more than MOST_CLASSES
 * @throws AMALUR_INVALID_NETWORK if a network has not a unit for each
 * @throws AMALUR_INVALID_JOB if the job weighs a class that they have not
 */
export function requireClasses({ target, model }: Job, classes: readonly string[]): void {
  const column = target.label?.column ?? '';
  if (classes.length < 2) {
    throw new AmalurError(
      'AMALUR_LABEL_ONE_CLASS',
      `every training row that weighs anything has the same class of ${column}`,
      {
        field: 'target.label',
        suggestion: 'choose another label, or check which rows the integration keeps',
      },
    );
  }
  if (classes.length > MOST_CLASSES) throw tooManyClasses(column, classes.length);
  requireUnits(model, classes.length);
  const weighed = 'classWeights' in model && typeof model.classWeights === 'object' ? model.classWeights : {};
  const unknown = Object.keys(weighed).find((name) => !classes.includes(name));
  if (unknown === undefined) return;
  throw new AmalurError('AMALUR_INVALID_JOB', 'no training row is of a class that model.classWeights names', {
    field: `model.classWeights["${unknown}"]`,
    suggestion: `write a value that ${column} has among the training rows, as text; classes that are not named weigh 1`,
  });
}

/** Whole numbers by their size, where all names are such; else by code units. The same whatever rows there are. */
export function inOrder(names: ReadonlySet<string>): string[] {
  const numbers = [...names].every((name) => /^-?\d{1,18}$/.test(name));
  const byText = [...names].sort();
  return numbers ? byText.sort((a, b) => Number(BigInt(a) - BigInt(b))) : byText;
}
