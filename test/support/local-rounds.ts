import type { LocalRounds, LocalState } from '../../core/training/local-runner.js';

/** Where a run in rounds stands. */
export function roundsOf(state: LocalState): LocalRounds {
  if ('solution' in state) throw new Error('the run was over at once');
  return state;
}
