import type { ResolvedJob } from '../../core/job/resolved.js';
import type { Plan } from '../../core/planner/plan.js';
import type { Progress } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { RoundsState } from '../train-in-rounds.js';
import type { StepKey } from './operations.js';

/** The last committed steps of a training. */
export interface Reached {
  readonly rounds?: RoundsState;
  readonly here?: ReachedHere;
}

/** Of a training in one place. */
export interface ReachedHere {
  readonly head: StepKey;
  readonly progress: Progress;
}

/** Where a training stands: references and numbers, by which another run goes on from there. The checkpoints are in the stores. */
export interface Standing {
  /** In whose name the steps were committed: this run, or the one that it goes on from. */
  readonly journal: string;
  readonly reached: Reached;
  /** What steps until there were told. */
  readonly told: Steering;
}

/** What a run has to know to go on from another's end. */
export interface Resumption {
  /** The job as the run resolved it in whose name steps were committed: what is done again has the same inputs, and the journal answers. */
  readonly resolved: ResolvedJob;
  readonly plan: Plan;
  readonly journal: string;
  /** None of a run that ended before it trained: it begins, and the journal answers for what was published. */
  readonly standing?: Standing;
  /** What the first step is told, where the job has another tolerance or other maximal rounds. */
  readonly pending: Steering;
}
