import { columnVector } from '../../core/algebra/dense.js';
import { partBundle } from '../../core/models/model-part.js';
import { programsOf } from '../../core/models/programs.js';
import { vectorBundle } from '../../core/exchange/bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import { homeBetween, measured, privateHome, type SiteContext } from '../compute/site.js';
import { partyActor } from './party-actor.js';

/** The parties' half of a training in rounds. */
export function trainingOperations(
  context: SiteContext,
): Pick<SiloOperations, 'startParties' | 'partyStep' | 'finishParties'> {
  const { journal, site } = context;
  return {
    startParties: ({ execution, spec, trainRows, parties }) =>
      measured(context, async ({ stores }) => {
        const actor = partyActor(stores, privateHome(site));
        const heads: Record<string, string> = {};
        for (const { party, features, counts } of parties) {
          context.report({ encoding: party.id });
          heads[party.id] = (
            await journal.start(actor, execution, { party, features, counts, trainRows, spec })
          ).key;
        }
        return { heads };
      }),

    partyStep: ({ round, site: aggregator, parties }) =>
      measured(context, async ({ stores }) => {
        const actor = partyActor(stores, homeBetween(site, aggregator));
        const made: Record<string, { head: string; up: BlobRef }> = {};
        for (const { party, head, down } of parties) {
          const { key, output } = await journal.step(actor, head, { round, down });
          if (output === null) throw new Error('a step of a party has a message up');
          made[party] = { head: key, up: output };
        }
        return { parties: made };
      }),

    finishParties: (input) =>
      journal.once('finish-parties', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const toSite = homeBetween(site, input.site);
          const actor = partyActor(stores, toSite);
          const made: Record<string, { part: BlobRef; scores: BlobRef }> = {};
          for (const { party, head } of input.parties) {
            const { spec, encoder, table, state } = await journal.live(actor, head);
            const theta = programsOf(spec.type).party.parameters(state);
            const scores = table.multiply(columnVector(theta)).data;
            const partHome = input.parametersStay ? privateHome(site) : 'exchange';
            made[party] = {
              part: await stores.put(partHome, 'model', partBundle({ party, encoder, theta })),
              scores: await stores.put(toSite, 'scores', vectorBundle('scores', scores)),
            };
            journal.forget(head);
          }
          return { parties: made };
        }),
      ),
  };
}
