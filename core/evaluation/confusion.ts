import type { Measure } from '../models/model.js';

/** Rows by what they are and what was predicted, of any number of classes. */
export interface Confusion {
  /** Entry [a][b]: rows of class a that were predicted as class b. */
  readonly matrix: readonly (readonly number[])[];
  readonly classes: readonly ClassScore[];
}

/** How well one class is found; null where nothing is divided by. */
export interface ClassScore {
  /** Rows of the class. */
  readonly rows: number;
  /** Of the rows predicted as this class the share that is of it. */
  readonly precision: Measure;
  /** Of the rows of this class the share predicted as such. */
  readonly recall: Measure;
  /** Harmonic mean of both, 2 TP / (rows + predicted). */
  readonly f1: Measure;
}

/**
 * @param actual class of each row, 0 … classes − 1
 * @param predicted class predicted for each row
 */
export function confusionOf(
  actual: ArrayLike<number>,
  predicted: ArrayLike<number>,
  classes: number,
): Confusion {
  const matrix = Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
  for (let row = 0; row < actual.length; row++) {
    const counts = matrix[actual[row]!];
    const at = predicted[row]!;
    if (counts?.[at] === undefined)
      throw new RangeError(`a class beyond the ${String(classes)} that there are`);
    counts[at]++;
  }
  return { matrix, classes: matrix.map((_, at) => scoreOf(matrix, at)) };
}

function scoreOf(matrix: readonly (readonly number[])[], at: number): ClassScore {
  const hits = matrix[at]?.[at] ?? 0;
  const rows = (matrix[at] ?? []).reduce((sum, count) => sum + count, 0);
  const predicted = matrix.reduce((sum, counts) => sum + (counts[at] ?? 0), 0);
  return {
    rows,
    precision: share(hits, predicted),
    recall: share(hits, rows),
    f1: share(2 * hits, rows + predicted),
  };
}

function share(part: number, whole: number): Measure {
  return whole === 0 ? null : part / whole;
}
