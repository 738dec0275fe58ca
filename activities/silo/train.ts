import { partBundle } from '../../core/models/model-part.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Cost, SiloOperations } from '../../workflows/contracts/operations.js';
import { sumOfCosts } from '../compute/costed-actor.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';
import { partyActors } from './party-actor.js';
import { partyScores, partyTheta } from './party-theta.js';

/** The parties' half of a training in rounds. */
export function trainingOperations(
  context: SiteContext,
): Pick<SiloOperations, 'startParties' | 'partyStep' | 'finishParties'> {
  const { journal, site } = context;
  const actorTo = partyActors(context);
  return {
    async startParties({ execution, spec, trainRows, shares }) {
      const actor = actorTo(privateHome(site));
      const heads: Record<string, string> = {};
      const costs: Cost[] = [];
      for (const share of shares) {
        context.report({ encoding: share.id });
        const { key, output } = await journal.start(actor, execution, { ...share, trainRows, spec });
        heads[share.id] = key;
        costs.push(output.cost);
      }
      return { heads, cost: sumOfCosts(costs) };
    },

    async partyStep({ round, site: aggregator, shares }) {
      const actor = actorTo(homeBetween(site, aggregator));
      const made: Record<string, { head: string; up: BlobRef }> = {};
      const costs: Cost[] = [];
      for (const { id, head, down } of shares) {
        const { key, output } = await journal.step(actor, head, { round, down });
        if (output.answer === null) throw new Error('a step of a party has a message up');
        made[id] = { head: key, up: output.answer };
        costs.push(output.cost);
      }
      return { shares: made, cost: sumOfCosts(costs) };
    },

    finishParties: (input) =>
      journal.once('finish-parties', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const toSite = homeBetween(site, input.site);
          const actor = actorTo(toSite);
          const made: Record<string, { part: BlobRef; scores: BlobRef }> = {};
          for (const { id, head, theta: given } of input.shares) {
            const live = await journal.live(actor, head);
            const { group, encoder } = live;
            const theta = await partyTheta(stores, live, given);
            const partHome = input.parametersStay ? privateHome(site) : 'exchange';
            made[id] = {
              part: await stores.put(partHome, 'model', partBundle({ party: group, encoder, theta })),
              scores: await stores.put(toSite, 'scores', partyScores(live, theta)),
            };
            journal.forget(head);
          }
          return { shares: made };
        }),
      ),
  };
}
