import type { Candidate, Plan } from '../core/planner/plan.js';

/** The candidate that the planner has chosen. */
export function chosenOf(plan: Plan): Candidate {
  const chosen = plan.candidates.find(({ id }) => id === plan.chosen);
  if (!chosen) throw new Error('the plan has no candidate of the name it chose');
  return chosen;
}
