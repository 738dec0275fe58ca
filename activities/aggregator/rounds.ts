import type { Dense } from '../../core/algebra/matrix.js';
import { rowRange } from '../../core/algebra/stack.js';
import { entryOf } from '../../core/entry-of.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { sharesById, testPart, type TargetIndex } from '../../core/integration/target-index.js';
import { withOffsets } from '../../core/models/family.js';
import { ownNumbers } from '../../core/models/manifest.js';
import { trainedBy } from '../../core/models/programs.js';
import { thinned } from '../../core/training/curve.js';
import { aggregatorParameters } from '../../core/training/rounds-state.js';
import { expand, scoresByGroup } from '../../core/training/rounds.js';
import { denseOf } from '../../core/training/tensors.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { costedActor, type Costed } from '../compute/costed-actor.js';
import { measured, privateHome, type SiteContext } from '../compute/site.js';
import { compareScores } from './compare-scores.js';
import { evaluateScores } from './evaluate-scores.js';
import { aggregatorActor, type AggregatorAnswer } from './aggregator-actor.js';
import { keepClasses } from './class-names.js';

/** The aggregator's half of a training in rounds. */
export function roundOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'startAggregator' | 'aggregatorStep' | 'evaluate'> {
  const { journal, site } = context;
  const actor = costedActor(context, ({ stores }) => aggregatorActor(stores, site));
  return {
    async startAggregator({ execution, spec, target, silos, start }) {
      const given = { spec, target, silos, ...(start && { start }) };
      const { key, output } = await journal.start(actor, execution, given);
      return { head: key, ...output.answer, cost: output.cost };
    },

    async aggregatorStep({ head, round, ups, steering }) {
      const { key, output } = await journal.step(actor, head, { round, ups, ...(steering && { steering }) });
      return { head: key, ...output.answer, cost: output.cost };
    },

    evaluate: (input) =>
      journal.once('evaluate', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const { spec, head, parametersStay } = input;
          const home = parametersStay ? privateHome(site) : 'exchange';
          const { state } = await journal.live(actor, head);
          const family = trainedBy(spec);
          const { own, network } = aggregatorParameters(family, state);
          const target = readTarget(await stores.get(input.target));
          const given = await readScores(stores, target, input.scores);
          const scores = expand(target, given);
          const withAll = withOffsets(scores, target.offsets);
          const measuredOn = (from: number, to: number) =>
            family.measure(
              rowRange(withAll, from, to - from),
              own,
              target.labels.subarray(from, to),
              network,
            );
          const metrics = {
            train: measuredOn(0, target.trainRows),
            test: measuredOn(target.trainRows, target.rows),
          };
          const tested = {
            ...{ family, own, target, metrics: metrics.test, ...(network && { network }) },
            scores: rowRange(scores, target.trainRows, target.rows - target.trainRows),
          };
          const evaluation =
            input.evaluation &&
            evaluateScores(
              tested,
              { groups: () => scoresByGroup(testPart(target), given) },
              input.evaluation,
            );
          // Every step's output is an answer: the chain was made by the aggregator's actor.
          const steps = (await journal.outputs(head)) as Costed<AggregatorAnswer>[];
          const curve = thinned(steps.flatMap(({ answer }) => answer.progress ?? []));
          journal.forget(head);
          return {
            ...ownNumbers([...own]),
            ...(await keepClasses(stores, target, home)),
            ...(spec.type === 'linear-regression' && {
              solver: spec.l1 > 0 ? ('proximal' as const) : ('l-bfgs' as const),
            }),
            ...(network && { network: await stores.put(home, 'model', network) }),
            metrics,
            curve,
            ...(evaluation && { evaluation }),
            ...(await compareScores(stores, site, tested, input)),
          };
        }),
      ),
  };
}

/** Scores of the target rows, r_T × q, from those of the source rows: Σ_k I_k scores(D_k, θ_k). */
export async function scoresOfRows(
  stores: Stores,
  target: TargetIndex,
  scores: Readonly<Record<string, BlobRef>>,
): Promise<Dense> {
  return expand(target, await readScores(stores, target, scores));
}

/** By share, one row for each source row. */
async function readScores(
  stores: Stores,
  target: TargetIndex,
  scores: Readonly<Record<string, BlobRef>>,
): Promise<Map<string, Dense>> {
  const given = new Map<string, Dense>();
  for (const id of sharesById(target).keys()) {
    given.set(id, denseOf((await stores.get(entryOf(scores, id))).tensors, 'scores'));
  }
  return given;
}
