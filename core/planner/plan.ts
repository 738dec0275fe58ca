import type { StrategyName } from '../job/schema.js';

/** Where a computation can take place: the aggregator worker or a silo's own worker. */
export type Site = 'aggregator' | `silo.${string}`;

/**
 * What a host can do, measured once for a kind of processor and a version of Node (calibration.ts). Rates are per second on one thread.
 */
export interface HostProfile {
  readonly host: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryBytes: number;
  readonly node: string;
  readonly rates: MachineRates;
}

export interface MachineRates {
  /** Multiply-adds of a dense matrix-vector product. */
  readonly denseMultiplyAdds: number;
  /** Elements gathered through an index vector out of a table too large for the cache. */
  readonly gathers: number;
  /** Elements added through an index vector. */
  readonly scatters: number;
  /** Evaluations of a loss with its derivatives (one exponential each). */
  readonly lossEvaluations: number;
  /** Bytes written to a store, hashing included. */
  readonly putBytes: number;
  /** Bytes read from a store and verified. */
  readonly getBytes: number;
  /** Cells read from a source table and encoded. */
  readonly scannedCells: number;
  /** Rows matched by key. */
  readonly matchedRows: number;
}

/** Seconds by kind, predicted or measured. They add up to `total`. */
export interface Seconds {
  /** Reading sources, matching rows and, for materialize, building T. */
  readonly join: number;
  readonly compute: number;
  /** Writing to and reading from the exchange. */
  readonly transfer: number;
  /** Everything else: queues, workflow tasks, waiting for one another. */
  readonly orchestration: number;
  readonly total: number;
}

/** pull: rows are brought to the site; local: all parties are at the site already; rounds: partial products travel. */
export type PlanMode = 'pull' | 'local' | 'rounds';

export interface Candidate {
  /** `strategy@site`, unique in a plan. */
  readonly id: string;
  readonly strategy: StrategyName;
  /** Where rows, or partial products and labels, meet. */
  readonly site: Site;
  readonly mode: PlanMode;
  readonly seconds: Seconds;
  /** Exchanges assumed, with the factor by which it may be off. */
  readonly rounds: { readonly expected: number; readonly uncertainty: number };
  /** Bytes that leave each silo, predicted. */
  readonly bytesOut: Readonly<Record<string, number>>;
  /** Peak memory at the site. */
  readonly memoryBytes: number;
  /** Constraints and facts that rule it out, each as a sentence that names them; empty when it is allowed. */
  readonly excluded: readonly string[];
  /** One sentence: where the time goes and why it was or was not chosen. */
  readonly explanation: string;
}

/** The planner's decision with all it looked at (the cost estimator and planner of Amalur, TKDE 2024, figure 4). */
export interface Plan {
  /** Id of the chosen candidate. */
  readonly chosen: string;
  /** Every candidate, the chosen one first, then by predicted seconds, the excluded ones last. */
  readonly candidates: readonly Candidate[];
  readonly explanation: string;
  /** Rounds that a local run makes in one activity: a few seconds of work, after which its progress shows. */
  readonly segmentRounds: number;
}
