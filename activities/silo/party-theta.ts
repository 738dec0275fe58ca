import type { Dense } from '../../core/algebra/matrix.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { scoresOf } from '../../core/models/family.js';
import { trainedBy } from '../../core/models/programs.js';
import { denseBundle, denseOf } from '../../core/training/tensors.js';
import type { PartyLive } from './party-actor.js';

/**
 * θ_k (c_k × q) of a training that is over.
 * @param given of columns that other tables supply too, whose program was at the aggregator
 */
export async function partyTheta(
  stores: Stores,
  { spec, group, state }: PartyLive,
  given: BlobRef | undefined,
): Promise<Dense> {
  if (given) return denseOf((await stores.get(given)).tensors, 'theta');
  if (state === undefined) throw new Error(`the parameters of ${group} were not given`);
  return trainedBy(spec).party.parameters(state);
}

/** What each source row gives to the scores of rows of T, r_k × q, as it travels. */
export function partyScores({ spec, source }: PartyLive, theta: Dense) {
  return denseBundle('scores', scoresOf(trainedBy(spec), source.table, theta));
}
