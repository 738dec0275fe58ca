import type { DataStatistics, PartyStatistics } from './data-statistics.js';
import {
  ACTIVITY_SECONDS,
  FIXED_ACTIVITIES,
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
  columnsMultiplied,
  descentSeconds,
  exchangeWidth,
  gatherScatterSeconds,
  numbersPerRow,
  productSeconds,
  squaresBytes,
} from './operator-costs.js';
import type { MachineRates, Site } from './plan.js';
import { segmentOf } from './segments.js';
import { trainings, validationSteps, wholeTrainings } from './validation-work.js';

/** The columns in use leave every silo but the site's own; T is built there and trained on in one process. */
export function materializeAt(situation: Situation, site: Site): Draft {
  const { data, hosts, resolved } = situation;
  const rounds = situation.rounds.whitenedTogether;
  const { rates } = hostOf(hosts, site);
  const away = data.parties.filter(({ silo }) => siteOf(silo) !== site);
  const bytes = new Map([...bySilo(away)].map(([silo, parties]) => [silo, bytesPulled(parties)]));
  const arriving = total([...bytes.values()], (sent) => sent);
  const perRound = roundSeconds(situation, rates);
  const compute = trainings(resolved) * rounds.expected * perRound;
  const segment = segmentOf(perRound);
  const activities =
    wholeTrainings(resolved) * (FIXED_ACTIVITIES + Math.ceil(rounds.expected / segment)) +
    validationSteps(resolved.job, segment, rounds.expected);
  return {
    id: `materialize@${site}`,
    strategy: 'materialize',
    site,
    mode: 'pull',
    seconds: inTotal({
      join: scanSeconds(situation) + matchSeconds(situation, site) + buildSeconds(data, rates),
      compute,
      transfer:
        slowest(bytes, (sent, silo) => sent / hostOf(hosts, siteOf(silo)).rates.putBytes) +
        arriving / rates.getBytes,
      orchestration: ACTIVITY_SECONDS * activities,
    }),
    rounds,
    // The site puts the model into the exchange.
    bytesOut: Object.fromEntries(
      data.parties.map(({ silo }) => [
        silo,
        bytes.get(silo) ?? total(data.parties, ({ partBytes }) => partBytes),
      ]),
    ),
    memoryBytes: memoryAt(situation),
    discloses: {
      rows: [...bytes.keys()],
      keys: [...new Set(away.filter(({ keyBytes }) => keyBytes > 0).map(({ silo }) => silo))],
      labels: data.labelSilos.some((silo) => siteOf(silo) !== site),
      parameters: true,
    },
  };
}

/** Bytes that leave a silo: features, keys and shared cells of its parties, and what defines target rows. */
function bytesPulled(parties: readonly PartyStatistics[]): number {
  return total(
    parties,
    ({ featureBytes, keyBytes, cellBytes, rowBytes }) => featureBytes + keyBytes + cellBytes + rowBytes,
  );
}

/** Seconds to gather every cell of T. */
function buildSeconds(
  { targetNumeric, targetCategories, targetRows }: DataStatistics,
  rates: MachineRates,
): number {
  return (targetRows * (targetNumeric + targetCategories)) / rates.gathers;
}

function roundSeconds({ data, resolved }: Situation, rates: MachineRates): number {
  const { model } = resolved.job;
  return (
    exchangeWidth(model, data) *
      (columnsMultiplied(model) *
        productSeconds(data.trainRows, data.targetNumeric, data.targetCategories, rates) +
        gatherScatterSeconds(data.trainRows, data.trainRows, true, rates)) +
    descentSeconds(data, model, rates)
  );
}

/** T and the tables it is made of, 8 bytes a number and 4 a code, and the products T b of the basis. */
function memoryAt({ data, resolved }: Situation): number {
  const cells = 8 * data.targetNumeric + 4 * data.targetCategories;
  const sources = total(data.parties, ({ featureBytes, keyBytes }) => featureBytes + keyBytes);
  // The rows that a fold learns from are a copy.
  const copies = resolved.job.validation === undefined ? 1 : 2;
  const { model } = resolved.job;
  return (
    sources +
    copies * data.targetRows * cells +
    squaresBytes(model, data.targetRows, data.targetNumeric) +
    8 * data.trainRows * numbersPerRow(model, data)
  );
}
