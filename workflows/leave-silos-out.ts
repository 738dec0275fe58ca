import { executeChild, workflowInfo } from '@temporalio/workflow';
import type { Evaluation } from '../core/evaluation/evaluation.js';
import { leftOutOf, type TrainedWithout } from '../core/evaluation/left-out.js';
import { silosToLeaveOut } from '../core/job/leave-out.js';
import type { Run } from './publish.js';
import type { Trained } from './train-here.js';
import { trainWithout } from './train-without.js';

/**
 * Trains the model again without each silo in turn, where the job asks for it, and enters into its evaluation what is lost. Each training is a
 * workflow of its own, with a history of its own.
 */
export async function leaveSilosOut(
  { execution, resolved, watch, ledger }: Run,
  { spec, metrics, evaluation, predictions }: Trained,
): Promise<Evaluation | undefined> {
  const silos = silosToLeaveOut(resolved);
  // Of too few test rows nothing is told.
  if (evaluation === undefined || silos.length === 0) return evaluation;
  const { intervals: resamples, seed } = resolved.job.evaluation;
  const trained: TrainedWithout[] = [];
  for (const silo of silos) {
    watch.phase('leaving silos out');
    const { costs, ...without } = await executeChild(trainWithout, {
      workflowId: `${workflowInfo().workflowId}/without-${silo}`,
      args: [
        {
          ...{ execution, silo, spec },
          ...(predictions && { compareWith: { predictions, resamples, seed } }),
        },
      ],
    });
    ledger.add(costs);
    trained.push(without);
  }
  return { ...evaluation, leftOut: leftOutOf(metrics.test, trained) };
}
