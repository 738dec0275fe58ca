import { AmalurError } from '../errors.js';
import { checkJoinKey, type KeySide } from './check-join-key.js';
import { parseKeyExpression, writeKeyColumn } from './key-expression.js';
import { findTable, fullName, type TableInSilo } from './known-tables.js';
import type { ResolvedJoin, Scenario } from './resolved.js';
import type { Job } from './schema.js';

/** A party with its table, before its features are chosen. */
export interface JoinedTable extends TableInSilo {
  /** `silo.table` or `silo.alias`. */
  readonly id: string;
  /** How it comes in; undefined for the base itself. */
  readonly join: ResolvedJoin | undefined;
  /** It only says which rows match, and has no features. */
  readonly linksOnly: boolean;
}

type Join = Job['integration']['joins'][number];
type Parties = [JoinedTable, ...JoinedTable[]];

/** The tables of the job, base first, in the order in which they come in, with checked join keys. */
export function resolveJoins(
  job: Job,
  tables: readonly TableInSilo[],
): readonly [JoinedTable, ...JoinedTable[]] {
  const base = findTable(tables, job.target.base, 'target.base');
  requireRows(base, 'target.base');
  const parties: Parties = [{ ...base, id: fullName(base), join: undefined, linksOnly: false }];
  for (const [position, join] of job.integration.joins.entries()) {
    const field = `integration.joins[${String(position)}]`;
    const scenario = join.scenario ?? job.integration.scenario;
    if (scenario === 'union') addUnion(parties, tables, join, field);
    else addJoin(parties, tables, job, join, scenario, field);
  }
  return parties;
}

function addUnion(parties: Parties, tables: readonly TableInSilo[], join: Join, field: string): void {
  for (const name of ['on', 'to', 'through'] as const) {
    if (join[name] === undefined) continue;
    refuse(`${field}.${name}`, `rows are added to the target table, so "${name}" has no meaning`, [
      `leave "${name}" out, or set ${field}.scenario to "left"`,
    ]);
  }
  const table = newParty(parties, tables, join.table, join.as, field);
  requireRows(table, `${field}.table`);
  const { id } = table;
  const resolved = { party: id, scenario: 'union', to: [], columns: [], matches: 'one', field } as const;
  parties.push({ ...table, join: resolved, linksOnly: false });
}

function addJoin(
  parties: Parties,
  tables: readonly TableInSilo[],
  job: Job,
  join: Join,
  scenario: Exclude<Scenario, 'union'>,
  field: string,
): void {
  const left = join.to === undefined ? facts(parties) : [earlierParty(parties, join.to, `${field}.to`)];
  const table = newParty(parties, tables, join.table, join.as, field);
  const { on, through, matches } = join;
  if (on === undefined) {
    throw new AmalurError(
      'AMALUR_INVALID_JOB',
      `the join of ${table.id} does not say which columns must be equal`,
      {
        field: `${field}.on`,
        suggestion:
          'name the key columns under "on", or set the scenario to "union" if its rows are to be added below',
      },
    );
  }
  const at = `${field}.on`;
  const bases = on.map((entry, i) => keyEntry(entry, 'base', `${at}[${String(i)}]`));
  const own = on.map((entry, i) => keyEntry(entry, 'table', `${at}[${String(i)}]`));
  const lefts = left.map((party) => ({
    table: party,
    columns: bases.map(({ text, field: path }) => ({ text: leftName(job, party, text), field: path })),
    field: at,
  }));

  if (through === undefined) {
    const key = checkJoinKey(lefts, { table, columns: own, field: at }, matches === 'one');
    parties.push({ ...table, join: { party: table.id, scenario, ...key, matches, field }, linksOnly: false });
    return;
  }

  // A table of matches is joined as any other; the table that it leads to is joined to it.
  const via = `${field}.through`;
  for (const name of ['base', 'match'] as const) {
    if (through[name].length === on.length) continue;
    const [columns, wanted] = [String(through[name].length), String(on.length)];
    refuse(`${via}.${name}`, `"${name}" names ${columns} columns, and the key under "on" has ${wanted}`, [
      'name a column of the table of matches for each of the key, in the same order',
    ]);
  }
  const links = newParty(parties, tables, through.table, undefined, via, 'through');
  if (links.id === table.id) refuseSecond(table.id, 'through', via);
  const side = (name: 'base' | 'match'): KeySide => ({
    table: links,
    columns: through[name].map((text, i) => ({ text, field: `${via}.${name}[${String(i)}]` })),
    field: `${via}.${name}`,
  });
  const toLinks = checkJoinKey(lefts, side('base'), matches === 'one');
  const first = scenario === 'inner' ? 'inner' : 'left';
  parties.push({
    ...links,
    join: { party: links.id, scenario: first, ...toLinks, matches, leadsTo: table.id, field: via },
    linksOnly: true,
  });
  const fromLinks = checkJoinKey([side('match')], { table, columns: own, field: at }, true);
  parties.push({
    ...table,
    join: { party: table.id, scenario, ...fromLinks, matches: 'one', field },
    linksOnly: false,
  });
}

/** One side of an entry of `on`, with its path. */
function keyEntry(
  entry: NonNullable<Join['on']>[number],
  side: 'base' | 'table',
  field: string,
): KeySide['columns'][number] {
  return typeof entry === 'string'
    ? { text: entry, field }
    : { text: entry[side], field: `${field}.${side}` };
}

/** The base and all that is united with it: the tables whose rows are the rows of the target table. */
function facts([base, ...others]: Parties): readonly JoinedTable[] {
  return [base, ...others.filter(({ join }) => join?.scenario === 'union')];
}

/** A key column is named as in the base table; a united table may have it under the name that `columns` says. */
function leftName(job: Job, party: JoinedTable, text: string): string {
  const has = (name: string) => party.profile.columns.some((column) => column.name === name);
  const { column: name, apply } = parseKeyExpression(text, has);
  if (party.join === undefined || has(name)) return text;
  const base = `${job.target.base}.${name}`;
  const sources = Object.entries(job.integration.columns).find(
    ([target, columns]) => target === name || columns.includes(base),
  );
  const own = sources?.[1].find((column) => column.startsWith(`${party.id}.`));
  return own === undefined ? text : writeKeyColumn({ column: own.slice(party.id.length + 1), apply });
}

function earlierParty(parties: Parties, id: string, field: string): JoinedTable {
  const found = parties.find((party) => party.id === id);
  if (found !== undefined) return found;
  throw new AmalurError('AMALUR_UNKNOWN_TABLE', `${id} does not come in before this join`, {
    field,
    suggestion: `so far there are ${parties.map((party) => party.id).join(', ')}`,
  });
}

function newParty(
  parties: Parties,
  tables: readonly TableInSilo[],
  name: string,
  alias: string | undefined,
  field: string,
  as: SecondAs = alias === undefined ? 'table' : 'alias',
): TableInSilo & { readonly id: string } {
  const table = findTable(tables, name, `${field}.table`);
  const id = `${table.silo}.${alias ?? table.profile.table}`;
  if (parties.some((party) => party.id === id)) refuseSecond(id, as, field);
  return { ...table, id };
}

/** Throws AMALUR_EMPTY_TARGET for a table without rows: whatever else is wrong with it comes from that. */
function requireRows(table: TableInSilo, field: string): void {
  if (table.profile.rows > 0) return;
  throw new AmalurError('AMALUR_EMPTY_TARGET', `table ${fullName(table)} has no rows`, {
    field,
    suggestion: 'choose a table that has rows',
  });
}

function refuse(field: string, message: string, [suggestion]: readonly [string]): never {
  throw new AmalurError('AMALUR_INVALID_JOB', message, { field, suggestion });
}

/** As what a table comes in whose name is taken. */
type SecondAs = 'table' | 'alias' | 'through';

const SECOND: Readonly<Record<SecondAs, { field: string; suggestion: string }>> = {
  table: { field: 'table', suggestion: 'give this join an alias with "as"' },
  alias: { field: 'as', suggestion: 'choose another alias' },
  through: { field: 'table', suggestion: 'use a table of matches for one join, and for nothing else' },
};

function refuseSecond(id: string, as: SecondAs, field: string): never {
  throw new AmalurError(
    'AMALUR_DUPLICATE_NAME',
    as === 'alias'
      ? `the name ${id} is taken by another table of the job`
      : `table ${id} takes part twice under one name`,
    { field: `${field}.${SECOND[as].field}`, suggestion: SECOND[as].suggestion },
  );
}
