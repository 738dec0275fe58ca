import type { Dense, Matrix } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { EncoderOptions } from '../integration/encode.js';
import type { ModelSpec } from '../job/schema.js';
import type {
  AggregatorProgram,
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
  /** How columns are to be encoded for it, beside what the job says. */
  readonly encoding?: EncoderOptions;
  /** The solution in closed form, where T is at hand; undefined where it takes rounds. */
  readonly solve?: (table: Matrix, target: TrainingRows, spec: ModelSpec) => Solution | undefined;
  /** What the rows of a table give to a prediction under θ (c × q), to be added up over parties; default: D θ. */
  readonly scores?: (table: Matrix, theta: Dense) => Dense;
  /**
   * The columns that are predicted, by name.
   * @param scores Σ_k I_k scores(D_k, θ_k), one row for each row of T
   * @param own parameters of the aggregator's program
   * @param network those of them that are a bundle, of a model that has such
   */
  predict(scores: Dense, own: Float64Array, network?: Bundle): ReadonlyMap<string, Float64Array>;
  /** How good that is; `labels` is empty where nothing is to be predicted. */
  measure(scores: Dense, own: Float64Array, labels: Float64Array, network?: Bundle): Metrics;
}

export interface Solution {
  /** θ, c_T × q. */
  readonly parameters: Dense;
  readonly own: Float64Array;
  /** At the solution. */
  readonly progress: Progress;
  readonly stopped: StopReason;
}

export function scoresOf(family: ModelFamily, table: Matrix, theta: Dense): Dense {
  return family.scores ? family.scores(table, theta) : table.multiply(theta);
}
