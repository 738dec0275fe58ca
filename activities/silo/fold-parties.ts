import type { BlobRef } from '../../core/exchange/store.js';
import type { Cost } from '../../workflows/contracts/operations.js';
import type { SiloFoldOperations } from '../../workflows/contracts/validation.js';
import { sumOfCosts } from '../compute/costed-actor.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';
import { partyActors } from './party-actor.js';
import { partyScores, partyTheta } from './party-theta.js';

/** The parties' half of cross-validation in rounds: trainings on tables that are encoded already, and scores of their models. */
export function foldPartyOperations(context: SiteContext): SiloFoldOperations {
  const { journal, site } = context;
  const actorTo = partyActors(context);
  return {
    async restartParties({ execution, spec, trainRows, shares }) {
      const actor = actorTo(privateHome(site));
      const heads: Record<string, string> = {};
      const costs: Cost[] = [];
      for (const { id, group, head, counts } of shares) {
        const fold = trainRows !== undefined && counts !== undefined && { fold: { trainRows, counts } };
        const start = { id, group, of: head, spec, ...fold };
        const { key, output } = await journal.start(actor, execution, start);
        heads[id] = key;
        // The model itself is the last to be trained on the table: from here on it is kept by that training.
        if (!fold) journal.forget(head);
        costs.push(output.cost);
      }
      return { heads, cost: sumOfCosts(costs) };
    },

    scoreParties: (input) =>
      journal.once('score-parties', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const toSite = homeBetween(site, input.site);
          const actor = actorTo(toSite);
          const scores: Record<string, BlobRef> = {};
          for (const { id, head, theta: given } of input.shares) {
            const live = await journal.live(actor, head);
            const theta = await partyTheta(stores, live, given);
            scores[id] = await stores.put(toSite, 'scores', partyScores(live, theta));
            journal.forget(head);
          }
          return { scores };
        }),
      ),
  };
}
