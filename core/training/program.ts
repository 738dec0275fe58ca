import type { Dense } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { ModelSpec } from '../job/schema.js';
import type { Moments } from './moments.js';
import type { Residual } from './residual.js';
import type { Steering } from './steering.js';

/** A message between a party and the aggregator. */
export type Message = Bundle;

/** A program's state between two steps: plain tensors and JSON, so that it can be stored, restored and compared. */
export type State = Bundle;

/** What the aggregator tells the world after a step. */
export interface Progress {
  readonly round: number;
  /** Mean training loss without penalty, at the parameters with which the round began. */
  readonly loss: number;
  /**
   * Norm of the gradient of the penalised loss there, or of what else the tolerance is for (residuals of eigenvectors); null before the
   * parties have spoken, and for a model without one.
   */
  readonly gradientNorm: number | null;
  /** Parameters that are not 0 there, of a model that sets some to 0. */
  readonly nonZero?: number;
}

export type StopReason = 'converged' | 'max-rounds' | 'stalled';

/** Parameters of a table's columns with which a training begins. */
export interface ColumnStart {
  /** θ_k, c_k × q, in units of the columns as they are encoded now. */
  readonly theta: Dense;
  /** By column: 1 where θ is known, 0 for a column that is new. Left out: all are. */
  readonly known?: Float64Array;
  /** What is added to every score, length q, because the centres of columns have moved. Left out: nothing. */
  readonly shift?: Float64Array;
}

/** Those that belong to no column. */
export interface OwnStart {
  readonly own: Float64Array;
  /** More of them, of a model that has such. */
  readonly network?: Bundle;
  /** Names of the classes that the model has learned, in the order of their codes. */
  readonly classes?: readonly string[];
}

/** Parameters with which a training of the whole of T begins. */
export interface StartingPoint extends OwnStart, Omit<ColumnStart, 'theta'> {
  /** θ, c_T × q. */
  readonly parameters: Dense;
}

/** What a party's program answers when it is told to begin at given parameters. */
export interface PartyOpening {
  readonly state: State;
  /** Θ whose product D_k Θ goes up. */
  readonly theta: Dense;
  readonly up: Message;
}

/** What the aggregator's program knows when it begins at given parameters. */
export interface Opening extends OwnStart {
  /** T Θ over the training rows, n × q. */
  readonly products: Dense;
  /** Σ_k of what is added to every score, length q. */
  readonly shift: Float64Array;
  /** What the parties sent beside their products, in their sorted order. */
  readonly ups: readonly Message[];
}

/** What a party's program knows of D_k: never a row of it. */
export interface ColumnFacts {
  /** Names of the c_k columns, unique in T and the same in all strategies: initial values are drawn by name. */
  readonly names: readonly string[];
  /** Where the program needs them. */
  readonly moments?: Moments;
}

/**
 * A party's half of a model: algebra over its columns alone. Whoever holds D_k makes the products (`exchange.ts`). Pure
 * functions over plain state, so that repeating a step gives the same bits.
 */
export interface PartyProgram {
  /**
   * What has to be known of D_k before the first step: its column moments, here; its row norms, at the aggregator. With `squares`
   * both products are made with [D_k  D_k∘D_k] in place of D_k: gradient and Θ have 2c_k rows, those of the squares below.
   */
  readonly needs: { readonly moments: boolean; readonly norms: boolean; readonly squares?: boolean };
  start(columns: ColumnFacts, spec: ModelSpec): State;
  /** The same from given parameters θ_k (c_k × q), of a program that can. */
  startAt?(columns: ColumnFacts, spec: ModelSpec, start: ColumnStart): PartyOpening;
  /**
   * @param down what the aggregator tells every party
   * @param gradient D_kᵀ G_k, c_k × p, with G_k = I_kᵀ Δ
   * @returns Θ (c_k × q), whose product D_k Θ goes up as tensor `partial`, and what goes up beside it
   */
  update(state: State, down: Message, gradient: Dense): { state: State; theta: Dense; up: Message };
  /** θ_k, c_k × q, once the aggregator is done. */
  parameters(state: State): Dense;
}

/** The training rows of T as the aggregator's program sees them. */
export interface TrainingRows {
  /** n. */
  readonly rows: number;
  /** y, length n; empty where nothing is predicted. */
  readonly labels: Float64Array;
  /** Names of the classes whose codes the labels are, of a model that learns many. */
  readonly classes?: readonly string[];
  /** w, length n; default: all 1. */
  readonly weights?: Float64Array;
  /** o, length n: what is added to each row's score; default: nothing. */
  readonly offsets?: Float64Array;
  /** ‖t_i‖², length n, where the parties' program needs norms. */
  readonly norms?: Float64Array;
}

/**
 * The aggregator's half: algebra over the rows of T alone. Whoever holds the index vectors expands what comes up and adds
 * up what goes down (`rounds.ts`).
 */
export interface AggregatorProgram {
  start(target: TrainingRows, spec: ModelSpec): AggregatorStep;
  /** The same from given parameters, of a program that can. */
  startAt?(target: TrainingRows, spec: ModelSpec, opening: Opening): AggregatorStep;
  /**
   * @param products T Θ = Σ_k I_k (D_k Θ_k), n × q, or of the rows that were wanted, in their order
   * @param ups what the parties sent beside their products, in their sorted order
   */
  step(target: TrainingRows, state: State, products: Dense, ups: readonly Message[]): AggregatorStep;
  /** The state of a program that is told when to end, where that is more than to change the `spec` in its JSON (`steering.ts`). */
  steer?(state: State, steering: Steering): State;
  /** The parameters that belong to no column of T, such as the intercept. */
  parameters(state: State): Float64Array;
  /** More of them, of a model that has too many for a manifest: stored as a bundle of its own. */
  network?(state: State): Bundle;
}

export interface AggregatorStep {
  readonly state: State;
  /** Undefined where the exchange was a part of a round; a round ends before the aggregator is done. */
  readonly progress: Progress | undefined;
  readonly next:
    | {
        /** Δ, n × p: each party is given its sums over source rows, G_k = I_kᵀ Δ. */
        readonly residual: Residual;
        /** What every party is told beside it. */
        readonly down: Message;
        /** Training rows, all different, whose products the next step needs; default: all. */
        readonly wanted?: Int32Array;
      }
    | { readonly done: StopReason };
}
