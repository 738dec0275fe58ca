import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { Classified } from '../family.js';
import type { MulticlassMetrics } from '../model.js';
import { softmax } from './loss.js';
import { measureClasses } from './measures.js';

/** Of C scores a row, n × C: their probabilities, and the class of the largest one of each row, the first of equals. */
export function classifiedBy(scores: Dense): Classified {
  const { rows, columns: classes, data } = scores;
  const probabilities = dense(rows, classes);
  const p = new Float64Array(classes);
  for (let at = 0; at < data.length; at += classes) {
    softmax(data, at, p);
    probabilities.data.set(p, at);
  }
  return { probabilities, predicted: mostProbable(probabilities) };
}

/** A column of probabilities for each class, by its name. */
export function probabilityColumns(
  { probabilities: { rows, columns, data } }: Classified,
  names: readonly string[],
): ReadonlyMap<string, Float64Array> {
  return new Map(
    names.map((name, label) => [
      `probability_${name}`,
      Float64Array.from({ length: rows }, (_, row) => data[row * columns + label]!),
    ]),
  );
}

/** @param labels codes, length n */
export function measuresOf(
  { probabilities, predicted }: Classified,
  labels: Float64Array,
): MulticlassMetrics {
  return measureClasses(probabilities.data, predicted, labels, probabilities.columns);
}

function mostProbable({ rows, columns: classes, data: p }: Dense): Int32Array {
  return Int32Array.from({ length: rows }, (_, row) => {
    let best = 0;
    for (let j = 1; j < classes; j++) if (p[row * classes + j]! > p[row * classes + best]!) best = j;
    return best;
  });
}
