import type { TableInSilo } from '../job/known-tables.js';
import type { ResolvedJob } from '../job/resolved.js';
import { draftCandidates } from './candidates.js';
import { exclusionsOf } from './constraints.js';
import { describeData } from './data-statistics.js';
import type { Situation } from './draft.js';
import { explainCandidate, explainPlan } from './explain.js';
import type { Hosts } from './hosts.js';
import { noPlan } from './no-plan.js';
import type { Plan } from './plan.js';
import { ranked } from './rank.js';
import { expectedRounds, type EarlierRounds } from './rounds.js';
import { segmentOf } from './segments.js';
import { trainings } from './validation-work.js';

export interface PlanInput {
  readonly resolved: ResolvedJob;
  /** The tables that the job was resolved against. */
  readonly tables: readonly TableInSilo[];
  /** Calibrated hosts by site; for one that is missing a typical machine is assumed, and the explanation says so. */
  readonly hosts: Hosts;
  /** Rounds that earlier runs of the same model family took. */
  readonly rounds?: EarlierRounds;
}

/**
 * Decides how a job is run: the fastest candidate, by prediction, among those that the constraints allow; of those
 * that are as fast, the one that lets fewest bytes out. Touches no data and no clock, so that equal inputs give equal plans.
 * Throws AMALUR_NO_PLAN, naming the binding constraints.
 */
export function planRun(input: PlanInput): Plan {
  const { resolved, tables, hosts } = input;
  const situation: Situation = {
    resolved,
    hosts,
    data: describeData(resolved, tables),
    rounds: expectedRounds(resolved.job.model, input.rounds),
  };
  const judged = draftCandidates(situation).map((draft) => {
    const { discloses: _, ...told } = draft;
    const exclusions = exclusionsOf(draft, situation);
    return { ...told, exclusions, excluded: exclusions.map(({ sentence }) => sentence) };
  });
  const [chosen, ...others] = ranked(judged);
  if (chosen === undefined || chosen.excluded.length > 0) throw noPlan(judged);
  return {
    chosen: chosen.id,
    candidates: [chosen, ...others].map(({ exclusions: _, ...candidate }) => ({
      ...candidate,
      explanation: explainCandidate(candidate, chosen),
    })),
    explanation: explainPlan(chosen, others, hosts),
    segmentRounds: segmentOf(chosen.seconds.compute / (trainings(resolved) * chosen.rounds.expected)),
  };
}
