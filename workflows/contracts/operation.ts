import type { BlobRef } from '../../core/exchange/store.js';
import type { FeatureColumn } from '../../core/job/resolved.js';

/** What one operation has cost at its site; the seconds do not overlap. */
export interface Cost {
  /** Reading sources, matching rows, building T. */
  readonly join: number;
  readonly compute: number;
  readonly transfer: number;
  /** Bytes written to the exchange. */
  readonly bytesOut: number;
  /** Attempts before the one that has succeeded. Left out: none. */
  readonly repeats?: number;
}

export interface Costed {
  readonly cost: Cost;
}

/** Every operation names the execution it belongs to: step keys and secrets are per execution. */
export interface OfExecution {
  readonly execution: string;
}

/** A link of an actor's chain of steps: the key of the last one committed. */
export type StepKey = string;

/** What one table gives to a group of columns of T; most groups are one party's alone, and named as it is. */
export interface ShareOfColumns {
  /** `shareId` of group and party. */
  readonly id: string;
  /** The group's columns, under their names in T. */
  readonly columns: readonly FeatureColumn[];
  /** Their names in the table. */
  readonly sources: readonly string[];
  /** The table's feature columns. */
  readonly features: BlobRef;
}
