import {
  ACTIVITY_SECONDS,
  FIXED_ACTIVITIES,
  inTotal,
  matchSeconds,
  scanSeconds,
  total,
  type Draft,
  type Situation,
} from './draft.js';
import { hostOf, siteOf } from './hosts.js';
import {
  descentSeconds,
  exchangeSeconds,
  numbersPerRow,
  partyRoundSeconds,
  squaresBytes,
} from './operator-costs.js';
import { segmentOf } from './segments.js';
import { trainings, validationSteps, wholeTrainings } from './validation-work.js';

/** All parties are in one silo: its worker trains on the factorized table in one process. T is not built, nothing leaves but the model. */
export function factorizeLocally(situation: Situation, silo: string): Draft {
  const { data, hosts, resolved } = situation;
  const rounds = situation.rounds.whitenedTogether;
  const { model } = resolved.job;
  const site = siteOf(silo);
  const { rates } = hostOf(hosts, site);
  const perRound =
    total(data.parties, (party) => partyRoundSeconds(party, data, model, rates)) +
    exchangeSeconds(data, model, rates) +
    descentSeconds(data, model, rates);
  const segment = segmentOf(perRound);
  const activities =
    wholeTrainings(resolved) * (FIXED_ACTIVITIES + Math.ceil(rounds.expected / segment)) +
    validationSteps(resolved.job, segment, rounds.expected);
  return {
    id: `factorize@${site}`,
    strategy: 'factorize',
    site,
    mode: 'local',
    seconds: inTotal({
      join: scanSeconds(situation) + matchSeconds(situation, site),
      compute: trainings(resolved) * rounds.expected * perRound,
      transfer: 0,
      orchestration: ACTIVITY_SECONDS * activities,
    }),
    rounds,
    bytesOut: { [silo]: total(data.parties, ({ partBytes }) => partBytes) },
    memoryBytes:
      total(
        data.parties,
        ({ featureBytes, keyBytes, rows, numeric }) =>
          featureBytes + keyBytes + squaresBytes(model, rows, numeric),
      ) +
      data.trainRows * (4 * total(data.parties, ({ shares }) => shares) + 8 * numbersPerRow(model, data)),
    discloses: { rows: [], keys: [], labels: false, parameters: true },
  };
}
