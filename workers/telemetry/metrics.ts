import { Runtime } from '@temporalio/worker';
import type { StepKind } from '../../core/training/journal.js';
import type { Cost } from '../../workflows/contracts/operations.js';

/** What became of an attempt at an activity. */
export interface Attempt {
  readonly activity: string;
  /** From 1. */
  readonly attempt: number;
  /** Seconds from when it was scheduled until it was begun. */
  readonly waited: number;
  readonly outcome: 'done' | 'failed' | 'cancelled';
  readonly cost: Cost | undefined;
}

export interface WorkerMetrics {
  attempted(attempt: Attempt): void;
  step(kind: StepKind): void;
}

/** Bounds in seconds: a step takes milliseconds, a whole table minutes. */
const SECONDS = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300, 1800];

export const BUCKETS: Readonly<Record<string, number[]>> = {
  amalur_operation_seconds: SECONDS,
  amalur_queue_wait_seconds: SECONDS,
};

/** Amalur's metrics of a worker; workflows add `amalur_rounds` and `amalur_runs` (workflows/observed.ts). No-ops where none are exported. */
export function workerMetrics(): WorkerMetrics {
  const meter = Runtime.instance().metricMeter;
  const operations = meter.createCounter('amalur_operations', '', 'activities by how they ended');
  const retries = meter.createCounter('amalur_retries', '', 'attempts at an activity after its first');
  const steps = meter.createCounter('amalur_steps', '', 'steps of trainings: made, answered, rebuilt');
  const bytesOut = meter.createCounter(
    'amalur_bytes_out',
    'By',
    'bytes that the site has put to the exchange',
  );
  const seconds = meter.createHistogram('amalur_operation_seconds', 'float', 's', 'time by kind');
  const queueWait = meter.createHistogram(
    'amalur_queue_wait_seconds',
    'float',
    's',
    'time until an activity begins',
  );
  // What has not happened yet is 0, not unknown.
  retries.add(0);
  bytesOut.add(0);
  for (const kind of ['made', 'answered', 'rebuilt'] as const) steps.add(0, { kind });
  return {
    attempted({ activity, attempt, waited, outcome, cost }) {
      operations.add(1, { activity, outcome });
      queueWait.record(waited, { activity });
      if (attempt > 1) retries.add(1, { activity });
      if (!cost) return;
      for (const kind of ['join', 'compute', 'transfer'] as const)
        seconds.record(cost[kind], { activity, kind });
      bytesOut.add(cost.bytesOut);
    },
    step: (kind) => steps.add(1, { kind }),
  };
}
