import type { Dense } from '../../algebra/matrix.js';
import type { ModelFamily } from '../family.js';
import { scoresWithNorms, splitNorms } from '../scores-with-norms.js';
import { pcaAggregator } from './aggregator.js';
import { columnOf } from './block.js';
import { solvePca } from './closed-form.js';
import { readOwn } from './own.js';
import { pcaParty } from './party.js';

/** Columns up to which T is asked for its Gram matrix: all of its eigenvectors take a few seconds then. */
const GRAM_AT_HAND = 512;

/**
 * The k directions v_j along which rows differ most: T̃ ≈ T̃ V Vᵀ with the least squared error. T̃ is T less its mean row μ
 * (principal component analysis), or T itself (truncated singular value decomposition). The model is [V μ].
 */
export const pca: ModelFamily = {
  party: pcaParty,
  aggregator: pcaAggregator,
  solve(table, target, spec, _moments, names) {
    if (spec.type !== 'pca' || table.columns > GRAM_AT_HAND) return undefined;
    return solvePca(table, target, spec, names);
  },
  scores: scoresWithNorms,
  predict(scores, own) {
    const { components } = ofRows(scores, own);
    return new Map(components.map((component, j) => [`component_${j + 1}`, component]));
  },
  measure(scores, own) {
    const { components, norms } = ofRows(scores, own);
    const total = sum(norms);
    const squares = components.map((component) => sum(component.map((value) => value * value)));
    // Rounding may leave less than nothing of an error.
    const reconstructionError = Math.sqrt(
      Math.max(
        0,
        squares.reduce((left, square) => left - square, total),
      ),
    );
    return {
      rows: scores.rows,
      reconstructionError,
      relativeError: total > 0 ? reconstructionError / Math.sqrt(total) : null,
      explained: squares.map((square) => (total > 0 ? square / total : 0)),
    };
  },
};

/** (t − μ)ᵀ v_j of each row, and ‖t − μ‖² = ‖t‖² − 2 tᵀμ + ‖μ‖². */
function ofRows(scores: Dense, parameters: Float64Array) {
  const own = readOwn(parameters);
  const { products, norms } = splitNorms(scores);
  const k = own.means.length;
  const along = columnOf(products, k);
  return {
    components: Array.from({ length: k }, (_, j) =>
      columnOf(products, j).map((value) => value - own.means[j]!),
    ),
    norms: norms.map((norm, row) => Math.max(0, norm - 2 * along[row]! + own.mean)),
  };
}

function sum(values: Float64Array): number {
  return values.reduce((total, value) => total + value, 0);
}
