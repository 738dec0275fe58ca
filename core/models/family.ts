import type { Dense, Matrix } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { EncoderOptions } from '../integration/encode.js';
import type { CarriedColumns } from '../integration/carried-columns.js';
import type { ModelSpec } from '../job/schema.js';
import type { Moments } from '../training/moments.js';
import type {
  AggregatorProgram,
  ColumnStart,
  PartyProgram,
  Progress,
  StopReason,
  TrainingRows,
} from '../training/program.js';
import type { Metrics } from './model.js';

/** A model that trains by exchanging partial products, and predicts from sums of them. */
export interface ModelFamily {
  readonly party: PartyProgram;
  readonly aggregator: AggregatorProgram;
  /** The programs with which it trains where the job sets `l1`, the weight of λ₁‖θ‖₁. */
  readonly sparse?: Pick<ModelFamily, 'party' | 'aggregator'>;
  /** The least `l1` at which all parameters are 0, of a model that has such programs. */
  readonly largestL1?: (table: Matrix, target: TrainingRows, spec: ModelSpec) => number;
  /** How it begins at the parameters of an earlier model, whose columns were encoded otherwise; left out: it cannot. */
  readonly start?: WarmStart;
  /** How columns are to be encoded for it, beside what the job says. */
  readonly encoding?: EncoderOptions;
  /**
   * The solution in closed form, where T is at hand; undefined where it takes rounds.
   * @param moments of T under the rows' weights, where they are known already
   * @param names of the columns of T
   */
  readonly solve?: (
    table: Matrix,
    target: TrainingRows,
    spec: ModelSpec,
    moments: Moments | undefined,
    names: readonly string[],
  ) => Solution | undefined;
  /** What the rows of a table give to a prediction under θ (c × q), to be added up over parties; default: D θ. */
  readonly scores?: (table: Matrix, theta: Dense) => Dense;
  /** How uncertain the solution is, where T is at hand; undefined where that is not known. */
  readonly standardErrors?: (
    table: Matrix,
    target: TrainingRows,
    spec: ModelSpec,
    parameters: Dense,
    own: Float64Array,
  ) => StandardErrors | undefined;
  /**
   * The columns of numbers that are predicted, by name.
   * @param scores Σ_k I_k scores(D_k, θ_k), one row for each row of T
   * @param own parameters of the aggregator's program
   * @param besides what else the model has
   */
  predict(scores: Dense, own: Float64Array, besides?: OwnBesides): ReadonlyMap<string, Float64Array>;
  /** Of a model that may learn many classes: what it says of them; undefined where it has learned none. */
  readonly classify?: (scores: Dense, own: Float64Array, network?: Bundle) => Classified | undefined;
  /** How good that is; `labels` is empty where nothing is to be predicted. */
  measure(scores: Dense, own: Float64Array, labels: Float64Array, network?: Bundle): Metrics;
}

export interface WarmStart {
  /** q, columns of θ. @param classes of the labels, of a model that learns many */
  readonly width: (spec: ModelSpec, classes: readonly string[] | undefined) => number;
  /** θ has a column for each class. */
  readonly byClass?: true;
  /** θ over columns as they were encoded, over columns as they are encoded now. */
  readonly carry: (theta: Dense, columns: CarriedColumns) => ColumnStart;
}

/** Rows in the eyes of a model of C classes. */
export interface Classified {
  /** n × C. */
  readonly probabilities: Dense;
  /** Code of the class that each row is predicted to be of, length n. */
  readonly predicted: Int32Array;
}

/** What belongs to no column and is no number. */
export interface OwnBesides {
  /** Names of the classes, of a model that learns many. */
  readonly classes?: readonly string[];
  /** Parameters that are a bundle, of a model that has such. */
  readonly network?: Bundle;
}

export interface StandardErrors {
  /** Of θ, length c_T. */
  readonly theta: Float64Array;
  readonly intercept: number;
}

export interface Solution {
  /** θ, c_T × q. */
  readonly parameters: Dense;
  readonly own: Float64Array;
  /** At the solution. */
  readonly progress: Progress;
  readonly stopped: StopReason;
}

/** Scores of the rows of T with what is added to each of them; o is that of the same rows. */
export function withOffsets(scores: Dense, offsets: Float64Array | undefined): Dense {
  if (offsets === undefined) return scores;
  return { ...scores, data: scores.data.map((score, row) => score + offsets[row]!) };
}

export function scoresOf(family: ModelFamily, table: Matrix, theta: Dense): Dense {
  return family.scores ? family.scores(table, theta) : table.multiply(theta);
}
