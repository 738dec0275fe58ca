import { columnVector, dense } from '../../core/algebra/dense.js';
import { gatherAdd } from '../../core/algebra/index-vector.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { evaluate } from '../../core/models/evaluate.js';
import { lossOf, programsOf } from '../../core/models/programs.js';
import { float64 } from '../../core/training/basis.js';
import { thinned } from '../../core/training/curve.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { costedActor, type Costed } from '../compute/costed-actor.js';
import { measured, type SiteContext } from '../compute/site.js';
import { aggregatorActor, type AggregatorAnswer } from './aggregator-actor.js';

/** The aggregator's half of a training in rounds. */
export function roundOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'startAggregator' | 'aggregatorStep' | 'evaluate'> {
  const { journal, site } = context;
  const actor = costedActor(context, ({ stores }) => aggregatorActor(stores, site));
  return {
    async startAggregator({ execution, spec, target, silos }) {
      const { key, output } = await journal.start(actor, execution, { spec, target, silos });
      return { head: key, ...output.answer, cost: output.cost };
    },

    async aggregatorStep({ head, round, ups }) {
      const { key, output } = await journal.step(actor, head, { round, ups });
      return { head: key, ...output.answer, cost: output.cost };
    },

    evaluate: (input) =>
      journal.once('evaluate', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const { spec, head, task } = input;
          const live = await journal.live(actor, head);
          const intercept = programsOf(spec.type).aggregator.intercept(live.state);
          const target = readTarget(await stores.get(input.target));
          const predictions = await predictionsOf(stores, target, input.scores, intercept, spec);
          const measuredOn = (from: number, to: number) =>
            evaluate(task, predictions.subarray(from, to), target.labels.subarray(from, to));
          // Every step's output is an answer: the chain was made by the aggregator's actor.
          const steps = (await journal.outputs(head)) as Costed<AggregatorAnswer>[];
          const curve = thinned(steps.map(({ answer }) => answer.progress));
          journal.forget(head);
          return {
            intercept,
            metrics: {
              train: measuredOn(0, target.trainRows),
              test: measuredOn(target.trainRows, target.rows),
            },
            curve,
          };
        }),
      ),
  };
}

/** Predictions of the target rows from partial scores of the source rows: Σ_k I_k (D_k θ_k) + b, then the model's link. */
export async function predictionsOf(
  stores: Stores,
  target: TargetIndex,
  scores: Readonly<Record<string, BlobRef>>,
  intercept: number,
  spec: Pick<ModelSpec, 'type'>,
): Promise<Float64Array> {
  const sums = dense(target.rows, 1);
  for (const [party, { rows }] of target.indices) {
    const ref = scores[party];
    if (!ref) throw new Error(`no scores from ${party}`);
    gatherAdd(sums, columnVector(float64((await stores.get(ref)).tensors, 'scores')), rows);
  }
  const { predict } = lossOf(spec.type);
  return sums.data.map((score) => predict(score + intercept));
}
