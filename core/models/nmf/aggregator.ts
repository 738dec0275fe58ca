import { z } from 'zod';
import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import type { AggregatorProgram, AggregatorStep, Message, State } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { denseOf, denseTensor } from '../../training/tensors.js';
import { draws } from '../draws.js';
import { readUp, type Down } from './messages.js';
import { loadings } from './loadings.js';
import { aboveZero, gramOf, innerProduct, multiplicativeUpdate, times } from './multiplicative.js';
import { packed } from './triangle.js';

const workingJson = z.object({
  spec: z.object({ rank: z.int(), maxRounds: z.int(), tolerance: z.number(), seed: z.int() }),
  round: z.int(),
  /** ‖T‖². */
  square: z.number(),
  /** Objective of the initial factors and of the round before; null before there are any. */
  first: z.number().nullable(),
  previous: z.number().nullable(),
});

/** What the aggregator of a factorisation knows between two rounds. */
type Working = z.infer<typeof workingJson> & {
  /** W, n × r. */
  readonly w: Dense;
  /** H Hᵀ = Σ_k H_k H_kᵀ, r × r, at the parties' H. */
  readonly gram: Dense;
};

/**
 * The aggregator of a non-negative factorisation: keeps W and minimises ½ ‖T − W H‖² by W ← W ∘ (T Hᵀ) / (W H Hᵀ), the
 * parties doing the same to H in turn. Where W and H meet, the objective is ½ ‖T‖² − ⟨W, T Hᵀ⟩ + ½ ⟨WᵀW, H Hᵀ⟩.
 */
export const nmfAggregator: AggregatorProgram = {
  start({ rows, norms }, spec) {
    if (spec.type !== 'nmf') throw new Error(`${spec.type} is no matrix factorisation`);
    if (norms === undefined) throw new Error('a factorisation needs the norms of the rows');
    const { rank } = spec;
    const square = norms.reduce((sum, norm) => sum + norm, 0);
    const at: Working = {
      spec,
      round: 0,
      square,
      first: null,
      previous: null,
      w: initialW(rows, rank, spec.seed),
      gram: dense(rank, rank),
    };
    const ones = dense(rows, 1, new Float64Array(rows).fill(1));
    const down: Message = { json: { do: 'open' } satisfies Down, tensors: {} };
    return {
      state: writeState(at),
      progress: { round: 0, loss: square / 2 / rows, gradientNorm: null },
      next: { residual: ones, down },
    };
  },

  /** From given H the training begins with a W that is all but the best for it. */
  startAt({ rows, norms }, spec, { products, ups }) {
    if (spec.type !== 'nmf') throw new Error(`${spec.type} is no matrix factorisation`);
    if (norms === undefined) throw new Error('a factorisation needs the norms of the rows');
    const square = norms.reduce((sum, norm) => sum + norm, 0);
    const gram = sumOf(ups.map(({ tensors }) => denseOf(tensors, 'gram')));
    // Where no column is known there is no W for them.
    const unknown = gram.data.every((value) => value === 0);
    const w = unknown
      ? initialW(rows, spec.rank, spec.seed)
      : aboveZero(loadings(products, regular(gram)), LEAST_OF_W);
    const objective = square / 2 - innerProduct(w, products) + innerProduct(gramOf(w), gram) / 2;
    requireFinite(objective);
    // There was no first objective, of which an update takes off too little: that of W = 0 stands for it.
    // Nor is its own one that rests: new columns, and entries that are lifted from 0, come in with the first update.
    const at = { spec, round: 0, square, first: square / 2, previous: null, w, gram };
    const progress = { round: 0, loss: Math.max(0, objective) / rows, gradientNorm: null };
    return { ...tell(at), progress };
  },

  step({ rows }, state, products, ups) {
    const before = readState(state);
    const gram = sumOf(ups.map(({ tensors }) => denseOf(tensors, 'gram')));
    const scale = before.first === null ? initialScale(rows, before.spec.rank, ups) : null;
    // H as the parties drew it is still without the scale.
    const [wFrom, productsNow, gramNow] =
      scale === null
        ? [before.w, products, gram]
        : [times(scale, before.w), times(scale, products), times(scale ** 2, gram)];
    const objective =
      before.square / 2 - innerProduct(wFrom, productsNow) + innerProduct(gramOf(wFrom), gramNow) / 2;
    requireFinite(objective);
    const at: Working = { ...before, round: before.round + 1, w: wFrom, gram: gramNow };
    const progress = { round: at.round, loss: Math.max(0, objective) / rows, gradientNorm: null };
    const stop = stopReason(at, objective);
    if (stop !== undefined) return { state: writeState(at), progress, next: { done: stop } };
    return { ...update(at, productsNow, objective), progress };
  },

  /** H Hᵀ, packed. */
  parameters: (state) => packed(readState(state).gram),
};

/** An update takes off no more than this share of what the objective was at first. */
function stopReason({ spec, round, first, previous }: Working, objective: number) {
  if (first !== null && previous !== null && previous - objective <= spec.tolerance * first)
    return 'converged';
  // The first round brought the initial factors, and no update of H.
  return round - 1 >= spec.maxRounds ? 'max-rounds' : undefined;
}

function update(at: Working, products: Dense, objective: number): Pick<AggregatorStep, 'state' | 'next'> {
  const w = multiplicativeUpdate(at.w, products, at.gram);
  return tell({ ...at, w, first: at.first ?? objective, previous: objective });
}

/**
 * Share of its row's mean that a loading has at the least at first. What is 0 in the best W for given H may have to grow once H has moved, by shares
 * of itself: from less the training would rest before. A loading that is to stay 0 falls back in a few rounds.
 */
const LEAST_OF_W = 0.01;

/** Share of the mean square of a component that is added to all: where some are alike, W would be anyone's. */
const RIDGE = 1e-3;

function regular({ rows, columns, data }: Dense): Dense {
  const square = data.map((value, at) => (at % (columns + 1) === 0 ? value : 0));
  const mean = square.reduce((sum, value) => sum + value, 0) / rows;
  return dense(
    rows,
    columns,
    data.map((value, at) => value + (at % (columns + 1) === 0 ? RIDGE * mean : 0)),
  );
}

/** The parties are to update H for this W. */
function tell(at: Working): Pick<AggregatorStep, 'state' | 'next'> {
  const json: Down = { do: 'update' };
  const down = { json, tensors: { gram: denseTensor(gramOf(at.w)) } };
  return { state: writeState(at), next: { residual: at.w, down } };
}

/** Twice a uniform number each; of mean 1 before it is scaled. */
function initialW(rows: number, rank: number, seed: number): Dense {
  const draw = draws(`nmf rows ${seed}`);
  const w = dense(rows, rank);
  for (let row = 0, at = 0; row < rows; row++)
    for (let component = 0; component < rank; component++, at++) w.data[at] = 2 * draw(row, component);
  return w;
}

/** √(mean of T / r), of both factors, so that W H has the mean of T (scikit-learn's `random`). */
function initialScale(rows: number, rank: number, ups: readonly Message[]): number {
  const totals = ups.map((up) => readUp(up).total ?? { sum: 0, columns: 0 });
  const sum = totals.reduce((all, total) => all + total.sum, 0);
  const columns = totals.reduce((all, total) => all + total.columns, 0);
  return Math.sqrt(sum / (rows * columns) / rank);
}

function sumOf(squares: readonly Dense[]): Dense {
  const [first = dense(0, 0), ...rest] = squares;
  return rest.reduce(
    (sum, { data }) =>
      dense(
        sum.rows,
        sum.columns,
        sum.data.map((value, at) => value + data[at]!),
      ),
    first,
  );
}

function writeState({ w, gram, ...json }: Working): State {
  return { json, tensors: { w: denseTensor(w), gram: denseTensor(gram) } };
}

function readState({ json, tensors }: State): Working {
  return { ...workingJson.parse(json), w: denseOf(tensors, 'w'), gram: denseOf(tensors, 'gram') };
}
