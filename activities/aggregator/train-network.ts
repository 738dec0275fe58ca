import { dense } from '../../core/algebra/dense.js';
import { entryOf } from '../../core/entry-of.js';
import { evaluateInDetail } from '../../core/evaluation/evaluate-in-detail.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { localTable } from '../../core/integration/local-table.js';
import { shareId } from '../../core/job/resolved.js';
import { evaluate } from '../../core/models/evaluate.js';
import { partBundle } from '../../core/models/model-part.js';
import { fitNetwork, predictNetwork } from '../../core/models/neural-network.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { openSources } from './open-sources.js';

/** Trains a network on the materialized table: its parts hold the encoders, its weights are a bundle of their own. */
export function fitNetworkOperation(context: SiteContext): Pick<AggregatorOperations, 'fitNetwork'> {
  return {
    fitNetwork: (input) =>
      context.journal.once('fit-network', input.execution, input, () =>
        measured(context, async ({ stores, join }) => {
          const target = readTarget(await stores.get(input.target));
          const sources = await openSources(stores, input.shares);
          const table = await join(() => localTable('materialized', sources, target));
          const labels = {
            train: target.labels.subarray(0, target.trainRows),
            test: target.labels.subarray(target.trainRows),
          };
          const { network, curve } = await fitNetwork(
            table.train,
            labels.train,
            input.task,
            input.spec,
            context.report,
          );
          const predictions = {
            train: await predictNetwork(network, table.train),
            test: await predictNetwork(network, table.test),
          };
          const metrics = {
            train: evaluate(input.task, predictions.train, labels.train),
            test: evaluate(input.task, predictions.test, labels.test),
          };
          const evaluation =
            input.evaluation &&
            evaluateInDetail(
              { metrics: metrics.test, predictions: predictions.test, labels: labels.test },
              input.evaluation,
            );
          const parts: Record<string, BlobRef> = {};
          for (const group of target.groups) {
            const encoder = entryOf(table.encoders, group.id);
            const part = partBundle({ party: group.id, encoder, theta: dense(0, 1) });
            const ref = await stores.put('exchange', 'model', part);
            for (const { party } of group.shares) parts[shareId(group, party)] = ref;
          }
          return {
            intercept: 0,
            metrics,
            curve,
            ...(evaluation && { evaluation }),
            parts,
            network: await stores.put('exchange', 'model', network),
            stopped: 'max-rounds' as const,
          };
        }),
      ),
  };
}
