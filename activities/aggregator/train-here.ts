import { entryOf } from '../../core/entry-of.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { rowRange } from '../../core/algebra/stack.js';
import { encodedWidth } from '../../core/integration/encoder.js';
import { shareId } from '../../core/job/resolved.js';
import { scoresOf } from '../../core/models/family.js';
import { partBundle } from '../../core/models/model-part.js';
import { ownNumbers } from '../../core/models/manifest.js';
import { familyOf } from '../../core/models/programs.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import type { LocalState } from '../../core/training/local-runner.js';
import { thinned } from '../../core/training/curve.js';
import { costedActor, type Costed } from '../compute/costed-actor.js';
import { measured, type SiteContext } from '../compute/site.js';
import { localActor, type LocalAnswer } from './local-actor.js';

function solverOf(state: LocalState): 'gram' | 'l-bfgs' {
  return 'solution' in state ? 'gram' : 'l-bfgs';
}

/** Training in one place: on the materialized table, or factorized where all parties are at home. */
export function localOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'trainHere' | 'trainSegment' | 'finishHere'> {
  const { journal, report } = context;
  const actor = costedActor(context, ({ stores, join }) => localActor(stores, join, report));
  return {
    async trainHere({ execution, spec, form, target, shares }) {
      const { key, output } = await journal.start(actor, execution, { spec, form, target, shares });
      return { head: key, progress: output.answer.progress, cost: output.cost };
    },

    async trainSegment({ head, rounds }) {
      const { key, output } = await journal.step(actor, head, { rounds });
      const { progress, stopped } = output.answer;
      return { head: key, progress, ...(stopped && { stopped }), cost: output.cost };
    },

    finishHere: (input) =>
      journal.once('finish-here', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const live = await journal.live(actor, input.head);
          const { target, table, labels, spec, result } = live;
          if (!result) throw new Error('a training is finished after its last segment');
          const { parameters, own, network } = result;
          const family = familyOf(spec.type);
          const measuredOn = (side: 'train' | 'test') =>
            family.measure(scoresOf(family, table[side], parameters), own, labels[side], network);
          const parts: Record<string, BlobRef> = {};
          let offset = 0;
          for (const group of target.groups) {
            const encoder = entryOf(table.encoders, group.id);
            const theta = rowRange(parameters, offset, encodedWidth(encoder));
            offset += theta.rows;
            const part = partBundle({ party: group.id, encoder, theta });
            const ref = await stores.put('exchange', 'model', part);
            for (const { party } of group.shares) parts[shareId(group, party)] = ref;
          }
          const segments = (await journal.outputs(input.head)) as Costed<LocalAnswer>[];
          journal.forget(input.head);
          return {
            ...ownNumbers([...own]),
            ...(spec.type === 'linear-regression' && { solver: solverOf(result.state) }),
            ...(network && { network: await stores.put('exchange', 'model', network) }),
            metrics: { train: measuredOn('train'), test: measuredOn('test') },
            curve: thinned(segments.flatMap(({ answer }) => answer.curve)),
            parts,
          };
        }),
      ),
  };
}
