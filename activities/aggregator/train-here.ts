import { scoresOf } from '../../core/integration/local-table.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { evaluate } from '../../core/models/evaluate.js';
import { partBundle } from '../../core/models/model-part.js';
import { lossOf } from '../../core/models/programs.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { thinned } from '../../core/training/curve.js';
import { measured, type Measuring, type SiteContext } from '../compute/site.js';
import { localActor, type LocalAnswer } from './local-actor.js';

/** Training in one place: on the materialized table, or factorized where all parties are at home. */
export function localOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'trainHere' | 'trainSegment' | 'finishHere'> {
  const { journal, report } = context;
  const actorOf = ({ stores, join }: Measuring) => localActor(stores, join, report);
  return {
    trainHere: ({ execution, spec, form, target, parties }) =>
      measured(context, async (measuring) => {
        const start = { spec, form, target, parties };
        const { key, output } = await journal.start(actorOf(measuring), execution, start);
        return { head: key, progress: output.progress };
      }),

    trainSegment: ({ head, rounds }) =>
      measured(context, async (measuring) => {
        const { key, output } = await journal.step(actorOf(measuring), head, { rounds });
        const { progress, stopped } = output;
        return { head: key, progress, ...(stopped && { stopped }) };
      }),

    finishHere: (input) =>
      journal.once('finish-here', input.execution, input, () =>
        measured(context, async (measuring) => {
          const live = await journal.live(actorOf(measuring), input.head);
          const { table, labels, spec, result } = live;
          if (!result) throw new Error('a training is finished after its last segment');
          const { predict } = lossOf(spec.type);
          const measuredOn = (side: 'train' | 'test') =>
            evaluate(
              input.task,
              scoresOf(table[side], result.parameters, result.intercept).map(predict),
              labels[side],
            );
          const parts: Record<string, BlobRef> = {};
          let offset = 0;
          for (const [party, encoder] of table.encoders) {
            const width =
              encoder.numeric.length +
              encoder.categorical.reduce((sum, { levels }) => sum + levels.length + 1, 0);
            const theta = result.parameters.subarray(offset, offset + width);
            offset += width;
            parts[party] = await measuring.stores.put(
              'exchange',
              'model',
              partBundle({ party, encoder, theta }),
            );
          }
          const segments = (await journal.outputs(input.head)) as LocalAnswer[];
          journal.forget(input.head);
          return {
            intercept: result.intercept,
            metrics: { train: measuredOn('train'), test: measuredOn('test') },
            curve: thinned(segments.flatMap(({ curve }) => curve)),
            parts,
          };
        }),
      ),
  };
}
