import { z } from 'zod';
import type { ModelSpec } from '../../job/schema.js';
import type { ColumnFacts, Message, PartyProgram, State } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import { basisTensors, basisVectors, directionOf, newProducts, pushPair, readBasis } from '../glm/basis.js';
import type { Basis } from '../glm/basis.js';
import { readRows, rows, stepJson, type PartyUp, type Step } from '../glm/party.js';
import { fromWhitened, preconditioner, toWhitened, type Preconditioner } from '../glm/preconditioner.js';
import { dotEach, eachClass, flat, unflat } from './by-class.js';
import { curvatureOf } from './loss.js';
import { softmaxSpec, type SoftmaxSpec } from './spec.js';

/** Down: the step; tensor `residualSums` is Σ_i Δ_ij of each class j. Beside it goes G_k = I_kᵀ Δ, r_k × C. */
const downJson = z.object({ step: stepJson });

/** Up: ‖∂/∂Θ_k‖² uncentred. */
const upJson = z.object({ gradientSquare: z.number() });

/** As of a generalised linear model, with a number for each class of what its centring takes off the scores. */
export interface SoftmaxUp extends Pick<PartyUp, 'products' | 'penalties' | 'theta' | 'gradientSquare'> {
  /** μᵀ of the direction, length C. */
  readonly shift: Float64Array;
  /** μᵀ Θ_k, length C. */
  readonly offset: Float64Array;
}

interface Working {
  readonly spec: SoftmaxSpec;
  readonly preconditioner: Preconditioner;
  /** C. */
  readonly classes: number;
  /** vec Θ_k, length c_k C. */
  readonly theta: Float64Array;
  /** The basis in u, undefined before the first gradient. */
  readonly whitened: Basis | undefined;
  /** The same vectors as directions in vec Θ_k. */
  readonly directions: Basis | undefined;
}

/**
 * A party of a softmax regression: L-BFGS over vec Θ_k, Θ_k being c_k × C, with one exchange an iteration as for a generalised
 * linear model (`glm/party.ts`). It asks for P_k = D_k Γ, Γ (c_k × C) being the whitened gradient as a direction. Every class has the same
 * change of variables, for which one factor is enough.
 */
export const softmaxParty: PartyProgram = {
  needs: { moments: true, norms: false },
  start,
  startAt(columns, spec, { theta }) {
    const { json, tensors } = start(columns, spec);
    const state = { json, tensors: { ...tensors, theta: denseTensor(theta) } };
    return { state, theta, up: { json: {}, tensors: {} } };
  },
  update(state, down, gradient) {
    const { step } = downJson.parse(down.json);
    const sums = float64(down.tensors, 'residualSums');
    const before = hasBegun(state) ? readState(state) : begin(state, gradient.columns);
    const { working, direction, gradientSquare } = advance(before, step, flat(gradient), sums);
    return {
      state: writeState(working),
      theta: unflat(direction, gradient.rows, gradient.columns),
      up: encodeUp(working, gradientSquare),
    };
  },
  parameters(state) {
    if (!hasBegun(state)) throw new Error('a party has parameters after its first gradient');
    const { theta, classes, preconditioner: change } = readState(state);
    return unflat(theta, change.mean.length, classes);
  },
};

function start({ moments }: ColumnFacts, spec: ModelSpec): State {
  if (moments === undefined) throw new Error('whitening needs the moments of the columns');
  // How many classes there are the first gradient tells, and with it the change of variables.
  return {
    json: { spec: softmaxSpec(spec) },
    tensors: { mean: vectorTensor(moments.mean), second: denseTensor(moments.second) },
  };
}

function hasBegun({ tensors }: State): boolean {
  return tensors.second === undefined;
}

/** Θ = 0 if none is given, and the change of variables. */
function begin({ json, tensors }: State, classes: number): Working {
  const { spec } = startJson.parse(json);
  const moments = { mean: float64(tensors, 'mean'), second: denseOf(tensors, 'second') };
  return {
    spec,
    preconditioner: preconditioner(moments, curvatureOf(classes), spec.l2),
    classes,
    theta: tensors.theta ? flat(denseOf(tensors, 'theta')) : new Float64Array(moments.mean.length * classes),
    whitened: undefined,
    directions: undefined,
  };
}

/** Takes the step, and forms the centred gradient D_kᵀ G_k − μ (Σ Δ) + λ Θ_k at the new parameters. */
function advance(at: Working, step: Step, gradient: Float64Array, sums: Float64Array) {
  const { spec, preconditioner: change } = at;
  const columns = change.mean.length;
  const taken = stepTaken(at, step);
  const theta = taken ? plus(at.theta, 1, taken.s) : at.theta;
  const uncentred = plus(gradient, spec.l2, theta);
  const g = eachClass(uncentred, columns, (piece, label) =>
    toWhitened(change, plus(piece, -sums[label]!, change.mean)),
  );
  const direction = eachClass(g, columns, (piece) => fromWhitened(change, piece));
  const next = (before: Basis | undefined, s: Float64Array | undefined, newest: Float64Array): Basis =>
    before && s
      ? pushPair(before, s, plus(newest, -1, before.g), newest, spec.memory)
      : { s: [], y: [], g: newest };
  const working: Working = {
    ...at,
    theta,
    whitened: next(at.whitened, taken?.sWhitened, g),
    directions: next(at.directions, taken?.s, direction),
  };
  return { working, direction, gradientSquare: dot(uncentred, uncentred) };
}

/** s = α Σ c_i b_i, in Θ and in u; undefined in the first round. */
function stepTaken({ whitened, directions }: Working, step: Step) {
  if (!step || !whitened || !directions) return undefined;
  const { alpha, coefficients } = step;
  return {
    s: scaled(alpha, directionOf(directions, coefficients)),
    sWhitened: scaled(alpha, directionOf(whitened, coefficients)),
  };
}

function encodeUp(
  { theta, classes, whitened, directions, preconditioner: { mean } }: Working,
  gradientSquare: number,
): Message {
  if (!whitened || !directions) throw new Error('a party speaks after its first gradient');
  const shift = dotEach(directions.g, mean, classes);
  const offset = dotEach(theta, mean, classes);
  requireFinite(...shift, ...offset, gradientSquare);
  return {
    json: { gradientSquare },
    tensors: {
      shift: vectorTensor(shift),
      offset: vectorTensor(offset),
      products: rows(newProducts(whitened)),
      penalties: rows(newProducts(directions)),
      theta: vectorTensor(Float64Array.from(basisVectors(directions), (b) => dot(theta, b))),
    },
  };
}

/** Reads what a party sent up. */
export function decodeUp(up: Message): SoftmaxUp {
  return {
    ...upJson.parse(up.json),
    shift: float64(up.tensors, 'shift'),
    offset: float64(up.tensors, 'offset'),
    products: readRows(up, 'products'),
    penalties: readRows(up, 'penalties'),
    theta: float64(up.tensors, 'theta'),
  };
}

function writeState({
  spec,
  classes,
  preconditioner: { mean, factor },
  theta,
  whitened,
  directions,
}: Working): State {
  return {
    json: { spec, classes, pairs: whitened?.s.length ?? null },
    tensors: {
      theta: vectorTensor(theta),
      mean: vectorTensor(mean),
      factor: denseTensor(factor),
      ...(whitened && basisTensors('u', whitened)),
      ...(directions && basisTensors('b', directions)),
    },
  };
}

const startJson = z.object({ spec: z.custom<SoftmaxSpec>() });
const stateJson = startJson.extend({
  classes: z.int(),
  pairs: z.int().nullable(),
});

function readState({ json, tensors }: State): Working {
  const { spec, classes, pairs } = stateJson.parse(json);
  return {
    spec,
    classes,
    preconditioner: { mean: float64(tensors, 'mean'), factor: denseOf(tensors, 'factor') },
    theta: float64(tensors, 'theta'),
    whitened: pairs === null ? undefined : readBasis('u', pairs, tensors),
    directions: pairs === null ? undefined : readBasis('b', pairs, tensors),
  };
}
