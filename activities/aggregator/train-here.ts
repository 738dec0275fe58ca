import { entryOf } from '../../core/entry-of.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Dense } from '../../core/algebra/matrix.js';
import { rowRange } from '../../core/algebra/stack.js';
import { encodedWidth } from '../../core/integration/encoder.js';
import { testPart, trainingPart } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import { scoresOf, withOffsets } from '../../core/models/family.js';
import { interactionBundle } from '../../core/models/interaction-part.js';
import { partBundle } from '../../core/models/model-part.js';
import { ownNumbers } from '../../core/models/manifest.js';
import type { ModelManifest } from '../../core/models/model.js';
import { trainedBy } from '../../core/models/programs.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import type { LocalState } from '../../core/training/local-runner.js';
import { thinned } from '../../core/training/curve.js';
import { costedActor, type Costed } from '../compute/costed-actor.js';
import { measured, type SiteContext } from '../compute/site.js';
import { keepClasses } from './class-names.js';
import { compareScores } from './compare-scores.js';
import { evaluateScores } from './evaluate-scores.js';
import { localActor, type LocalAnswer } from './local-actor.js';

function solverOf(state: LocalState, l1: number): NonNullable<ModelManifest['solver']> {
  if ('solution' in state) return 'gram';
  return l1 > 0 ? 'proximal' : 'l-bfgs';
}

/** Training in one place: on the materialized table, or factorized where all parties are at home. */
export function localOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'trainHere' | 'trainSegment' | 'finishHere'> {
  const { journal, report, site } = context;
  const actor = costedActor(context, ({ stores, join }) => localActor(stores, join, report));
  return {
    async trainHere({ execution, spec, form, target, shares, interactions, start }) {
      const { key, output } = await journal.start(actor, execution, {
        ...{ spec, form, target, shares },
        ...(interactions && { interactions }),
        ...(start && { start }),
      });
      return { head: key, progress: output.answer.progress, cost: output.cost };
    },

    async trainSegment({ head, rounds, steering }) {
      const { key, output } = await journal.step(actor, head, { rounds, ...(steering && { steering }) });
      const { progress, stopped } = output.answer;
      return { head: key, progress, ...(stopped && { stopped }), cost: output.cost };
    },

    finishHere: (input) =>
      journal.once('finish-here', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const live = await journal.live(actor, input.head);
          const { target, table, labels, spec, result, interactions: pairs } = live;
          if (!result) throw new Error('a training is finished after its last segment');
          const { parameters, own, network } = result;
          const family = trainedBy(spec);
          const offsets = { train: trainingPart(target).offsets, test: testPart(target).offsets };
          const scores = {
            train: scoresOf(family, table.train, parameters),
            test: scoresOf(family, table.test, parameters),
          };
          const measuredOn = (side: 'train' | 'test') =>
            family.measure(withOffsets(scores[side], offsets[side]), own, labels[side], network);
          const metrics = { train: measuredOn('train'), test: measuredOn('test') };
          const errors = family.standardErrors?.(table.train, trainingPart(target), spec, parameters, own);
          const thetas = new Map<string, Dense>();
          const parts: Record<string, BlobRef> = {};
          let offset = 0;
          for (const group of target.groups) {
            const encoder = entryOf(table.encoders, group.id);
            const theta = rowRange(parameters, offset, encodedWidth(encoder));
            const standardErrors = errors?.theta.slice(offset, offset + theta.rows);
            offset += theta.rows;
            thetas.set(group.id, theta);
            const part = partBundle({
              ...{ party: group.id, encoder, theta },
              ...(standardErrors && { standardErrors }),
            });
            const ref = await stores.put('exchange', 'model', part);
            for (const { party } of group.shares) parts[shareId(group, party)] = ref;
          }
          const tested = {
            ...{ family, own, target, metrics: metrics.test, ...(network && { network }) },
            scores: scores.test,
          };
          const evaluation =
            input.evaluation &&
            evaluateScores(
              tested,
              {
                blocks: () =>
                  [...table.testBlocks()].map(([group, block]) => ({
                    group,
                    table: block,
                    encoder: entryOf(table.encoders, group),
                    theta: entryOf(thetas, group),
                  })),
              },
              // Products of columns of different tables are no one silo's part of a score.
              { ...input.evaluation, ...(pairs.length > 0 && { importance: 'none' }) },
            );
          const interactions =
            pairs.length > 0 &&
            (await stores.put(
              'exchange',
              'model',
              interactionBundle({ pairs, theta: rowRange(parameters, offset, parameters.rows - offset) }),
            ));
          const segments = (await journal.outputs(input.head)) as Costed<LocalAnswer>[];
          journal.forget(input.head);
          return {
            ...ownNumbers([...own]),
            ...(await keepClasses(stores, target, 'exchange')),
            ...(errors && { interceptError: errors.intercept }),
            ...(spec.type === 'linear-regression' && { solver: solverOf(result.state, spec.l1) }),
            ...(network && { network: await stores.put('exchange', 'model', network) }),
            metrics,
            curve: thinned(segments.flatMap(({ answer }) => answer.curve)),
            ...(evaluation && { evaluation }),
            ...(await compareScores(stores, site, tested, input)),
            parts,
            ...(interactions && { interactions }),
          };
        }),
      ),
  };
}
