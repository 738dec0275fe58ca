import type { PartyStatistics } from './data-statistics.js';
import {
  ACTIVITY_SECONDS,
  FIXED_ACTIVITIES,
  ROUND_SECONDS,
  bySilo,
  inTotal,
  matchSeconds,
  scanSeconds,
  slowest,
  total,
  type Draft,
  type Situation,
} from './draft.js';
import { hostOf, siteOf } from './hosts.js';
import {
  basisSize,
  descentSeconds,
  exchangeSeconds,
  exchangeWidth,
  numbersPerRow,
  partyRoundSeconds,
  squaresBytes,
} from './operator-costs.js';
import { exchangesPerRound, rowsPerRound } from './mini-batches.js';
import type { Candidate, Seconds, Site } from './plan.js';
import { trainingsInRounds, wholeTrainings } from './validation-work.js';

/** Bytes of a message besides its vector: the dot products of the basis, headers. */
const MESSAGE_BYTES = 300;
const UP_BYTES_PER_BASIS_VECTOR = 32;
const DOWN_BYTES_PER_BASIS_VECTOR = 20;

/** Bytes that one party exchanges with the site. */
interface Traffic {
  /** Before the first round: keys up (and labels, by the base), n_k down. */
  readonly startUp: number;
  readonly startDown: number;
  /** P_k and G_k, 8 bytes a number, with what goes along. */
  readonly roundUp: number;
  readonly roundDown: number;
}

/**
 * Partial products travel between the silos and the site, round by round. What parties at the site
 * exchange goes through its store as well, but doesn't leave it. For federate the site is the base table's silo, keys are hashed under a secret, parameters stay.
 */
export function trainInRounds(situation: Situation, strategy: 'factorize' | 'federate', site: Site): Draft {
  const { data } = situation;
  const away = data.parties.filter(({ silo }) => siteOf(silo) !== site);
  const rounds = roundsOf(situation);
  const trainings = trainingsInRounds(situation.resolved);
  const whole = wholeTrainings(situation.resolved);
  // How often rows occur is told once for all trainings on the same rows.
  const { folds = 0 } = situation.resolved.job.validation ?? {};
  const sum = (parties: readonly PartyStatistics[], figure: (t: Traffic) => number) =>
    total(parties, (party) => figure(trafficOf(situation, party, strategy)));
  // One product more than there are rounds: the scores of the test rows.
  const up = (t: Traffic) => t.startUp + trainings * (rounds.expected + 1) * t.roundUp;
  const down = (t: Traffic) => (whole + folds) * t.startDown + trainings * rounds.expected * t.roundDown;
  const partBytes = (party: PartyStatistics) => (strategy === 'federate' ? 0 : whole * party.partBytes);
  const bytesOut = [...bySilo(data.parties)].map(([silo, parties]): [string, number] => [
    silo,
    (siteOf(silo) === site ? sum(away, down) : sum(parties, up)) + total(parties, partBytes),
  ]);
  return {
    id: `${strategy}@${site}`,
    strategy,
    site,
    mode: 'rounds',
    seconds: secondsOf(situation, site, {
      leaving: (parties) => sum(parties, up),
      arriving: (parties) => sum(parties, down),
    }),
    rounds,
    bytesOut: Object.fromEntries(bytesOut),
    memoryBytes: memoryAt(situation, site),
    discloses: {
      rows: [],
      keys: strategy === 'federate' ? [] : [...bySilo(away.filter(({ keyBytes }) => keyBytes > 0)).keys()],
      labels: data.labelSilos.some((silo) => siteOf(silo) !== site),
      // What several silos weigh, all of them know.
      parameters: strategy !== 'federate' || data.sharingSilos.length > 0,
    },
  };
}

function roundsOf({ data, rounds }: Situation): Candidate['rounds'] {
  return data.parties.length === 1 ? rounds.whitenedTogether : rounds.whitenedApart;
}

interface Moved {
  /** Bytes that parties write and read in the whole run. */
  readonly leaving: (parties: readonly PartyStatistics[]) => number;
  readonly arriving: (parties: readonly PartyStatistics[]) => number;
}

function secondsOf(situation: Situation, site: Site, { leaving, arriving }: Moved): Seconds {
  const { data, hosts, resolved } = situation;
  const rounds = roundsOf(situation);
  const trainings = trainingsInRounds(resolved);
  const { model } = resolved.job;
  const { rates } = hostOf(hosts, site);
  const silos = bySilo(data.parties);
  const parties = slowest(silos, (own, silo) =>
    total(own, (party) => partyRoundSeconds(party, data, model, hostOf(hosts, siteOf(silo)).rates)),
  );
  return inTotal({
    join: scanSeconds(situation) + matchSeconds(situation, site),
    compute:
      trainings *
      rounds.expected *
      (parties + exchangeSeconds(data, model, rates) + descentSeconds(data, model, rates)),
    // The silos write and read at once, then the site does for all of them.
    transfer:
      slowest(silos, (own, silo) => {
        const host = hostOf(hosts, siteOf(silo)).rates;
        return leaving(own) / host.putBytes + arriving(own) / host.getBytes;
      }) +
      leaving(data.parties) / rates.getBytes +
      arriving(data.parties) / rates.putBytes,
    // Columns that several tables supply take a second exchange: their gradients are added up before products are made.
    orchestration:
      trainings *
      (FIXED_ACTIVITIES * ACTIVITY_SECONDS +
        rounds.expected *
          exchangesPerRound(model, data.trainRows) *
          ROUND_SECONDS *
          (resolved.groups.some(({ shares }) => shares.length > 1) ? 2 : 1)),
  });
}

function trafficOf(
  { resolved, data }: Situation,
  party: PartyStatistics,
  strategy: 'factorize' | 'federate',
): Traffic {
  const { model, integration } = resolved.job;
  const { shares } = party;
  const compared = strategy === 'federate' || integration.overlap === 'fail';
  const basis = basisSize(model);
  const exchanges = exchangesPerRound(model, data.trainRows);
  const vectors =
    (8 * exchangeWidth(model, data) * rowsPerRound(model, party.rows, data.trainRows)) / exchanges;
  return {
    startUp: party.keyBytes + party.rowBytes + (compared ? party.cellBytes : 0),
    startDown: 8 * party.rows * shares,
    roundUp: exchanges * shares * (vectors + MESSAGE_BYTES + UP_BYTES_PER_BASIS_VECTOR * basis),
    roundDown: exchanges * shares * (vectors + MESSAGE_BYTES + DOWN_BYTES_PER_BASIS_VECTOR * basis),
  };
}

/** Index vectors, products T b of the basis, all P_k and G_k of a round, and the tables of the parties at the site. */
function memoryAt({ data, resolved }: Situation, site: Site): number {
  const { model } = resolved.job;
  // A fold has index vectors of its own.
  const indices = resolved.job.validation === undefined ? 1 : 2;
  const perRow = indices * 4 * total(data.parties, ({ shares }) => shares) + 8 * numbersPerRow(model, data);
  const own = data.parties.filter(({ silo }) => siteOf(silo) === site);
  return (
    data.trainRows * perRow +
    total(
      data.parties,
      ({ rows, shares, keyBytes }) => 16 * exchangeWidth(model, data) * rows * shares + keyBytes,
    ) +
    total(own, ({ featureBytes, rows, numeric }) => featureBytes + squaresBytes(model, rows, numeric))
  );
}
