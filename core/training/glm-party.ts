import { z } from 'zod';
import { columnVector, dense } from '../algebra/dense.js';
import type { Matrix } from '../algebra/matrix.js';
import type { Tensor } from '../exchange/bundle.js';
import type { ModelSpec } from '../job/schema.js';
import {
  basisTensors,
  basisVectors,
  directionOf,
  float64,
  newProducts,
  pushPair,
  readBasis,
  type Basis,
} from './basis.js';
import { preconditioner, toWhitened, fromWhitened, type Preconditioner } from './preconditioner.js';
import type { Message, PartyProgram, State } from './program.js';
import { requireFinite } from './require-finite.js';
import { dot, plus, scaled } from './vectors.js';

export type GlmSpec = Exclude<ModelSpec, { type: 'neural-network' }>;

/** The step that the aggregator has chosen: θ += α Σ c_i b_i over the basis; null in the first round. */
export const stepJson = z.object({ alpha: z.number(), coefficients: z.array(z.number()) }).nullable();
export type Step = z.infer<typeof stepJson>;

/** Down: the step, and r = Σ Δ. The tensor `residual` is G_k = I_kᵀ Δ. */
const downJson = z.object({ step: stepJson, residualSum: z.number() });

/** Up: what the party's centring takes off every score (μᵀ of its direction, μᵀθ), and ‖∂/∂θ_k‖² uncentred. */
const upJson = z.object({ shift: z.number(), offset: z.number(), gradientSquare: z.number() });

export interface PartyUp extends z.infer<typeof upJson> {
  /** P_k = D_k g_k, g_k the whitened gradient as a direction in θ. */
  readonly partial: Float64Array;
  /** Dot products of the newest basis vectors with the basis in u (see `newProducts`). */
  readonly products: readonly Float64Array[];
  /** The same in θ, which the penalty needs. */
  readonly penalties: readonly Float64Array[];
  /** θ·b for the whole basis in θ. */
  readonly theta: Float64Array;
}

interface Working {
  readonly spec: GlmSpec;
  readonly preconditioner: Preconditioner;
  readonly theta: Float64Array;
  /** The basis in u, undefined before the first gradient. */
  readonly whitened: Basis | undefined;
  /** The same vectors as directions in θ. */
  readonly directions: Basis | undefined;
}

/**
 * A party of a generalised linear model under L-BFGS in which no vector but partial products travels: it keeps θ_k and its
 * pieces of the basis, and sends P_k with O(m) dot products (Amalur's exchange; products as in Chen et al., NIPS 2014).
 */
export function glmParty(curvature: number): PartyProgram {
  return {
    start(table, spec, counts, trainRows) {
      if (spec.type === 'neural-network') throw new Error('a neural network is no generalised linear model');
      return writeState({
        spec,
        preconditioner: preconditioner(table, counts, trainRows, curvature, spec.l2),
        theta: new Float64Array(table.columns),
        whitened: undefined,
        directions: undefined,
      });
    },
    step(table, state, down) {
      const { step, residualSum } = downJson.parse(down.json);
      const { working, gradientSquare } = advance(
        table,
        readState(state),
        step,
        float64(down.tensors, 'residual'),
        residualSum,
      );
      return { state: writeState(working), up: encodeUp(table, working, gradientSquare) };
    },
    parameters: (state) => readState(state).theta,
  };
}

/** Takes the step, and forms the centred gradient D_kᵀ G_k − μ r + λ θ_k at the new parameters. */
function advance(table: Matrix, at: Working, step: Step, residual: Float64Array, residualSum: number) {
  const { spec, preconditioner: change } = at;
  const taken = stepTaken(at, step);
  const theta = taken ? plus(at.theta, 1, taken.s) : at.theta;
  const uncentred = plus(table.transposedMultiply(columnVector(residual)).data, spec.l2, theta);
  const g = toWhitened(change, plus(uncentred, -residualSum, change.mean));
  const direction = fromWhitened(change, g);
  const next = (before: Basis | undefined, s: Float64Array | undefined, gradient: Float64Array): Basis =>
    before && s
      ? pushPair(before, s, plus(gradient, -1, before.g), gradient, spec.memory)
      : { s: [], y: [], g: gradient };
  const working: Working = {
    ...at,
    theta,
    whitened: next(at.whitened, taken?.sWhitened, g),
    directions: next(at.directions, taken?.s, direction),
  };
  return { working, gradientSquare: dot(uncentred, uncentred) };
}

/** s = α Σ c_i b_i, in θ and in u; undefined in the first round. */
function stepTaken({ whitened, directions }: Working, step: Step) {
  if (!step || !whitened || !directions) return undefined;
  const { alpha, coefficients } = step;
  return {
    s: scaled(alpha, directionOf(directions, coefficients)),
    sWhitened: scaled(alpha, directionOf(whitened, coefficients)),
  };
}

function encodeUp(
  table: Matrix,
  { theta, whitened, directions, preconditioner: { mean } }: Working,
  gradientSquare: number,
): Message {
  if (!whitened || !directions) throw new Error('a party speaks after its first gradient');
  const partial = table.multiply(columnVector(directions.g)).data;
  const shift = dot(mean, directions.g);
  const offset = dot(mean, theta);
  requireFinite(shift, offset, gradientSquare);
  return {
    json: { shift, offset, gradientSquare },
    tensors: {
      partial: vector(partial),
      products: rows(newProducts(whitened)),
      penalties: rows(newProducts(directions)),
      theta: vector(Float64Array.from(basisVectors(directions), (b) => dot(theta, b))),
    },
  };
}

/** Reads what a party sent up. */
export function decodeUp(up: Message): PartyUp {
  return {
    ...upJson.parse(up.json),
    partial: float64(up.tensors, 'partial'),
    products: readRows(up, 'products'),
    penalties: readRows(up, 'penalties'),
    theta: float64(up.tensors, 'theta'),
  };
}

function writeState({ spec, preconditioner: { mean, factor }, theta, whitened, directions }: Working): State {
  return {
    json: { spec, pairs: whitened?.s.length ?? null },
    tensors: {
      theta: vector(theta),
      mean: vector(mean),
      factor: { shape: [factor.rows, factor.columns], data: factor.data },
      ...(whitened && basisTensors('u', whitened)),
      ...(directions && basisTensors('b', directions)),
    },
  };
}

const stateJson = z.object({ spec: z.custom<GlmSpec>(), pairs: z.int().nullable() });

function readState({ json, tensors }: State): Working {
  const { spec, pairs } = stateJson.parse(json);
  const [size = 0, width = 0] = tensors.factor?.shape ?? [];
  return {
    spec,
    preconditioner: {
      mean: float64(tensors, 'mean'),
      factor: dense(size, width, float64(tensors, 'factor')),
    },
    theta: float64(tensors, 'theta'),
    whitened: pairs === null ? undefined : readBasis('u', pairs, tensors),
    directions: pairs === null ? undefined : readBasis('b', pairs, tensors),
  };
}

function vector(data: Float64Array): Tensor {
  return { shape: [data.length], data };
}

function rows(vectors: readonly Float64Array[]): Tensor {
  const width = vectors[0]?.length ?? 0;
  const data = new Float64Array(vectors.length * width);
  vectors.forEach((row, i) => {
    data.set(row, i * width);
  });
  return { shape: [vectors.length, width], data };
}

function readRows(message: Message, name: string): Float64Array[] {
  const data = float64(message.tensors, name);
  const [count = 0, width = 0] = message.tensors[name]?.shape ?? [];
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
