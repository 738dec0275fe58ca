import { addTo } from '../../algebra/stack.js';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type {
  AggregatorProgram,
  AggregatorStep,
  Message,
  Progress,
  StopReason,
} from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { denseOf, denseTensor } from '../../training/tensors.js';
import { beside, centred, combined, firstColumns, gramOf } from './block.js';
import { readUp, type Down, type Up } from './messages.js';
import { isDirection, writeOwn } from './own.js';
import { rayleighRitz } from './rayleigh-ritz.js';
import { signsOf } from './signs.js';
import { readState, writeState, type Working } from './state.js';
import { blockWidth } from './width.js';

/** Rounds without a smaller residual after which there is nothing more to be had at this precision. */
const PATIENCE = 30;

/**
 * The aggregator of a principal component analysis: finds the leading eigenvectors of T̃ᵀT̃, T̃ being T with its columns centred
 * (or T itself), as those of least residual among the bases that the parties offer. It has the images T̃ B of their basis,
 * and so all that the method of Rayleigh and Ritz needs of it; centring is done on images, by their own means.
 */
export const pcaAggregator: AggregatorProgram = {
  start({ rows, norms }, spec) {
    if (spec.type !== 'pca') throw new Error(`${spec.type} is no principal component analysis`);
    if (norms === undefined) throw new Error('a principal component analysis needs the norms of the rows');
    const square = norms.reduce((sum, norm) => sum + norm, 0);
    requireFinite(square);
    const state = writeState({
      ...{ spec, round: 0, square, mean: 0, values: [], least: null, ending: null },
      images: dense(rows, 0),
      means: new Float64Array(0),
    });
    const ones = dense(rows, 1, new Float64Array(rows).fill(1));
    return {
      state,
      progress: { round: 0, loss: square / 2 / rows, gradientNorm: null },
      next: { residual: ones, down: tell({ do: 'open', rows }) },
    };
  },

  step({ rows }, state, products, messages) {
    const before = readState(state);
    const round = before.round + 1;
    if (before.ending !== null) {
      const { residual, stopped } = before.ending;
      const progress = progressOf({ ...before, round }, rows, residual);
      return { state: writeState({ ...before, round }), progress, next: { done: stopped } };
    }
    const ups = messages.map(readUp);
    const gram = sumOf(messages.map(({ tensors }) => denseOf(tensors, 'gram')));
    const offered = centred(products, before.spec.center);
    const at: Working = {
      ...before,
      round,
      mean: before.mean + ups.reduce((sum, up) => sum + up.mean, 0),
      images: beside(before.images, offered.block),
      means: Float64Array.of(...before.means, ...offered.means),
    };
    requireFinite(...gram.data);
    if (round === 1) return { ...turn(at, gram, 0), progress: progressOf(at, rows, null) };
    const known = before.images.columns;
    const residual = residualOf(at, known, gram);
    const least = at.least === null || residual < at.least.residual ? { residual, round } : at.least;
    const progress = progressOf(at, rows, residual);
    const stopped = stopReason({ ...at, least }, residual);
    if (stopped === undefined) return { ...turn({ ...at, least }, gram, known), progress };
    return { ...end({ ...at, least }, gram, ups, stopped, residual), progress };
  },

  parameters: (state) => Float64Array.from(readState(state).ending?.own ?? []),
};

type Next = Pick<AggregatorStep, 'state' | 'next'>;

/**
 * The best that the basis has becomes X; the parties are to offer its residuals.
 * @param known columns of the basis before they offered the last ones
 */
function turn(at: Working, gram: Dense, known: number): Next {
  const energy = gramOf(at.images);
  requireFinite(...energy.data);
  // The vectors of the beginning are no X yet, and nothing has been gained beyond them.
  const old = known === 0 ? { known: gram.rows, before: gram.rows } : { known, before: at.values.length };
  const ritz = rayleighRitz(gram, energy, old, blockWidth(at.spec.components));
  const { turn: coefficients } = ritz;
  // Adding 0 makes 0 of −0, which JSON does not keep.
  const values = Array.from(ritz.values, (value) => value + 0);
  const images = combined(at.images, coefficients);
  const means = combined(dense(1, at.means.length, at.means), coefficients).data;
  const state = writeState({ ...at, values, images, means });
  const down = tell({ do: 'turn', values }, coefficients);
  return { state, next: { residual: firstColumns(images, values.length), down } };
}

/** The first vectors of X, of norm 1 and with their signs, are the components; those that are none are 0. */
function end(at: Working, gram: Dense, ups: readonly Up[], stopped: StopReason, residual: number): Next {
  const { values, means, square, spec } = at;
  const signs = signsOf(ups.map(({ extremes }) => extremes));
  const b = gram.rows;
  const coefficients = dense(b, spec.components);
  const own = { singular: [] as number[], means: [] as number[], mean: at.mean };
  for (let j = 0; j < spec.components; j++) {
    const value = values[j] ?? 0;
    const isOne = isDirection(value, square);
    const factor = isOne ? signs[j]! / Math.sqrt(gram.data[j * b + j]!) : 0;
    if (isOne) coefficients.data[j * spec.components + j] = factor;
    own.singular.push(isOne ? Math.sqrt(value) : 0);
    own.means.push(isOne ? factor * means[j]! : 0);
  }
  const ending = { stopped, residual, own: [...writeOwn(own)] };
  const state = writeState({ ...at, ending, images: dense(at.images.rows, 0), means: new Float64Array(0) });
  return { state, next: { residual: { picked: [] }, down: tell({ do: 'end' }, coefficients) } };
}

/** max_j ‖T̃ᵀT̃ x_j − ‖T̃ x_j‖² x_j‖ / ‖T̃ x_1‖² over the components; 0 where all rows are alike. */
function residualOf({ values, square, spec }: Working, offset: number, gram: Dense): number {
  const [largest = 0] = values;
  if (!isDirection(largest, square)) return 0;
  const norms = values
    .slice(0, spec.components)
    .map((_, j) => Math.sqrt(gram.data[(offset + j) * (gram.columns + 1)]!));
  return Math.max(...norms) / largest;
}

function stopReason({ spec, round, least }: Working, residual: number): StopReason | undefined {
  if (residual <= spec.tolerance) return 'converged';
  if (least !== null && round - least.round >= PATIENCE) return 'stalled';
  // The first round brought the vectors of the beginning, and no residual.
  return round - 1 >= spec.maxRounds ? 'max-rounds' : undefined;
}

/** The loss is what the components leave of ½ ‖T̃‖² / n. */
function progressOf(at: Working, rows: number, residual: number | null): Progress {
  const total = at.square - rows * at.mean;
  const explained = at.values.slice(0, at.spec.components).reduce((sum, value) => sum + value, 0);
  return { round: at.round, loss: Math.max(0, total - explained) / 2 / rows, gradientNorm: residual };
}

function tell(json: Down, coefficients?: Dense): Message {
  return { json, tensors: coefficients ? { turn: denseTensor(coefficients) } : {} };
}

function sumOf(grams: readonly Dense[]): Dense {
  const sum = dense(grams[0]?.rows ?? 0, grams[0]?.columns ?? 0);
  for (const gram of grams) addTo(sum, gram);
  return sum;
}
