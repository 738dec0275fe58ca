import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { Evaluation } from '../core/evaluation/evaluation.js';
import { leftOutOf, type FailedWithout, type TrainedWithout } from '../core/evaluation/left-out.js';
import { silosToLeaveOut } from '../core/job/leave-out.js';
import { failureToThrow, reportOfFailure } from './failures.js';
import type { Run } from './publish.js';
import type { Trained } from './train-here.js';
import { trainWithout } from './train-without.js';

/**
 * Trains the model again without each silo in turn, where the job asks for it, and enters into its evaluation what is lost. Each training is a
 * workflow of its own, with a history of its own. One that fails costs the answer for its silo, not the model.
 */
export async function leaveSilosOut(
  { execution, resolved, watch, ledger }: Run,
  { spec, metrics, evaluation, predictions }: Trained,
): Promise<Evaluation | undefined> {
  const silos = silosToLeaveOut(resolved);
  // Of too few test rows nothing is told.
  if (evaluation === undefined || silos.length === 0) return evaluation;
  const { intervals: resamples, seed } = resolved.job.evaluation;
  const compareWith = predictions && { predictions, resamples, seed };
  const trained: TrainedWithout[] = [];
  const failed: FailedWithout[] = [];
  for (const silo of silos) {
    watch.phase('leaving silos out');
    try {
      const { costs, ...without } = await executeChild(trainWithout, {
        workflowId: `${workflowInfo().workflowId}/without-${silo}`,
        args: [{ ...{ execution, silo, spec }, ...(compareWith && { compareWith }) }],
      });
      ledger.add(costs);
      trained.push(without);
    } catch (caught) {
      const error = reportOfFailure(failureToThrow(caught));
      // A cancellation is no answer, and has no report.
      if (error === null) throw caught;
      failed.push({ silo, error });
    }
  }
  return { ...evaluation, leftOut: leftOutOf(metrics.test, trained, failed) };
}
