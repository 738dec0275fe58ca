import { scoresOf } from '../../core/models/family.js';
import { partBundle } from '../../core/models/model-part.js';
import { trainedBy } from '../../core/models/programs.js';
import type { State } from '../../core/training/program.js';
import { denseBundle, denseOf } from '../../core/training/tensors.js';
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
            const { spec, group, encoder, source, state } = await journal.live(actor, head);
            const family = trainedBy(spec);
            const theta = given
              ? denseOf((await stores.get(given)).tensors, 'theta')
              : family.party.parameters(stateOf(id, state));
            const partHome = input.parametersStay ? privateHome(site) : 'exchange';
            made[id] = {
              part: await stores.put(partHome, 'model', partBundle({ party: group, encoder, theta })),
              scores: await stores.put(
                toSite,
                'scores',
                denseBundle('scores', scoresOf(family, source.table, theta)),
              ),
            };
            journal.forget(head);
          }
          return { shares: made };
        }),
      ),
  };
}

function stateOf(id: string, state: State | undefined): State {
  if (state === undefined) throw new Error(`the parameters of ${id} were not given`);
  return state;
}
