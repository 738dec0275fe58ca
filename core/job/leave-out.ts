import type { ResolvedGroup, ResolvedJob } from './resolved.js';

/**
 * Silos that are left out in turn, in the order of their tables: all but the base table's that alone supply a column. None
 * where the job does not ask for it.
 */
export function silosToLeaveOut(resolved: ResolvedJob): string[] {
  // A job that was planned before an upgrade has no such section.
  const evaluation = resolved.job.evaluation as ResolvedJob['job']['evaluation'] | undefined;
  return evaluation?.leaveOut === true ? silosWithColumns(resolved) : [];
}

/** Silos besides the base table's that alone supply a column. */
export function silosWithColumns({ parties, groups }: ResolvedJob): string[] {
  const [base, ...others] = [...new Set(parties.map(({ silo }) => silo))];
  const suppliers = groups.map((group) => silosOfGroup(group, parties));
  return others.filter((silo) => silo !== base && suppliers.some((silos) => isOnly(silos, silo)));
}

/**
 * The job without the columns that one silo alone supplies. Rows, labels, weights and folds are what they were, and so is what each table
 * publishes: the same rows learn, and the same ones test. Columns that another silo supplies too stay as they are.
 */
export function withoutSilo(resolved: ResolvedJob, silo: string): ResolvedJob {
  const { parties, interactions, ...rest } = resolved;
  const groups = resolved.groups.filter((group) => !isOnly(silosOfGroup(group, parties), silo));
  const kept = new Set(groups.map(({ id }) => id));
  const products = interactions?.filter((pair) => pair.every(({ group }) => kept.has(group))) ?? [];
  return { ...rest, parties, groups, ...(products.length > 0 && { interactions: products }) };
}

function silosOfGroup({ shares }: ResolvedGroup, parties: ResolvedJob['parties']): ReadonlySet<string> {
  const silos = parties.filter(({ id }) => shares.some(({ party }) => party === id)).map(({ silo }) => silo);
  return new Set(silos);
}

function isOnly(silos: ReadonlySet<string>, silo: string): boolean {
  return silos.size === 1 && silos.has(silo);
}
