import type { BlobRef } from '../../core/exchange/store.js';
import type { Site } from '../../core/planner/plan.js';
import type { Progress } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { AggregatorStepOutput, Cost, StepKey } from './operations.js';

/**
 * A segment of a training in rounds: some exchanges between parties and aggregator, in which the workflow has no part. Each
 * site is given where the training stands, and answers with where it stands then.
 */
interface Segment {
  readonly execution: string;
  /** Where the aggregator is. */
  readonly site: Site;
  /** Exchanges until now, halves counted. */
  readonly exchanges: number;
  /** Exchanges to make at the most; all sites are told the same. At least 1. */
  readonly most: number;
  /** Last committed step of the aggregator, which the messages of an exchange are known by. */
  readonly head: StepKey;
  /** What the aggregator is told with the first exchange. */
  readonly steering?: Steering;
}

export interface PartySessionInput extends Segment {
  readonly silo: string;
  /** Last committed step of each share of the silo. */
  readonly heads: Readonly<Record<string, StepKey>>;
  /** Messages for the shares that are to take the first step. */
  readonly down: Readonly<Record<string, BlobRef>>;
}

export interface PartySessionOutput {
  readonly heads: Readonly<Record<string, StepKey>>;
  /** Of all steps of the silo. */
  readonly cost: Cost;
}

export interface AggregatorSessionInput extends Segment {
  /** Shares of each silo. */
  readonly silos: Readonly<Record<string, readonly string[]>>;
  /** Shares that take the first step. */
  readonly called: readonly string[];
}

export interface AggregatorSessionOutput extends Omit<AggregatorStepOutput, 'cost' | 'progress'> {
  /** Exchanges made in this segment: fewer than asked for where the aggregator has stopped. */
  readonly made: number;
  /** Of the last round that was completed, if any was. */
  readonly progress?: Progress;
  /** Of the aggregator's own steps. */
  readonly cost: Cost;
  /** Seconds on the critical path: of every exchange the slowest silo, and the aggregator after it. */
  readonly critical: Cost;
}

/** Activities that last a segment. They wait for each other, so each site takes on as many as there are. */
export interface PartySessions {
  partySession(input: PartySessionInput): Promise<PartySessionOutput>;
}

export interface AggregatorSessions {
  aggregatorSession(input: AggregatorSessionInput): Promise<AggregatorSessionOutput>;
}
