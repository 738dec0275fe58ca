import { CancellationScope, ContinueAsNew, isCancellation, log, workflowInfo } from '@temporalio/workflow';
import { catalog } from './activity-proxies.js';
import type { StartedRun } from './contracts/activities.js';
import { endOf, reportOfFailure } from './failures.js';
import { observeEnd } from './observed.js';

/**
 * Runs a workflow's body so that the catalog knows of it from beginning to end, however it ends.
 * @param execution of a run that continues as new; its record exists already
 */
export async function recorded<T>(
  kind: StartedRun['kind'],
  execution: string | undefined,
  body: (started: StartedRun) => Promise<T>,
): Promise<T> {
  const { workflowId, firstExecutionRunId, continuedFromExecutionRunId, runId } = workflowInfo();
  // A reset goes on with the run of before; a next turn of a workflow with a cron of its own is another run.
  const own = continuedFromExecutionRunId === undefined ? firstExecutionRunId : runId;
  const started: StartedRun = { run: workflowId, execution: execution ?? own, kind };
  try {
    if (execution === undefined) await catalog.startRun(started);
    const result = await body(started);
    observeEnd(started, 'completed');
    return result;
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const failure = endOf(error);
    const status = isCancellation(error) ? 'cancelled' : 'failed';
    observeEnd(started, status, failure);
    await CancellationScope.nonCancellable(() =>
      catalog.failRun(started.execution, status, reportOfFailure(failure)),
    ).catch((unrecorded: unknown) => {
      // Why the run ended matters more than that the catalog doesn't know it, be it away or never told of the run.
      log.warn('the end of the run is not in the catalog', { error: unrecorded });
    });
    throw failure;
  }
}
