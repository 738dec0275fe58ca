import { z } from 'zod';
import { dense } from '../../../algebra/dense.js';
import type { Dense } from '../../../algebra/matrix.js';
import { addTo } from '../../../algebra/stack.js';
import type { Message } from '../../../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../../../training/tensors.js';
import { plus } from '../../../training/vectors.js';

/** Points that are kept, newest first: x and θ of the last two rounds. */
export const POINTS = 4;

/** Down: θ as a combination of the points (none in the first round), L, and r = Σ Δ. Beside it goes G_k = I_kᵀ Δ. */
const downJson = z.object({ weights: z.array(z.number()), scale: z.number(), residualSum: z.number() });
export type Down = z.infer<typeof downJson>;

/** ‖·‖₁ and ‖·‖². */
const normsJson = z.object({ absolute: z.number(), square: z.number() });
export type Norms = z.infer<typeof normsJson>;

/**
 * Up, beside the product D_k (x − θ): what the party's centring takes off every score (μᵀ(x − θ); μᵀθ), the squared norm of the
 * least subgradient at θ and how many parameters are not 0 there, (x − θ)ᵀ M (x − θ), norms, and for each point but x in how
 * many columns it lies off the face of x; and how far the way from the last x to θ, whose length is 1, stays on that x's face.
 */
const upJson = z.object({
  shift: z.number(),
  offset: z.number(),
  subgradientSquare: z.number(),
  nonZero: z.int(),
  length: z.number(),
  x: normsJson,
  theta: normsJson,
  away: z.array(z.int()),
  room: z.number(),
});

export interface Up extends z.infer<typeof upJson> {
  /** vᵀ (p_j − x) for each point but x, v being the subgradient at x with the smooth part's gradient at θ. */
  readonly slopes: Float64Array;
  /** (p_i − x)ᵀ (p_j − x). */
  readonly gram: Dense;
}

export function encodeDown(down: Down): Message {
  return { json: { ...down }, tensors: {} };
}

export function decodeDown({ json }: Message): Down {
  return downJson.parse(json);
}

export function encodeUp({ slopes, gram, ...json }: Up): Message {
  return { json, tensors: { slopes: vectorTensor(slopes), gram: denseTensor(gram) } };
}

/** The sums over all parties, in their sorted order. */
export function addUps(messages: readonly Message[]): Up {
  return messages
    .map(({ json, tensors }): Up => {
      const parsed = upJson.parse(json);
      return { ...parsed, slopes: float64(tensors, 'slopes'), gram: denseOf(tensors, 'gram') };
    })
    .reduce(added);
}

function added(a: Up, b: Up): Up {
  const gram = dense(a.gram.rows, a.gram.columns, Float64Array.from(a.gram.data));
  addTo(gram, b.gram);
  const norms = (one: Norms, other: Norms) => ({
    absolute: one.absolute + other.absolute,
    square: one.square + other.square,
  });
  return {
    shift: a.shift + b.shift,
    offset: a.offset + b.offset,
    subgradientSquare: a.subgradientSquare + b.subgradientSquare,
    nonZero: a.nonZero + b.nonZero,
    length: a.length + b.length,
    x: norms(a.x, b.x),
    theta: norms(a.theta, b.theta),
    away: a.away.map((count, at) => count + b.away[at]!),
    room: Math.min(a.room, b.room),
    slopes: plus(a.slopes, 1, b.slopes),
    gram,
  };
}
