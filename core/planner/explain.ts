import { formatBytes, formatSeconds } from './format.js';
import { hostOf, siteName, TYPICAL_HOST, type Hosts } from './hosts.js';
import type { Draft } from './draft.js';
import type { Candidate } from './plan.js';
import { asFast } from './rank.js';

type Told = Omit<Candidate, 'explanation'>;

/** One sentence on a candidate: where its time goes, and why it was or was not chosen. */
export function explainCandidate(candidate: Told, chosen: Told): string {
  if (candidate.excluded.length > 0) return `ruled out: ${candidate.excluded.join('; ')}`;
  const cost = `about ${formatSeconds(candidate.seconds.total)}, ${mainCost(candidate)}, and ${leaving(candidate)}`;
  if (candidate.id === chosen.id)
    return `${cost}: chosen as the fastest that is allowed; of those as fast it lets fewest bytes out`;
  return asFast(candidate, chosen)
    ? `${cost}: as fast as the chosen plan, within the estimate`
    : `${cost}: ${(candidate.seconds.total / chosen.seconds.total).toFixed(1)} times as long as the chosen plan`;
}

/** The decision in a few sentences, for `amalur plan` and the UI. */
export function explainPlan(chosen: Told, others: readonly Told[], hosts: Hosts): string {
  const allowed = others.filter(({ excluded }) => excluded.length === 0);
  const runnerUp = allowed[0];
  const ruledOut = others.length - allowed.length;
  return [
    `${describe(chosen)} is expected to take about ${formatSeconds(chosen.seconds.total)} (${mainCost(chosen)}), and ${leaving(chosen)}.`,
    runnerUp === undefined
      ? 'No other plan is allowed.'
      : `The next best, ${describe(runnerUp)}, would take about ${formatSeconds(runnerUp.seconds.total)}, and ${leaving(runnerUp)}.`,
    ...(runnerUp !== undefined && ruledOut > 0
      ? [`${String(ruledOut)} ${ruledOut === 1 ? 'plan is' : 'plans are'} ruled out.`]
      : []),
    roundsSentence(chosen),
    ...(hostOf(hosts, chosen.site) === TYPICAL_HOST
      ? [`The machine of ${siteName(chosen.site)} has not been measured yet: a typical one is assumed.`]
      : []),
  ].join(' ');
}

const WAYS: Readonly<Record<Draft['strategy'], string>> = {
  materialize: 'joining the tables at',
  factorize: 'training on the tables where they are, with partial products meeting at',
  federate: 'federating, with keys hashed under a secret and partial products meeting the labels at',
};

function describe({ id, strategy, site, mode }: Told): string {
  const way = mode === 'local' ? 'training without joining, inside' : WAYS[strategy];
  return `${id} (${way} ${siteName(site)})`;
}

const KINDS = {
  join: 'reading and joining',
  compute: 'computing',
  transfer: 'moving bytes',
  orchestration: 'round trips',
} as const;

/** The largest share of the time. */
function mainCost({ seconds }: Told): string {
  const [kind, spent] = (['join', 'compute', 'transfer', 'orchestration'] as const)
    .map((name) => [name, seconds[name]] as const)
    .reduce((most, next) => (next[1] > most[1] ? next : most));
  return `${String(Math.round((100 * spent) / seconds.total))} % of it ${KINDS[kind]}`;
}

function leaving({ bytesOut }: Told): string {
  const sent = Object.entries(bytesOut).filter(([, bytes]) => bytes > 0);
  if (sent.length === 0) return 'nothing leaves a silo';
  return sent
    .map(([silo, bytes]) => `${formatBytes(bytes)} leave${sent.length === 1 ? 's' : ''} silo ${silo}`)
    .join(', ');
}

function roundsSentence({ rounds: { expected, uncertainty } }: Told): string {
  if (uncertainty === 1) return `It takes ${String(expected)} epochs.`;
  const range = `${String(Math.max(1, Math.round(expected / uncertainty)))} to ${String(Math.round(expected * uncertainty))}`;
  return `It assumes ${String(expected)} rounds until convergence; ${range} would be no surprise.`;
}
