import type { Actor } from '../../core/training/journal.js';
import type { Cost } from '../../workflows/contracts/operations.js';
import { measured, type Measuring, type SiteContext } from './site.js';

/** What a step's record keeps: a repetition answers with what the step cost when it was made. */
export interface Costed<Output> {
  readonly answer: Output;
  readonly cost: Cost;
}

/**
 * An actor whose outputs say what they have cost. Every step has a meter of its own, which ends up in the output: what is
 * made again to rebuild a state has its output dropped, and so never counts.
 */
export function costedActor<Live, StartInput, StepInput, Output>(
  context: Pick<SiteContext, 'stores'>,
  actorOf: (measuring: Measuring) => Actor<Live, StartInput, StepInput, Output>,
): Actor<Live, StartInput, StepInput, Costed<Output>> {
  const unmeasured = actorOf({ stores: context.stores.withMeter(), join: async (work) => work() });
  type Made = Promise<{ live: Live; output: Output }>;
  const costed = async (make: (actor: Actor<Live, StartInput, StepInput, Output>) => Made) => {
    const { live, output, cost } = await measured(context, (measuring) => make(actorOf(measuring)));
    return { live, output: { answer: output, cost } };
  };
  return {
    ...unmeasured,
    start: (input) => costed((actor) => actor.start(input)),
    step: (live, input) => costed((actor) => actor.step(live, input)),
  };
}

/** The cost of operations that were done one after the other. */
export function sumOfCosts(costs: readonly Cost[]): Cost {
  const sum = (of: Exclude<keyof Cost, 'repeats'>) => costs.reduce((total, cost) => total + cost[of], 0);
  return { join: sum('join'), compute: sum('compute'), transfer: sum('transfer'), bytesOut: sum('bytesOut') };
}
