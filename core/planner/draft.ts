import type { ResolvedJob } from '../job/resolved.js';
import type { DataStatistics, PartyStatistics } from './data-statistics.js';
import { hostOf, siteOf, type Hosts } from './hosts.js';
import type { Candidate, Seconds, Site } from './plan.js';
import type { ExpectedRounds } from './rounds.js';

/** Everything that the cost of a plan depends on. */
export interface Situation {
  readonly resolved: ResolvedJob;
  readonly data: DataStatistics;
  readonly hosts: Hosts;
  readonly rounds: ExpectedRounds;
}

/** What a plan lets out of the silos, as far as constraints speak of it. */
export interface Disclosure {
  /** Silos whose rows leave them. */
  readonly rows: readonly string[];
  /** Silos whose join keys leave them without a secret, so that anyone can try values out. */
  readonly keys: readonly string[];
  /** Labels leave the silo of the base table. */
  readonly labels: boolean;
  /** Parameters leave the silo whose columns they weigh. */
  readonly parameters: boolean;
}

/** A candidate with its cost, before constraints have judged it. */
export interface Draft extends Omit<Candidate, 'excluded' | 'explanation'> {
  readonly discloses: Disclosure;
}

/** Seconds of an activity that does nothing: schedule, poll, complete. Measured with the dev server on two cores. */
export const ACTIVITY_SECONDS = 0.025;
/** Seconds of a round besides computing and moving bytes: messages looked for, records, checkpoints; a share of a segment's activities. */
export const ROUND_SECONDS = 0.02;
/** Activities of a run that are not rounds: resolve, plan, read, match, evaluate, publish. */
export const FIXED_ACTIVITIES = 6;

export function inTotal(seconds: Omit<Seconds, 'total'>): Seconds {
  return { ...seconds, total: seconds.join + seconds.compute + seconds.transfer + seconds.orchestration };
}

/** Seconds to read the parties' columns, all silos at once. */
export function scanSeconds({ data, hosts }: Situation): number {
  return slowest(
    bySilo(data.parties),
    (parties, silo) =>
      total(parties, ({ cellsRead }) => cellsRead) / hostOf(hosts, siteOf(silo)).rates.scannedCells,
  );
}

/** Seconds to match the base rows with every other party at the site: distinct keys by hash, rows by their key's code. */
export function matchSeconds({ data, hosts }: Situation, site: Site): number {
  const { rates } = hostOf(hosts, site);
  const [base, ...others] = data.parties;
  return (
    total(data.parties, ({ distinctKeys }) => distinctKeys) / rates.matchedRows +
    total(others, ({ rows }) => rows + base.rows) / rates.gathers
  );
}

export function bySilo(parties: readonly PartyStatistics[]): ReadonlyMap<string, readonly PartyStatistics[]> {
  const silos = [...new Set(parties.map(({ silo }) => silo))];
  return new Map(silos.map((silo) => [silo, parties.filter((party) => party.silo === silo)]));
}

export function slowest<T>(
  groups: ReadonlyMap<string, T>,
  seconds: (group: T, silo: string) => number,
): number {
  return Math.max(0, ...[...groups].map(([silo, group]) => seconds(group, silo)));
}

export function total<T>(items: readonly T[], figure: (item: T) => number): number {
  return items.reduce((sum, item) => sum + figure(item), 0);
}
