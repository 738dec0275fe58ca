import type { ClassScore, Confusion } from '../../core/evaluation/confusion.js';
import type { ManyClasses } from '../../core/evaluation/many-classes.js';
import { classNamer, OTHERS } from '../class-names.js';
import { formatCount, formatMeasure, NONE } from './format.js';
import { table } from './output.js';

/** The confusion matrix as cells of a table, heads first: a row and a column for each class, then precision, recall and F1. */
export function confusionCells(
  matrix: Confusion['matrix'],
  scores: readonly ClassScore[],
  nameOf: (place: number) => string,
): { readonly heads: readonly string[]; readonly rows: readonly (readonly string[])[] } {
  return {
    heads: ['test rows of class', ...matrix.map((_, at) => `predicted ${nameOf(at)}`), ...SCORES],
    rows: matrix.map((counts, at) => [nameOf(at), ...counts.map(formatCount), ...scoreCells(scores[at])]),
  };
}

const SCORES = ['precision', 'recall', 'F1'] as const;

function scoreCells(score: ClassScore | undefined): string[] {
  return [score?.precision, score?.recall, score?.f1].map((share) =>
    share === null || share === undefined ? NONE : formatMeasure(share),
  );
}

export function showConfusion({ matrix, classes }: Confusion): string {
  return tableOf(confusionCells(matrix, classes, String));
}

export function showManyClasses(found: ManyClasses, names: readonly string[] | undefined): string {
  const { matrix, classes } = found;
  return tableOf(confusionCells(matrix, classes, placeNamer(found, names)));
}

/** Names of the rows and columns of a matrix of many classes. */
export function placeNamer(
  { codes }: ManyClasses,
  names: readonly string[] | undefined,
): (place: number) => string {
  const nameOf = classNamer(names);
  return (place) => {
    const code = codes[place];
    return code === undefined ? OTHERS : nameOf(code);
  };
}

function tableOf({ heads: [first = '', ...others], rows }: ReturnType<typeof confusionCells>): string {
  return table([{ head: first }, ...others.map((head) => ({ head, align: 'right' }) as const)], rows);
}
