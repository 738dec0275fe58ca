import type { Plan } from '../../core/planner/plan.js';
import type { Job } from '../../core/job/schema.js';
import type { TrainingResult } from '../../workflows/contracts/results.js';
import type { AmalurClient } from '../amalur-client.js';
import { watch } from '../cli/follow.js';
import { formatSeconds } from '../cli/format.js';
import { progressView } from '../cli/progress-view.js';
import { tell } from '../cli/output.js';
import { keepersOf, largestDifference, readParameters, type Parameters } from './parameters.js';
import type { Workspace } from './workspace.js';

export interface Trained {
  /** What the job asked for. */
  readonly strategy: Job['strategy'];
  readonly result: TrainingResult;
  /** Largest difference of a parameter to the materialised model. */
  readonly maxAbsParamDiff: number;
  /** Silos that alone keep their parameters. */
  readonly keepers: readonly string[];
}

export interface AllTrained {
  readonly models: readonly Trained[];
  /** The planner's decision where it was free to decide. */
  readonly plan: Plan;
}

const STRATEGIES = ['materialize', 'factorize', 'federate', 'auto'] as const;

/** Trains the job with each strategy, one run after the other, and compares the models. */
export async function trainAll(client: AmalurClient, { job, config }: Workspace): Promise<AllTrained> {
  const models: Trained[] = [];
  let reference: Parameters | undefined;
  for (const strategy of STRATEGIES) {
    const run = await client.train({ ...job, strategy });
    const result = await watch(run, progressView(strategy));
    tell(`${strategy}: ${result.rounds} rounds in ${formatSeconds(result.seconds.total)} (run ${run.id})`);
    const record = await modelOf(client, result);
    const parameters = await readParameters(record, config);
    reference ??= parameters;
    models.push({
      strategy,
      result,
      maxAbsParamDiff: largestDifference(reference, parameters),
      keepers: keepersOf(record),
    });
  }
  const decided = models.at(-1);
  if (decided === undefined) throw new Error('nothing was trained');
  const { run } = await client.ask({ about: 'run', run: decided.result.execution });
  if (!run?.plan) throw new Error(`the catalog has no plan of the run ${decided.result.run}`);
  return { models, plan: run.plan };
}

async function modelOf(client: AmalurClient, { model: { name, version } }: TrainingResult) {
  const reference = `${name}@${version}`;
  const { model } = await client.ask({ about: 'model', model: reference });
  if (model === undefined) throw new Error(`the catalog has no model ${reference}`);
  return model;
}
