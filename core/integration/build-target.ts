import { AmalurError } from '../errors.js';
import type { Job } from '../job/schema.js';
import type { Matching } from './match-rows.js';
import type { Share, TargetIndex } from './target-index.js';

export interface BaseRows {
  readonly party: string;
  readonly rows: number;
  /** y, NaN where the label is NULL; undefined for a model without labels and for inference: every row is wanted. */
  readonly labels?: Float64Array;
  /** Position of each row in [0, 1) that decides its side of the split; undefined for inference: rows keep their order. */
  readonly position?: Float64Array;
}

export interface DimensionRows extends Matching {
  readonly party: string;
  /** r_k. */
  readonly sourceRows: number;
}

/**
 * Lays out the target table: which base rows are in it, training rows first, and the index vector of every party.
 * @throws AMALUR_EMPTY_TARGET if no row, or none for training, is left
 */
export function buildTarget(
  base: BaseRows,
  dimensions: readonly DimensionRows[],
  scenario: Job['integration']['scenario'],
  testShare: number,
): TargetIndex {
  const train: number[] = [];
  const test: number[] = [];
  for (let row = 0; row < base.rows; row++) {
    if (scenario === 'inner' && dimensions.some(({ rows }) => rows[row] === -1)) continue;
    if (base.labels !== undefined && Number.isNaN(base.labels[row])) continue;
    if (base.position === undefined || base.position[row]! < testShare) test.push(row);
    else train.push(row);
  }
  if (base.position !== undefined && train.length === 0) {
    throw new AmalurError('AMALUR_EMPTY_TARGET', `no row of ${base.party} is left to train on`, {
      field: 'target',
      suggestion:
        'check that the base table has rows and the label values, and that the scenario and the test share leave rows for training',
    });
  }
  const order = Int32Array.from([...train, ...test]);
  const shares: Share[] = [{ party: base.party, sourceRows: base.rows, rows: order }];
  for (const { party, sourceRows, rows } of dimensions) {
    shares.push({ party, sourceRows, rows: order.map((row) => rows[row]!) });
  }
  const { labels } = base;
  return {
    rows: order.length,
    trainRows: train.length,
    labels: labels === undefined ? new Float64Array(0) : Float64Array.from(order, (row) => labels[row]!),
    // Columns are never matched by name, so that each party supplies its own.
    groups: shares
      .map((share) => ({ id: share.party, shares: [share] }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}
