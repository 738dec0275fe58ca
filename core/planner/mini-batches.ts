import type { ModelSpec } from '../job/schema.js';

/** Exchanges that make up a round of a training in rounds: an epoch of a network has one a batch, and one for rows kept apart. */
export function exchangesPerRound(model: ModelSpec, trainRows: number): number {
  if (model.type !== 'neural-network') return 1;
  return Math.ceil(trainRows / model.batchSize) + (model.earlyStopping ? 1 : 0);
}

/**
 * Source rows whose products a round takes, each counted once a batch in which it occurs: r (1 − (1 − 1/r)ᵇ) are expected among
 * the rows of a batch of b.
 */
export function rowsPerRound(model: ModelSpec, sourceRows: number, trainRows: number): number {
  if (model.type !== 'neural-network' || model.batchSize >= trainRows || sourceRows === 0) return sourceRows;
  const inBatch = sourceRows * (1 - (1 - 1 / sourceRows) ** model.batchSize);
  return (trainRows / model.batchSize) * inBatch;
}
