import { dense } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import { addMoments, momentsOf, type Moments } from '../training/moments.js';
import type { Fold } from './folds.js';

/**
 * Moments of T over the rows that each fold learns from, weighted by the rows' weights: formed once for each block of rows and
 * added up, Tᵀ V T of a fold being the sum of those of its blocks. All folds and trials together so cost one Gram matrix of
 * all rows, and nothing is subtracted.
 */
export class FoldMoments {
  readonly #sums = new Map<number, Sums>();

  /** @param blockOf block of each row of T */
  constructor(
    private readonly table: Matrix,
    private readonly blockOf: Int32Array,
    private readonly weights: Float64Array | undefined,
  ) {}

  of({ blocks }: Pick<Fold, 'blocks'>): Moments {
    const [first, ...rest] = blocks.map((block) => this.#sumsOf(block));
    if (first === undefined) throw new Error('a fold learns from one block at least');
    const { total, moments } = rest.reduce(
      (sum, next) => ({
        total: sum.total + next.total,
        moments: addMoments(sum.moments, next.moments),
      }),
      first,
    );
    const { rows, columns, data } = moments.second;
    const share = (sum: number) => sum / total;
    return { mean: moments.mean.map(share), second: dense(rows, columns, data.map(share)) };
  }

  #sumsOf(block: number): Sums {
    const known = this.#sums.get(block);
    if (known) return known;
    const rows = Int32Array.from(this.blockOf.keys()).filter((row) => this.blockOf[row] === block);
    const weights = Float64Array.from(rows, (row) => (this.weights ? this.weights[row]! : 1));
    // Divided by 1, moments are sums.
    const moments = momentsOf(this.table.slice(rows), weights, 1);
    const sums = { total: weights.reduce((total, weight) => total + weight, 0), moments };
    this.#sums.set(block, sums);
    return sums;
  }
}

interface Sums {
  /** Σ v. */
  readonly total: number;
  /** Tᵀ v and Tᵀ V T, not divided. */
  readonly moments: Moments;
}
