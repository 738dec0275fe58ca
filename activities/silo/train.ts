import { scoresOf } from '../../core/models/family.js';
import { partBundle } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import { denseBundle } from '../../core/training/tensors.js';
import type { BlobRef, Home } from '../../core/exchange/store.js';
import type { Cost, SiloOperations } from '../../workflows/contracts/operations.js';
import { costedActor, sumOfCosts } from '../compute/costed-actor.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';
import { partyActor } from './party-actor.js';

/** The parties' half of a training in rounds. */
export function trainingOperations(
  context: SiteContext,
): Pick<SiloOperations, 'startParties' | 'partyStep' | 'finishParties'> {
  const { journal, site } = context;
  const actorTo = (messageHome: Home) =>
    costedActor(context, ({ stores }) => partyActor(stores, messageHome));
  return {
    async startParties({ execution, spec, trainRows, parties }) {
      const actor = actorTo(privateHome(site));
      const heads: Record<string, string> = {};
      const costs: Cost[] = [];
      for (const { party, features, counts } of parties) {
        context.report({ encoding: party.id });
        const start = { party, features, counts, trainRows, spec };
        const { key, output } = await journal.start(actor, execution, start);
        heads[party.id] = key;
        costs.push(output.cost);
      }
      return { heads, cost: sumOfCosts(costs) };
    },

    async partyStep({ round, site: aggregator, parties }) {
      const actor = actorTo(homeBetween(site, aggregator));
      const made: Record<string, { head: string; up: BlobRef }> = {};
      const costs: Cost[] = [];
      for (const { party, head, down } of parties) {
        const { key, output } = await journal.step(actor, head, { round, down });
        if (output.answer === null) throw new Error('a step of a party has a message up');
        made[party] = { head: key, up: output.answer };
        costs.push(output.cost);
      }
      return { parties: made, cost: sumOfCosts(costs) };
    },

    finishParties: (input) =>
      journal.once('finish-parties', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const toSite = homeBetween(site, input.site);
          const actor = actorTo(toSite);
          const made: Record<string, { part: BlobRef; scores: BlobRef }> = {};
          for (const { party, head } of input.parties) {
            const { spec, encoder, source, state } = await journal.live(actor, head);
            const family = familyOf(spec.type);
            const theta = family.party.parameters(state);
            const scores = scoresOf(family, source.table, theta);
            const partHome = input.parametersStay ? privateHome(site) : 'exchange';
            made[party] = {
              part: await stores.put(partHome, 'model', partBundle({ party, encoder, theta })),
              scores: await stores.put(toSite, 'scores', denseBundle('scores', scores)),
            };
            journal.forget(head);
          }
          return { parties: made };
        }),
      ),
  };
}
