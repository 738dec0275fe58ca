import { log, metricMeter, workflowInfo } from '@temporalio/workflow';
import type { StartedRun } from './contracts/activities.js';

// Counters and logs of workflows are those of the SDK, which leaves out what is only replayed.
const rounds = metricMeter.createCounter('amalur_rounds', '', 'rounds of trainings');
const runs = metricMeter.createCounter('amalur_runs', '', 'runs that have ended');

export function observeRounds(count: number, strategy: string | null): void {
  if (count > 0) rounds.add(count, { strategy: strategy ?? 'none' });
}

export function observePhase(phase: string, strategy: string | null): void {
  log.info('phase', { phase, strategy, execution: workflowInfo().firstExecutionRunId });
}

export function observeRound(round: number): void {
  log.debug('round done', { round, execution: workflowInfo().firstExecutionRunId });
}

export function observeEnd({ kind, execution }: StartedRun, outcome: string, error?: unknown): void {
  runs.add(1, { kind, outcome });
  if (outcome === 'failed') log.warn('run failed', { execution, error });
  else log.info(`run ${outcome}`, { execution });
}
