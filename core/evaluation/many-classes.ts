import type { Classified } from '../models/family.js';
import { confusionOf, type ClassScore, type Confusion } from './confusion.js';
import type { MeasureOf } from './weighted-measures.js';

/** A model of C classes on the test rows. */
export interface ClassifiedRows extends Classified {
  /** Codes, length n; C and above for a class that training has not seen. */
  readonly labels: Float64Array;
}

/** Which classes are taken for which. Classes go by their codes: names are values of rows, and are kept with the model alone. */
export interface ManyClasses {
  /** Classes that the matrix has, ascending: those of most test rows. */
  readonly codes: readonly number[];
  /** Whether its last row and column are all other classes together, those that training has not seen among them. */
  readonly others: boolean;
  readonly matrix: Confusion['matrix'];
  /** Of the classes in `codes`. */
  readonly classes: readonly ClassScore[];
}

/** Classes that the matrix tells apart: its rows go into a history. */
const MOST_CLASSES = 25;

export function confuseClasses({ probabilities, predicted, labels }: ClassifiedRows): ManyClasses {
  const classes = probabilities.columns;
  const rowsOf = new Float64Array(classes);
  for (const label of labels) if (label < classes) rowsOf[label]!++;
  const codes = Array.from(rowsOf.keys())
    .sort((a, b) => rowsOf[b]! - rowsOf[a]! || a - b)
    .slice(0, MOST_CLASSES)
    .sort((a, b) => a - b);
  const place = new Int32Array(classes).fill(codes.length);
  codes.forEach((code, at) => (place[code] = at));
  const placed = (code: number) => place[code] ?? codes.length;
  const others = codes.length < classes || labels.some((label) => label >= classes);
  const { matrix, classes: scores } = confusionOf(
    Int32Array.from(labels, placed),
    Int32Array.from(predicted, placed),
    codes.length + (others ? 1 : 0),
  );
  return { codes, others, matrix, classes: scores.slice(0, codes.length) };
}

/**
 * Accuracy, log-loss and macro F1 as `measureClasses` has them, of rows that occur several times or not at all, in O(n + C).
 * `occurrences` are in the order of the rows.
 */
export function manyClassMeasures({ probabilities, predicted, labels }: ClassifiedRows): MeasureOf {
  const { columns: classes, data } = probabilities;
  const losses = labels.map((label, row) => {
    const p = label < classes ? data[row * classes + label]! : 0;
    return -Math.log(Math.max(p, Number.EPSILON));
  });
  return (occurrences) => {
    const [hits, said, there] = [0, 1, 2].map(() => new Float64Array(classes)) as [
      Float64Array,
      Float64Array,
      Float64Array,
    ];
    let rows = 0;
    let loss = 0;
    let correct = 0;
    for (let row = 0; row < occurrences.length; row++) {
      const count = occurrences[row]!;
      const label = labels[row]!;
      const guess = predicted[row]!;
      rows += count;
      loss += count * losses[row]!;
      said[guess]! += count;
      if (label < classes) there[label]! += count;
      if (label !== guess) continue;
      correct += count;
      hits[guess]! += count;
    }
    return { accuracy: correct / rows, logLoss: loss / rows, macroF1: macroF1(hits, said, there) };
  };
}

/** Mean over the classes that are there or are predicted. */
function macroF1(hits: Float64Array, said: Float64Array, there: Float64Array): number {
  let sum = 0;
  let classes = 0;
  for (let code = 0; code < hits.length; code++) {
    const rows = there[code]! + said[code]!;
    if (rows === 0) continue;
    sum += (2 * hits[code]!) / rows;
    classes++;
  }
  return sum / classes;
}
