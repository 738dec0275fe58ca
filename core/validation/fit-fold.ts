import type { Matrix } from '../algebra/matrix.js';
import type { ModelSpec } from '../job/schema.js';
import { scoresOf, withOffsets } from '../models/family.js';
import type { Metrics } from '../models/model.js';
import { familyOf } from '../models/programs.js';
import { runLocally } from '../training/local-runner.js';
import type { Moments } from '../training/moments.js';
import type { Fold } from './folds.js';

/** The training rows of T, encoded once for all folds and trials. */
export interface FoldedRows {
  readonly table: Matrix;
  readonly names: readonly string[];
  /** y. */
  readonly labels: Float64Array;
  /** w; default: all 1. */
  readonly weights?: Float64Array;
  /** o; default: nothing is added to scores. */
  readonly offsets?: Float64Array;
}

/** Learns from the rows of a fold, and measures on those that were left out. */
export function fitFold(
  { table, names, labels, weights, offsets }: FoldedRows,
  spec: ModelSpec,
  { train, validate }: Fold,
  moments: Moments,
): Metrics {
  const of = (values: Float64Array, rows: Int32Array) => Float64Array.from(rows, (row) => values[row]!);
  const { parameters, own } = runLocally({
    table: table.slice(train),
    names,
    labels: of(labels, train),
    ...(weights && { weights: of(weights, train) }),
    ...(offsets && { offsets: of(offsets, train) }),
    moments,
    spec,
    rounds: Infinity,
  });
  const family = familyOf(spec.type);
  const scores = withOffsets(
    scoresOf(family, table.slice(validate), parameters),
    offsets && of(offsets, validate),
  );
  return family.measure(scores, own, of(labels, validate));
}
