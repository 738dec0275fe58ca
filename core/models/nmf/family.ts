import type { Dense } from '../../algebra/matrix.js';
import { carryLengths } from '../carry.js';
import type { ModelFamily } from '../family.js';
import { scoresWithNorms, splitNorms } from '../scores-with-norms.js';
import { nmfAggregator } from './aggregator.js';
import { loadings } from './loadings.js';
import { gramOf, innerProduct } from './multiplicative.js';
import { nmfParty } from './party.js';
import { unpacked } from './triangle.js';

/** T ≈ W H with W, H ≥ 0, by the least squared error ‖T − W H‖². The model is H; a row's loadings follow from it. */
export const nmf: ModelFamily = {
  party: nmfParty,
  aggregator: nmfAggregator,
  start: { width: (spec) => (spec.type === 'nmf' ? spec.rank : 0), carry: carryLengths },
  encoding: { nonNegative: true },
  scores: scoresWithNorms,
  predict(scores, own) {
    const w = loadings(splitNorms(scores).products, unpacked(own));
    return new Map(Array.from({ length: w.columns }, (_, j) => [`loading_${j + 1}`, columnOf(w, j)]));
  },
  measure(scores, own) {
    const { products, norms } = splitNorms(scores);
    const gram = unpacked(own);
    const w = loadings(products, gram);
    const square = norms.reduce((sum, norm) => sum + norm, 0);
    const error = square - 2 * innerProduct(w, products) + innerProduct(gramOf(w), gram);
    // Rounding may leave less than nothing of an error.
    const reconstructionError = Math.sqrt(Math.max(0, error));
    const relativeError = square > 0 ? reconstructionError / Math.sqrt(square) : null;
    return { rows: scores.rows, reconstructionError, relativeError };
  },
};

function columnOf({ rows, columns, data }: Dense, j: number): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) => data[row * columns + j]!);
}
