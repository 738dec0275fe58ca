import { architectureOf } from '../job/architecture/layers-of.js';
import type { ModelSpec } from '../job/schema.js';
import { blockWidth } from '../models/pca/width.js';
import type { DataStatistics, PartyStatistics } from './data-statistics.js';
import { exchangesPerRound, rowsPerRound } from './mini-batches.js';
import type { MachineRates } from './plan.js';

/** Evaluations of loss and derivatives per row and round: three of the line search, one for the residual. */
const LOSS_EVALUATIONS_PER_ROUND = 4;
/** A table of doubles up to this many bytes is gathered from the cache, at about half the rate of a dense product. */
const CACHE_BYTES = 1 << 20;
const CACHED_ACCESS = 2;
/** TensorFlow's float32 kernels against our own float64 product, and what one call of a training step costs, seconds. */
const TENSORFLOW_SPEED = 4;
const TENSORFLOW_STEP_SECONDS = 0.004;
/** Forward, and both products of the backward pass. */
const PRODUCTS_PER_STEP = 3;

/** Seconds of D X and Dᵀ Y together, for one vector each. One-hot columns are look-ups in a short table: in the cache. */
export function productSeconds(
  rows: number,
  numeric: number,
  categories: number,
  rates: MachineRates,
): number {
  return (2 * rows * (numeric + CACHED_ACCESS * categories)) / rates.denseMultiplyAdds;
}

/** Seconds of I_k P_k and I_kᵀ Δ together over `targetRows` rows. */
export function gatherScatterSeconds(
  targetRows: number,
  sourceRows: number,
  ordered: boolean,
  rates: MachineRates,
): number {
  const cached = ordered || sourceRows * 8 <= CACHE_BYTES;
  return cached
    ? (2 * CACHED_ACCESS * targetRows) / rates.denseMultiplyAdds
    : targetRows / rates.gathers + targetRows / rates.scatters;
}

/** Blocks of vectors in the basis of a principal component analysis, [X P R], whose images the aggregator keeps and turns. */
const BLOCKS = 3;

/** Vectors in the basis of L-BFGS with m pairs. */
export function basisSize(model: ModelSpec): number {
  return 'memory' in model ? 2 * model.memory + 1 : 0;
}

/**
 * Columns of Θ and of Δ, the numbers that travel for each source row: one score, or one for each of C classes, k centres or
 * densities, r components (of a principal component analysis some more), h units.
 */
export function exchangeWidth(model: ModelSpec, { classes }: Pick<DataStatistics, 'classes'>): number {
  switch (model.type) {
    case 'k-means':
      return model.clusters;
    case 'gaussian-mixture':
      return model.components;
    case 'nmf':
      return model.rank;
    case 'pca':
      return blockWidth(model.components);
    case 'softmax-regression':
      return classes;
    case 'neural-network':
      return architectureOf(model).units;
    default:
      return 1;
  }
}

/** Products of a basis with itself (half of 9 blocks), and of its turn into the next (3 blocks into 2), for each row of it. */
const BASIS_OPERATIONS = BLOCKS ** 2 / 2 + BLOCKS * 2;
/** Columns that products are made with, for each column of T: a mixture has their squares besides. */
export function columnsMultiplied({ type }: ModelSpec): number {
  return type === 'gaussian-mixture' ? 2 : 1;
}

/** Bytes of what is kept besides the numbers of a table to make products with. One-hot columns are their own squares. */
export function squaresBytes(model: ModelSpec, rows: number, numeric: number): number {
  return 8 * (columnsMultiplied(model) - 1) * rows * numeric;
}

/** Numbers that the aggregator keeps for each training row, besides index vectors. */
export function numbersPerRow(model: ModelSpec, data: Pick<DataStatistics, 'classes'>): number {
  if (model.type === 'pca') return 2 * BLOCKS * exchangeWidth(model, data);
  return (basisSize(model) + 2) * exchangeWidth(model, data) + 2;
}

/** Operations of an optimizer's step for each weight. */
const OPERATIONS_PER_STEP = 12;

/** Seconds a round at a party: its gradient, its product, and the new row of dot products, its factor's update or its steps. */
export function partyRoundSeconds(
  party: PartyStatistics,
  data: Pick<DataStatistics, 'classes' | 'trainRows'>,
  model: ModelSpec,
  rates: MachineRates,
): number {
  const { trainRows } = data;
  const width = exchangeWidth(model, data);
  const rows = rowsPerRound(model, party.rows, trainRows);
  const products =
    columnsMultiplied(model) * width * productSeconds(rows, party.numeric, party.categories, rates);
  const perColumn =
    model.type === 'neural-network'
      ? OPERATIONS_PER_STEP * width * exchangesPerRound(model, trainRows)
      : model.type === 'nmf'
        ? 2 * width ** 2
        : model.type === 'pca'
          ? BASIS_OPERATIONS * width ** 2
          : 4 * basisSize(model) * width;
  return products + (perColumn * party.columns) / rates.denseMultiplyAdds;
}

/**
 * Seconds a round where the labels are: direction from the basis products, line search, residual; or the nearest of k centres;
 * or k densities and what they share; or the update of W, with W (H Hᵀ) and WᵀW; or the products of a basis and its turn; or
 * the layers above the first.
 */
export function descentSeconds(data: DataStatistics, model: ModelSpec, rates: MachineRates): number {
  const { trainRows } = data;
  const width = exchangeWidth(model, data);
  if (model.type === 'k-means') return (3 * width * trainRows) / rates.denseMultiplyAdds;
  if (model.type === 'gaussian-mixture') return (width * trainRows) / rates.lossEvaluations;
  if (model.type === 'nmf') return (3 * width ** 2 * trainRows) / rates.denseMultiplyAdds;
  if (model.type === 'pca') return (BASIS_OPERATIONS * width ** 2 * trainRows) / rates.denseMultiplyAdds;
  if (model.type === 'neural-network') return upperLayersSeconds(data, model, rates);
  return (
    (basisSize(model) * width * trainRows) / rates.denseMultiplyAdds +
    (LOSS_EVALUATIONS_PER_ROUND * width * trainRows) / rates.lossEvaluations
  );
}

/** Seconds a round to expand all parties' partial products over the target rows and to add residuals up per source row. */
export function exchangeSeconds(data: DataStatistics, model: ModelSpec, rates: MachineRates): number {
  const { parties, trainRows } = data;
  // The base table's rows come in their own order: a stream, however long.
  const oneColumn = parties.reduce(
    (sum, party, k) => sum + gatherScatterSeconds(trainRows, party.rows, k === 0, rates),
    0,
  );
  return exchangeWidth(model, data) * oneColumn;
}

/** Seconds an epoch of the layers above the first. */
function upperLayersSeconds(
  { trainRows, classes }: Pick<DataStatistics, 'trainRows' | 'classes'>,
  model: Extract<ModelSpec, { type: 'neural-network' }>,
  rates: MachineRates,
): number {
  const perRow = architectureOf({ ...model, classes }).products;
  const products = (PRODUCTS_PER_STEP * trainRows * perRow) / (TENSORFLOW_SPEED * rates.denseMultiplyAdds);
  return products + exchangesPerRound(model, trainRows) * TENSORFLOW_STEP_SECONDS;
}
