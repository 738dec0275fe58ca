import { dense } from '../../algebra/dense.js';
import type { Dense, Matrix } from '../../algebra/matrix.js';
import { symmetricEigen } from '../../algebra/symmetric-eigen.js';
import type { ModelSpec } from '../../job/schema.js';
import type { TrainingRows } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import type { Solution } from '../family.js';
import { beside, centred, columnOf, columnsOf } from './block.js';
import { isDirection, writeOwn } from './own.js';
import { extremesOf, signsOf, signWeights } from './signs.js';

/**
 * The eigenvectors of TᵀT − n μ μᵀ. T is asked for its Gram matrix, column sums and products only, so that it need not be built.
 * @param names of the columns, by which signs are decided
 */
export function solvePca(
  table: Matrix,
  { rows, norms }: TrainingRows,
  spec: Extract<ModelSpec, { type: 'pca' }>,
  names: readonly string[],
): Solution {
  const { components, center, tolerance } = spec;
  const square = norms?.reduce((sum, norm) => sum + norm, 0) ?? 0;
  const c = table.columns;
  const mean = center ? table.columnSums().map((sum) => sum / rows) : new Float64Array(c);
  const second = table.gram();
  requireFinite(square, ...mean);
  const covariance = second.data.map((value, at) => value - rows * mean[Math.floor(at / c)]! * mean[at % c]!);
  const { values, vectors } = symmetricEigen(dense(c, c, covariance));
  const found = Array.from({ length: components }, (_, j) =>
    isDirection(values[j] ?? 0, square) ? vectors[j]! : new Float64Array(c),
  );
  const unsigned = columnsOf(found, c);
  const signs = signsOf([extremesOf(unsigned, signWeights(names))]);
  const v = columnsOf(found.map((vector, j) => scaled(signs[j]!, vector)), c); // prettier-ignore

  const { block: scores, means } = centred(table.multiply(v), center);
  const squares = Array.from({ length: components }, (_, j) => squareOf(columnOf(scores, j)));
  const images = table.transposedMultiply(scores);
  const gradientNorm = residual(v, images, squares);
  const total = square - rows * dot(mean, mean);
  const left = squares.reduce((rest, value) => rest - value, total);
  return {
    parameters: beside(v, dense(c, 1, mean)),
    own: writeOwn({ singular: squares.map(Math.sqrt), means, mean: dot(mean, mean) }),
    progress: { round: 1, loss: Math.max(0, left) / 2 / rows, gradientNorm },
    stopped: gradientNorm <= tolerance ? 'converged' : 'stalled',
  };
}

/** max_j ‖T̃ᵀT̃ v_j − σ_j² v_j‖ / σ_1². */
function residual(v: Dense, images: Dense, squares: readonly number[]): number {
  const [largest = 0] = squares;
  if (largest === 0) return 0;
  const norms = squares.map((value, j) => Math.sqrt(squareOf(plus(columnOf(images, j), -value, columnOf(v, j))))); // prettier-ignore
  return Math.max(...norms) / largest;
}

function squareOf(vector: Float64Array): number {
  return dot(vector, vector);
}
