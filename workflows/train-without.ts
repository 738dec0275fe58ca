import { ContinueAsNew, continueAsNew } from '@temporalio/workflow';
import type { TrainedWithout } from '../core/evaluation/left-out.js';
import { withoutSilo } from '../core/job/leave-out.js';
import type { ModelSpec } from '../core/job/schema.js';
import { catalog } from './activity-proxies.js';
import { chosenOf } from './chosen-plan.js';
import type { ComparedWith } from './contracts/operations.js';
import { endOf } from './failures.js';
import { Ledger, beginning, type LedgerState } from './ledger.js';
import { Watch } from './progress.js';
import type { Run } from './publish.js';
import { followSilos } from './silo-presence.js';
import { trainHere } from './train-here.js';
import { trainInRounds, type Resume } from './train-in-rounds.js';

/** What `trainModel` asks of this workflow. */
export interface WithoutRequest {
  /** The run, whose plan is followed once more. */
  readonly execution: string;
  readonly silo: string;
  /** Settings of the run's model. */
  readonly spec: ModelSpec;
  readonly compareWith?: ComparedWith;
}

/**
 * Trains a run's model once more without the columns of one silo: same rows, same split, same settings, same plan. The model is measured
 * on the test rows and not kept in the catalog. Silos publish nothing again: the run's journal answers for them.
 */
export async function trainWithout(
  request: WithoutRequest,
  resume?: Resume,
): Promise<TrainedWithout & { readonly costs: LedgerState }> {
  try {
    const { execution, silo, spec, compareWith } = request;
    const watch = new Watch(resume?.progress);
    const { resolved: whole, plan } = await catalog.loadRun(execution);
    const resolved = withoutSilo({ ...whole, job: { ...whole.job, model: spec } }, silo);
    watch.resolved(resolved);
    const { onSiloLost } = resolved.job;
    followSilos({ onSiloLost, watch, begun: true, hosts: watch.snapshot().hosts });
    const candidate = chosenOf(plan);
    watch.planned(candidate);
    watch.tell({ 'trains without': silo });
    const ledger = new Ledger(resume?.ledger ?? beginning(Date.now()), (bytesOut) =>
      watch.bytesOut(bytesOut),
    );
    const without = { whole, ...(compareWith && { compareWith }) };
    const run: Run = { execution, resolved, watch, ledger, without };
    const goOn = (turn: Resume) => continueAsNew<typeof trainWithout>(request, turn);
    const { metrics, rounds, stopped, differences } =
      candidate.mode === 'rounds'
        ? await trainInRounds(run, candidate, goOn, resume?.rounds)
        : await trainHere(run, candidate, plan, goOn, resume?.here);
    watch.phase('completed');
    const trained = { silo, metrics: metrics.test, rounds, stopped, ...(differences && { differences }) };
    return { ...trained, costs: ledger.snapshot() };
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    throw endOf(error);
  }
}
