import type { GlmSpec } from './party.js';

/** Labels and weights of the same rows. */
export interface WeightedRows {
  /** y. */
  readonly labels: Float64Array;
  /** v; undefined: all 1. */
  readonly weights?: Float64Array | undefined;
}

/** The same with what is added to each row's score; undefined: nothing. */
export interface OffsetRows extends WeightedRows {
  /** o. */
  readonly offsets?: Float64Array | undefined;
}

/** What the loss of a row says beyond its minimum, where it is the logarithm of a likelihood. */
export interface Likelihood {
  /** Fisher's information of a row on its score, E ∂²loss/∂s². */
  readonly information: (score: number) => number;
  /** Distance of label and mean in units of the spread, of a likelihood whose dispersion has to be estimated. */
  readonly pearson?: (score: number, label: number) => number;
}

/**
 * What makes a generalised linear model: a convex loss of one score and one label. Sums run over rows 0 … n−1 in order,
 * n being the length of the labels, so that they give the same bits wherever they are formed.
 */
export interface Loss {
  /** Largest second derivative by the score, or a usual one where it has no bound: what the preconditioner takes for the curvature. */
  readonly curvature: number;
  /** Σ v_i loss(s_i, y_i), and Δ_i = v_i ∂loss/∂s_i written to `residual`. */
  residual(scores: Float64Array, rows: WeightedRows, residual: Float64Array): number;
  /** First and second derivative of Σ v_i loss(s_i + α d_i, y_i) by α. */
  along(
    scores: Float64Array,
    direction: Float64Array,
    rows: WeightedRows,
    alpha: number,
  ): { first: number; second: number };
  /** What the model predicts at a score. */
  readonly predict: (score: number) => number;
  /** The intercept with which a training begins; default: 0. */
  readonly begin?: (rows: OffsetRows) => number;
  readonly likelihood?: Likelihood;
  /** How far a prediction is from a label, as deviance: 0 where they are equal. */
  readonly deviance?: (prediction: number, label: number) => number;
}

/** Losses of which settings, and stages of the training, choose one. */
export interface LossFamily extends Pick<Loss, 'curvature' | 'predict' | 'deviance' | 'likelihood'> {
  /** @param bandwidth by how much it is smoothed; 0 for a loss that is smooth by itself */
  of(spec: GlmSpec, bandwidth: number): Loss;
  /** From wide to narrow, the bandwidths of the stages by which a training comes to a loss that is not smooth; default: none. */
  readonly bandwidths?: (rows: OffsetRows) => readonly number[];
}
