import { areaUnderCurve } from '../evaluate.js';
import type { Measure, MulticlassMetrics } from '../model.js';

/**
 * Measures C probabilities a row against labels.
 * @param probabilities n × C, row by row
 * @param predicted class of each row, length n
 * @param labels codes, length n; C and above for a class that the model has not
 */
export function measureClasses(
  probabilities: Float64Array,
  predicted: Int32Array,
  labels: Float64Array,
  classes: number,
): MulticlassMetrics {
  const rows = labels.length;
  const rowsOf = new Array<number>(classes).fill(0);
  let loss = 0;
  let correct = 0;
  labels.forEach((label, row) => {
    if (label < classes) rowsOf[label]!++;
    const p = label < classes ? probabilities[row * classes + label]! : 0;
    // A probability of 0 would make the loss infinite: the smallest distance a double can say is taken.
    loss -= Math.log(Math.max(p, Number.EPSILON));
    if (predicted[row] === label) correct++;
  });
  if (rows === 0 || Number.isNaN(loss))
    return { rows, classes: rowsOf, accuracy: null, macroF1: null, macroAuc: null, logLoss: null };
  return {
    rows,
    classes: rowsOf,
    accuracy: correct / rows,
    macroF1: macroF1(predicted, labels, rowsOf),
    macroAuc: macroAuc(probabilities, labels, rowsOf),
    logLoss: loss / rows,
  };
}

/** Mean over the classes that are there or are predicted of F1 = 2 TP / (rows of the class + rows predicted to be of it). */
function macroF1(predicted: Int32Array, labels: Float64Array, rowsOf: readonly number[]): Measure {
  const hits = new Float64Array(rowsOf.length);
  const said = new Float64Array(rowsOf.length);
  predicted.forEach((label, row) => {
    said[label]!++;
    if (labels[row] === label) hits[label]!++;
  });
  return mean(
    rowsOf.flatMap((count, label) =>
      count + said[label]! === 0 ? [] : [(2 * hits[label]!) / (count + said[label]!)],
    ),
  );
}

/** Mean over the classes of the AUC of one class against all others, where there are rows of both. */
function macroAuc(probabilities: Float64Array, labels: Float64Array, rowsOf: readonly number[]): Measure {
  const classes = rowsOf.length;
  return mean(
    rowsOf.flatMap((count, label) => {
      if (count === 0 || count === labels.length) return [];
      const own = Float64Array.from(labels, (_, row) => probabilities[row * classes + label]!);
      return [
        areaUnderCurve(
          own,
          labels.map((other) => (other === label ? 1 : 0)),
        ),
      ];
    }),
  );
}

function mean(values: readonly number[]): Measure {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
