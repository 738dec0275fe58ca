import type { Draft, Situation } from './draft.js';
import { factorizeLocally } from './factorize-local.js';
import { trainInRounds } from './factorize-rounds.js';
import { siteOf } from './hosts.js';
import { materializeAt } from './materialize.js';

/** Every way in which the job could run, allowed or not. */
export function draftCandidates(situation: Situation): readonly Draft[] {
  const { data, resolved } = situation;
  const silos = [...new Set(data.parties.map(({ silo }) => silo))];
  const [base] = data.parties;
  const joined = [
    materializeAt(situation, 'aggregator'),
    ...silos.map((silo) => materializeAt(situation, siteOf(silo))),
  ];
  // Products of columns of different tables need all rows in one place.
  if (resolved.interactions !== undefined)
    return silos.length === 1 ? [...joined, factorizeLocally(situation, base.silo)] : joined;
  return [
    ...joined,
    silos.length === 1
      ? factorizeLocally(situation, base.silo)
      : trainInRounds(situation, 'factorize', siteOf(base.silo)),
    trainInRounds(situation, 'factorize', 'aggregator'),
    trainInRounds(situation, 'federate', siteOf(base.silo)),
  ];
}
