import { withClasses } from '../integration/classes.js';
import type { TargetIndex } from '../integration/target-index.js';
import type { Fold } from './folds.js';

/**
 * The rows of a fold as a target table: those that it learns from are its training rows, those that it is measured on its test
 * rows. Of a model that learns many classes it has those that the fold learns from.
 * @param target the whole, whose training rows the fold's rows are
 */
export function foldTarget(target: TargetIndex, { train, validate }: Pick<Fold, 'train' | 'validate'>) {
  const rows = Int32Array.from([...train, ...validate]);
  const { labels, classes, weights, offsets, groups } = target;
  const of = (values: Float64Array) => Float64Array.from(rows, (row) => values[row]!);
  const fold: TargetIndex = {
    rows: rows.length,
    trainRows: train.length,
    labels: of(labels),
    ...(weights && { weights: of(weights) }),
    ...(offsets && { offsets: of(offsets) }),
    groups: groups.map(({ id, shares }) => ({
      id,
      shares: shares.map((share) => ({ ...share, rows: rows.map((row) => share.rows[row]!) })),
    })),
  };
  return classes ? withClasses(fold, classes) : fold;
}
