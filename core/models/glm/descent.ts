import { dense } from '../../algebra/dense.js';
import type { StopReason } from '../../training/program.js';
import { requireFinite } from '../../training/require-finite.js';
import { dot, plus, scaled } from '../../training/vectors.js';
import { basisVectors, directionOf, pushPair, type Basis } from './basis.js';
import { lbfgsDirection, nextGram, quadraticForm, type Gram } from './gram.js';
import { minimizeAlong } from './line-search.js';
import type { Step } from './party.js';

/**
 * What L-BFGS over parties knows between two rounds, whether rows have one score or many. The intercepts are a party of their own:
 * their column of T is all ones, and no penalty applies to them.
 */
export interface Descent {
  readonly spec: { readonly memory: number; readonly l2: number };
  readonly round: number;
  readonly bestNorm: number;
  readonly roundsSinceBest: number;
  /** T b of every basis vector, intercepts included; undefined before the first gradient. */
  readonly products: Basis | undefined;
  /** T s of the step that the parties are taking now. */
  readonly pending: Float64Array;
  /** Dot products of the basis in u over the parties' pieces, intercepts left out. */
  readonly gram: Gram | undefined;
  /** The same in θ, for the penalty. */
  readonly penalties: Gram | undefined;
  readonly step: Step;
  /** The intercepts' pieces of the basis. */
  readonly interceptBasis: Basis | undefined;
}

/** What a party sends up besides its products. */
interface Up {
  /** The new vectors of its basis times all of them, in u and in θ. */
  readonly products: readonly Float64Array[];
  readonly penalties: readonly Float64Array[];
  /** θ_kᵀ b of every basis vector. */
  readonly theta: Float64Array;
  /** ‖∂/∂θ_k‖². */
  readonly gradientSquare: number;
}

/**
 * Takes in what the parties sent: dot products, and the pair of the last step.
 * @param productsOfG T g, the intercepts' column included
 * @param g the intercepts' piece of the gradient in u
 * @param interceptSquare square of the norm of the intercepts' gradient
 */
export function takeIn<Before extends Descent>(
  before: Before,
  productsOfG: Float64Array,
  g: Float64Array,
  interceptSquare: number,
  parts: readonly Up[],
) {
  const { memory } = before.spec;
  const [products, interceptBasis] =
    before.products === undefined || before.interceptBasis === undefined || before.step === null
      ? [firstBasis(productsOfG), firstBasis(g)]
      : [
          pushPair(
            before.products,
            before.pending,
            plus(productsOfG, -1, before.products.g),
            productsOfG,
            memory,
          ),
          pushPair(
            before.interceptBasis,
            scaled(before.step.alpha, directionOf(before.interceptBasis, before.step.coefficients)),
            plus(g, -1, before.interceptBasis.g),
            g,
            memory,
          ),
        ];
  const gradientNorm = Math.sqrt(parts.reduce((sum, part) => sum + part.gradientSquare, interceptSquare));
  const better = gradientNorm < before.bestNorm;
  return {
    ...before,
    round: before.round + 1,
    products,
    interceptBasis,
    gram: nextGram(before.gram, sumRows(parts.map(({ products: rows }) => rows))),
    penalties: nextGram(before.penalties, sumRows(parts.map(({ penalties: rows }) => rows))),
    gradientNorm,
    bestNorm: better ? gradientNorm : before.bestNorm,
    roundsSinceBest: better ? 0 : before.roundsSinceBest + 1,
  };
}

/** First and second derivative by α of Σ v loss(s + α T p) / Σ v. */
type LossAlong = (
  direction: Float64Array,
  alpha: number,
) => { readonly first: number; readonly second: number };

/**
 * Direction and exact line search: φ(α) = Σ v loss(s + α T p) / Σ v + λ/2 ‖θ + α p‖².
 * @returns the step, α T p, and the intercepts' piece of p in u; undefined if not even the gradient is a direction of
 *   descent any more: precision is exhausted
 */
export function nextStep(
  at: ReturnType<typeof takeIn<Descent>>,
  parts: readonly Up[],
  lossAlong: LossAlong,
): { step: NonNullable<Step>; pending: Float64Array; intercepts: Float64Array } | undefined {
  const whole = withIntercept(at.gram, at.interceptBasis);
  const gradient = new Array<number>(whole.columns).fill(0);
  gradient[whole.columns - 1] = 1;
  const slopeOf = (c: readonly number[]) => quadraticForm(whole, gradient, c);
  const quasiNewton = lbfgsDirection(whole);
  const coefficients = slopeOf(quasiNewton) < 0 ? quasiNewton : gradient.map((value) => -value);

  const { l2 } = at.spec;
  const direction = directionOf(at.products, coefficients);
  const [thetaProducts = new Float64Array(0)] = sumRows(parts.map(({ theta }) => [theta]));
  const thetaP = coefficients.reduce((sum, c, i) => sum + c * thetaProducts[i]!, 0);
  const pp = quadraticForm(at.penalties, coefficients, coefficients);
  const alpha = minimizeAlong((a) => {
    const { first, second } = lossAlong(direction, a);
    return { first: first + l2 * (thetaP + a * pp), second: second + l2 * pp };
  }, slopeOf(coefficients));
  if (alpha === 0) return undefined;
  return {
    step: { alpha, coefficients },
    pending: scaled(alpha, direction),
    intercepts: directionOf(at.interceptBasis, coefficients),
  };
}

/** What decides whether a training goes on. */
interface Standing extends Pick<Descent, 'round' | 'roundsSinceBest'> {
  readonly gradientNorm: number;
  readonly spec: { readonly tolerance: number; readonly maxRounds: number };
}

/** Rounds without a smaller gradient after which rounding, not the problem, is what is left. */
const PATIENCE = 60;

/** Norm of the gradient at which a stage that is not the last is near enough to its end. */
const STAGE_TOLERANCE = 1e-3;

/** @param stages those that are left, this one among them */
export function stopReason({
  gradientNorm,
  spec,
  stages = [],
  round,
  roundsSinceBest,
}: Standing & { readonly stages?: readonly unknown[] }): StopReason | undefined {
  requireFinite(gradientNorm);
  const last = stages.length <= 1;
  if (gradientNorm <= (last ? spec.tolerance : Math.max(spec.tolerance, STAGE_TOLERANCE))) return 'converged';
  if (roundsSinceBest >= PATIENCE) return 'stalled';
  return round >= spec.maxRounds ? 'max-rounds' : undefined;
}

/** The Gram matrix with the intercept's piece added: one number a vector, or one for each class. */
function withIntercept(gram: Gram, interceptBasis: Basis): Gram {
  const pieces = basisVectors(interceptBasis);
  const size = gram.rows;
  return dense(
    size,
    size,
    gram.data.map((value, at) => value + dot(pieces[Math.floor(at / size)]!, pieces[at % size]!)),
  );
}

/** A basis without pairs. */
function firstBasis(g: Float64Array): Basis {
  return { s: [], y: [], g };
}

/** Σ over the parties of rows of numbers. */
function sumRows(parts: readonly (readonly Float64Array[])[]): readonly Float64Array[] {
  const [first = [], ...rest] = parts;
  return rest.reduce((sums, rows) => sums.map((sum, i) => plus(sum, 1, rows[i]!)), first);
}
