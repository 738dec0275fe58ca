import fc from 'fast-check';
import { keyTokens } from '../../core/integration/key-tokens.js';
import { layOutRows, type LayOut, type LinkedTable } from '../../core/integration/lay-out.js';
import { entryOf } from '../../core/entry-of.js';
import { parseJob, resolveJob, type TableInSilo } from '../../core/job/resolve.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { Job, JobInput } from '../../core/job/schema.js';
import { dictionaryOf, type Text } from './arbitrary-tables.js';

/** Columns of every table: two to join by, one that says how new a row is, one cell. */
export const COLUMNS = ['a', 'b', 'age', 'v'] as const;
export type ColumnName = (typeof COLUMNS)[number];
export type TableRow = Readonly<Record<ColumnName, number | null>>;
export type Tables = Readonly<Record<string, readonly TableRow[]>>;

/** A job over small tables `s.t0` (the base), `s.t1`, …, with tables of matches `s.m1`, … */
export interface JoinedScene {
  readonly tables: Tables;
  readonly job: Job;
  readonly resolved: ResolvedJob;
}

type Join = Job['integration']['joins'][number];

const orNull = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: null, freq: 4 });
/** Up to eight rows with NULLs and repetitions. */
export const tableRows = fc.array(fc.record({ a: orNull(2), b: orNull(1), age: orNull(3), v: orNull(2) }), {
  maxLength: 8,
});

const KEYS: readonly (readonly { readonly base: string; readonly table: string }[])[] = [
  [{ base: 'a', table: 'a' }],
  [{ base: 'a', table: 'b' }],
  [{ base: 'b', table: 'a' }],
  [
    { base: 'a', table: 'a' },
    { base: 'b', table: 'b' },
  ],
  [
    { base: 'a', table: 'b' },
    { base: 'b', table: 'a' },
  ],
];

const step = fc.record({
  rows: tableRows,
  scenario: fc.constantFrom('left', 'inner', 'outer', 'union'),
  matches: fc.constantFrom('one', 'all'),
  on: fc.constantFrom(...KEYS),
  /** Which of the tables so far it is joined to; undefined for the default. */
  to: fc.option(fc.nat(), { nil: undefined }),
  links: fc.option(tableRows, { nil: undefined, freq: 3 }),
});

/** A base and up to four tables that come in by any scenario, to any table so far or through a table of matches. */
export const joinedScenes: fc.Arbitrary<JoinedScene> = fc
  .record({
    base: tableRows,
    usual: fc.constantFrom('left', 'inner', 'outer'),
    steps: fc.array(step, { maxLength: 4 }),
  })
  .map(({ base, usual, steps }) => {
    const tables: Record<string, readonly TableRow[]> = { 's.t0': base };
    const joins = steps.map((one, at) => {
      const table = `s.t${at + 1}`;
      const so = Object.keys(tables);
      const on = Array.from(
        one.on as readonly { readonly base: string; readonly table: string }[],
        (pair) => ({ ...pair }),
      );
      const key = on.map((pair) => pair.table);
      if (one.scenario === 'union') {
        tables[table] = one.rows;
        return { table, scenario: one.scenario };
      }
      const to = one.to === undefined ? undefined : so[one.to % so.length];
      const through = one.links && {
        table: `s.m${at + 1}`,
        base: ['a', 'b'].slice(0, key.length),
        match: ['b', 'a'].slice(0, key.length),
      };
      if (through && one.links) {
        tables[through.table] = one.matches === 'all' ? one.links : withoutRepeats(one.links, through.base);
      }
      tables[table] = one.matches === 'all' && !through ? one.rows : withoutRepeats(one.rows, key);
      return {
        ...{ table, on, matches: one.matches },
        // Where it is the integration's scenario, nothing is said.
        ...(one.scenario !== usual && { scenario: one.scenario }),
        ...(to !== undefined && { to }),
        ...(through && { through }),
      };
    });
    return sceneOf(tables, { scenario: usual, joins });
  });

/** A scene of given tables and joins. */
export function sceneOf(
  tables: Tables,
  integration: JobInput['integration'],
  target: Partial<JobInput['target']> = {},
): JoinedScene {
  const job = parseJob({
    name: 'scene',
    task: 'regression',
    target: { base: 's.t0', label: { column: 'label' }, ...target },
    integration,
    model: { type: 'linear-regression' },
  });
  const scene = { tables, job, resolved: resolveJob(job, Object.keys(tables).map(profileOf)) };
  // What a counterexample shows.
  return Object.assign(scene, { [fc.toStringMethod]: () => JSON.stringify({ tables, integration, target }) });
}

/** A profile that neither proves nor refutes anything about keys. */
function profileOf(name: string): TableInSilo {
  const [silo = '', table = ''] = name.split('.');
  const names = name === 's.t0' ? [...COLUMNS, 'label'] : COLUMNS;
  const columns = names.map((column) => ({ name: column, type: 'integer', nulls: 0, distinct: 99 }) as const);
  return { silo, profile: { table, rows: 99, columns, keys: [], contentHash: name, bytes: 99 } };
}

function withoutRepeats(rows: readonly TableRow[], key: readonly string[]): readonly TableRow[] {
  const keys = keyTexts(rows, key);
  return rows.filter((_, row) => keys[row] === null || keys.indexOf(keys[row] ?? '') === row);
}

/** NULL as soon as a part is. */
export function keyTexts(rows: readonly TableRow[], key: readonly string[]): Text[] {
  return rows.map((row) => {
    const parts = key.map((name) => row[name as ColumnName]);
    return parts.includes(null) ? null : parts.join();
  });
}

/** What each table publishes for the joins that it takes part in. */
export function linkedTables({ tables, resolved }: JoinedScene): ReadonlyMap<string, LinkedTable> {
  return new Map(
    Object.entries(tables).map(([party, rows]) => {
      const keys = resolved.joins.flatMap((join) => {
        const own = join.party === party ? join : join.to.find((left) => left.party === party);
        const names = own?.columns.map(({ column }) => column) ?? [];
        return names.length === 0
          ? []
          : [[join.party, keyTokens(dictionaryOf(keyTexts(rows, names)))] as const];
      });
      return [party, { rows: rows.length, keys: new Map(keys) }];
    }),
  );
}

export function layOut(scene: JoinedScene, change: Partial<LayOut> = {}) {
  const { joins } = scene.resolved;
  return layOutRows({ base: 's.t0', joins, tables: linkedTables(scene), maxRows: 1e6, ...change });
}

/** Tables of a scene in the order in which they come in. */
export function partiesOf({ resolved }: JoinedScene): readonly string[] {
  return resolved.parties.map(({ id }) => id);
}

/** Name of a table in SQL: `t1` for `s.t1`. */
export const sqlName = (party: string): string => party.slice(2);

/** Common table expressions of a scene, written from the definitions of the scenarios. */
export interface SceneSql {
  /** `WITH …`: for each table t its rows with `t` (row number, from 0), `t_a`, …; `target`, T with all their columns. */
  readonly text: string;
  /** For each join of the resolved job a query of its counts: matched, unmatched, unreferenced. */
  readonly facts: readonly string[];
  /** Tables of the rows after each join of the resolved job that adds or drops any; the last is T. */
  readonly sizes: readonly { readonly party: string; readonly table: string }[];
}

/**
 * The rows of T in SQL. A row of the base or of a table united with it has its columns as `fact_a`, … too, so that UNION ALL BY
 * NAME puts those of several tables under one name, by which others are joined to them.
 */
export function sqlOf({ tables, job }: JoinedScene): SceneSql {
  const parts = Object.entries(tables).map(([party, rows]) => valuesOf(sqlName(party), rows));
  const asFact = (t: string) =>
    `SELECT *, ${COLUMNS.map((name) => `${t}_${name} AS fact_${name}`).join(', ')} FROM ${t}`;
  parts.push(`r0 AS (${asFact('t0')})`);
  const facts: string[] = [];
  const sizes: { party: string; table: string }[] = [];
  job.integration.joins.forEach((join, at) => {
    const [before, after] = [`r${at}`, `r${at + 1}`];
    const t = sqlName(join.table);
    const scenario = join.scenario ?? job.integration.scenario;
    const count = (from: string) => `(SELECT count(*) FROM ${from})`;
    if (scenario === 'union') {
      parts.push(`${after} AS (SELECT * FROM ${before} UNION ALL BY NAME ${asFact(t)})`);
      facts.push(`SELECT ${count(t)}, ${count(before)}, 0`);
    } else if (join.through === undefined) {
      const on = conditionOf(join, t);
      const kind = { left: 'LEFT', inner: 'INNER', outer: 'FULL OUTER' }[scenario];
      parts.push(`${after} AS (SELECT * FROM ${before} ${kind} JOIN ${t} ON ${on})`);
      facts.push(
        `SELECT ${count(`${before} SEMI JOIN ${t} ON ${on}`)}, ${count(`${before} ANTI JOIN ${t} ON ${on}`)},
                ${count(`${t} ANTI JOIN ${before} ON ${on}`)}`,
      );
    } else {
      // Two rows match if a row of the table of matches says so.
      const m = sqlName(join.through.table);
      const [linked, found] = [`l${at}`, `f${at}`];
      const leads = join.through.match.map(
        (name, i) => `${m}_${name} = ${t}_${join.on?.[i] ? right(join.on[i]) : ''}`,
      );
      const on = join.through.base.map((name, i) => `${leftOf(join, i)} = ${m}_${name}`).join(' AND ');
      parts.push(`${linked} AS (SELECT * FROM ${m} JOIN ${t} ON ${leads.join(' AND ')})`);
      parts.push(
        `${found} AS (SELECT * FROM ${before} ${scenario === 'inner' ? 'INNER' : 'LEFT'} JOIN ${linked} ON ${on})`,
      );
      const unused = (table: string) =>
        `${table} WHERE ${table}.${table} NOT IN (SELECT ${table} FROM ${found} WHERE ${table} IS NOT NULL)`;
      parts.push(
        `${after} AS (SELECT * FROM ${found}${scenario === 'outer' ? ` UNION ALL BY NAME SELECT * FROM ${unused(t)}` : ''})`,
      );
      facts.push(
        `SELECT ${count(`${before} SEMI JOIN ${linked} ON ${on}`)},
                ${count(`${before} ANTI JOIN ${linked} ON ${on}`)}, ${count(unused(m))}`,
        `SELECT ${count(`${found} WHERE ${t} IS NOT NULL`)}, ${count(`${found} WHERE ${t} IS NULL`)}, ${count(unused(t))}`,
      );
      sizes.push({ party: join.through.table, table: found });
    }
    sizes.push({ party: join.table, table: after });
  });
  parts.push(`target AS (SELECT * FROM r${job.integration.joins.length})`);
  return { text: `WITH ${parts.join(',\n')}\n`, facts, sizes };
}

function valuesOf(t: string, rows: readonly TableRow[]): string {
  const columns = [t, ...COLUMNS.map((name) => `${t}_${name}`)];
  const lines = rows.map((row, at) => `(${[at, ...COLUMNS.map((name) => row[name] ?? 'NULL')].join()})`);
  const empty = `SELECT ${columns.map(() => 'NULL::INTEGER').join()} WHERE false`;
  return `${t}(${columns.join()}) AS (${lines.length === 0 ? empty : `VALUES ${lines.join()}`})`;
}

type On = NonNullable<Join['on']>[number];
const right = (entry: On): string => (typeof entry === 'string' ? entry : entry.table);

function leftOf({ on = [], to }: Join, at: number): string {
  const entry = on[at] ?? '';
  return `${to === undefined ? 'fact' : sqlName(to)}_${typeof entry === 'string' ? entry : entry.base}`;
}

function conditionOf(join: Join, t: string): string {
  return (join.on ?? []).map((entry, i) => `${leftOf(join, i)} = ${t}_${right(entry)}`).join(' AND ');
}

/** The tuple of source rows of each row of T, NULL for none, sorted. */
export function tuplesOf(
  indices: ReadonlyMap<string, Int32Array>,
  parties: readonly string[],
  rows: number,
): string[] {
  return Array.from({ length: rows }, (_, row) =>
    JSON.stringify(
      parties.map((party) => {
        const source = entryOf(indices, party)[row] ?? -1;
        return source < 0 ? null : source;
      }),
    ),
  ).sort();
}
