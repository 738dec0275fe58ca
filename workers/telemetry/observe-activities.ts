import { CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import type { Cost } from '../../workflows/contracts/operations.js';
import { workerMetrics, type Attempt } from './metrics.js';

/** Counts and logs every attempt at an activity of a worker: what it was, how long it waited, what it has cost; never what it read or gave. */
export function observeActivities(): ActivityInterceptorsFactory {
  const metrics = workerMetrics();
  return ({ info, log }) => ({
    inbound: {
      async execute(input, next) {
        // The server's clock and this host's may differ.
        const waited = Math.max(0, (Date.now() - info.currentAttemptScheduledTimestampMs) / 1000);
        const ended = (outcome: Attempt['outcome'], cost?: Cost): void => {
          metrics.attempted({ activity: info.activityType, attempt: info.attempt, waited, outcome, cost });
        };
        try {
          const output = await next(input);
          const cost = costOf(output);
          ended('done', cost);
          const { execution, round } = namesIn(input.args[0]);
          // Steps are many, and so are questions to the catalog: what happens once in a run is told unasked.
          const often = round !== undefined || cost === undefined;
          log[often ? 'debug' : 'info'](`${info.activityType} done`, { waited, execution, round, ...cost });
          return output;
        } catch (error) {
          ended(error instanceof CancelledFailure ? 'cancelled' : 'failed');
          throw error;
        }
      },
    },
  });
}

function costOf(output: unknown): Cost | undefined {
  if (typeof output !== 'object' || output === null || !('cost' in output)) return undefined;
  return output.cost as Cost;
}

function namesIn(input: unknown): { readonly execution?: string; readonly round?: number } {
  return typeof input === 'object' && input !== null ? input : {};
}
