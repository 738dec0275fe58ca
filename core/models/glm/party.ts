import { z } from 'zod';
import { columnVector } from '../../algebra/dense.js';
import type { Tensor } from '../../exchange/bundle.js';
import type { ModelSpec, ModelType } from '../../job/schema.js';
import type { ColumnFacts, Message, PartyProgram, State } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../training/tensors.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import {
  basisTensors,
  basisVectors,
  directionOf,
  newProducts,
  pushPair,
  readBasis,
  type Basis,
} from './basis.js';
import { preconditioner, toWhitened, fromWhitened, type Preconditioner } from './preconditioner.js';

const GLM_TYPES = [
  'linear-regression',
  'logistic-regression',
  'poisson-regression',
  'gamma-regression',
  'huber-regression',
  'quantile-regression',
] as const satisfies readonly ModelType[];

export type GlmSpec = Extract<ModelSpec, { type: (typeof GLM_TYPES)[number] }>;

/** @throws Error for another model's settings: the registry of models gives each its own program */
export function glmSpec(spec: ModelSpec): GlmSpec {
  if (isGlm(spec)) return spec;
  throw new Error(`${spec.type} is no generalised linear model`);
}

export function isGlm(spec: ModelSpec): spec is GlmSpec {
  return GLM_TYPES.some((type) => type === spec.type);
}

/** Settings of a model with the penalty λ₁ ‖θ‖₁. */
export type SparseSpec = Extract<GlmSpec, { l1: number }>;

/** @throws Error for the settings of a model without that penalty */
export function sparseSpec(spec: ModelSpec): SparseSpec {
  if (isGlm(spec) && 'l1' in spec) return spec;
  throw new Error(`${spec.type} has no l1`);
}

/** The step that the aggregator has chosen: θ += α Σ c_i b_i over the basis; null in the first round. */
export const stepJson = z.object({ alpha: z.number(), coefficients: z.array(z.number()) }).nullable();
export type Step = z.infer<typeof stepJson>;

/** Down: the step, and r = Σ Δ. Beside it goes the residual, G_k = I_kᵀ Δ. */
const downJson = z.object({ step: stepJson, residualSum: z.number() });

/** Up: what the party's centring takes off every score (μᵀ of its direction, μᵀθ), and ‖∂/∂θ_k‖² uncentred. */
const upJson = z.object({ shift: z.number(), offset: z.number(), gradientSquare: z.number() });

export interface PartyUp extends z.infer<typeof upJson> {
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
 * pieces of the basis, asks for P_k = D_k g_k, g_k being the whitened gradient as a direction in θ, and sends O(m) dot
 * products (Amalur's exchange; products as in Chen et al., NIPS 2014).
 */
export function glmParty(curvature: number): PartyProgram {
  const begin = ({ moments }: ColumnFacts, spec: ModelSpec, theta: Float64Array): State => {
    if (moments === undefined) throw new Error('whitening needs the moments of the columns');
    const given = glmSpec(spec);
    return writeState({
      spec: given,
      preconditioner: preconditioner(moments, curvature, given.l2),
      theta,
      whitened: undefined,
      directions: undefined,
    });
  };
  return {
    needs: { moments: true, norms: false },
    start: (columns, spec) => begin(columns, spec, new Float64Array(columns.names.length)),
    startAt(columns, spec, { theta }) {
      return { state: begin(columns, spec, theta.data), theta, up: { json: {}, tensors: {} } };
    },
    update(state, down, { data }) {
      const { step, residualSum } = downJson.parse(down.json);
      const { working, direction, gradientSquare } = advance(readState(state), step, data, residualSum);
      return {
        state: writeState(working),
        theta: columnVector(direction),
        up: encodeUp(working, gradientSquare),
      };
    },
    parameters: (state) => columnVector(readState(state).theta),
  };
}

/** Takes the step, and forms the centred gradient D_kᵀ G_k − μ r + λ θ_k at the new parameters. */
function advance(at: Working, step: Step, gradient: Float64Array, residualSum: number) {
  const { spec, preconditioner: change } = at;
  const taken = stepTaken(at, step);
  const theta = taken ? plus(at.theta, 1, taken.s) : at.theta;
  const uncentred = plus(gradient, spec.l2, theta);
  const g = toWhitened(change, plus(uncentred, -residualSum, change.mean));
  const direction = fromWhitened(change, g);
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
  { theta, whitened, directions, preconditioner: { mean } }: Working,
  gradientSquare: number,
): Message {
  if (!whitened || !directions) throw new Error('a party speaks after its first gradient');
  const shift = dot(mean, directions.g);
  const offset = dot(mean, theta);
  requireFinite(shift, offset, gradientSquare);
  return {
    json: { shift, offset, gradientSquare },
    tensors: {
      products: rows(newProducts(whitened)),
      penalties: rows(newProducts(directions)),
      theta: vectorTensor(Float64Array.from(basisVectors(directions), (b) => dot(theta, b))),
    },
  };
}

/** Reads what a party sent up. */
export function decodeUp(up: Message): PartyUp {
  return {
    ...upJson.parse(up.json),
    products: readRows(up, 'products'),
    penalties: readRows(up, 'penalties'),
    theta: float64(up.tensors, 'theta'),
  };
}

function writeState({ spec, preconditioner: { mean, factor }, theta, whitened, directions }: Working): State {
  return {
    json: { spec, pairs: whitened?.s.length ?? null },
    tensors: {
      theta: vectorTensor(theta),
      mean: vectorTensor(mean),
      factor: denseTensor(factor),
      ...(whitened && basisTensors('u', whitened)),
      ...(directions && basisTensors('b', directions)),
    },
  };
}

const stateJson = z.object({ spec: z.custom<GlmSpec>(), pairs: z.int().nullable() });

function readState({ json, tensors }: State): Working {
  const { spec, pairs } = stateJson.parse(json);
  return {
    spec,
    preconditioner: {
      mean: float64(tensors, 'mean'),
      factor: denseOf(tensors, 'factor'),
    },
    theta: float64(tensors, 'theta'),
    whitened: pairs === null ? undefined : readBasis('u', pairs, tensors),
    directions: pairs === null ? undefined : readBasis('b', pairs, tensors),
  };
}

/** Vectors of one length as the rows of a tensor. */
export function rows(vectors: readonly Float64Array[]): Tensor {
  const width = vectors[0]?.length ?? 0;
  const data = new Float64Array(vectors.length * width);
  vectors.forEach((row, i) => {
    data.set(row, i * width);
  });
  return { shape: [vectors.length, width], data };
}

/** The same read back. */
export function readRows(message: Message, name: string): Float64Array[] {
  const { rows: count, columns: width, data } = denseOf(message.tensors, name);
  return Array.from({ length: count }, (_, i) => data.subarray(i * width, (i + 1) * width));
}
