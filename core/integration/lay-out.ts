import { entryOf } from '../entry-of.js';
import { AmalurError } from '../errors.js';
import type { ResolvedJoin } from '../job/resolved.js';
import type { KeyTokens } from './key-tokens.js';
import { codesAmong, requireOneRowAKey, rowsByKey, type RowsByKey } from './match-keys.js';

/** A table as far as rows are matched. */
export interface LinkedTable {
  /** r_k. */
  readonly rows: number;
  /** Keys by the party of the join that they are for. */
  readonly keys: ReadonlyMap<string, KeyTokens>;
}

/** What a join has found. */
export interface JoinFacts {
  readonly party: string;
  /** Rows so far that found a match; for a union the rows added. */
  readonly matched: number;
  /** Rows so far that found none. */
  readonly unmatched: number;
  /** Rows of the table that nobody matches. */
  readonly unreferenced: number;
}

/** Which source row of each party makes up each row of T: CI_k before labels and split. */
export interface Layout {
  readonly rows: number;
  /** CI_k of every party, length `rows`, −1 for none; in the order in which the parties come in. */
  readonly indices: ReadonlyMap<string, Int32Array>;
  readonly joins: readonly JoinFacts[];
}

export interface LayOut {
  readonly base: string;
  readonly joins: readonly ResolvedJoin[];
  readonly tables: ReadonlyMap<string, LinkedTable>;
  /** Most rows that may come out. */
  readonly maxRows: number;
  readonly onJoin?: (party: string) => void;
}

/**
 * Builds the rows of the target table step by step, as the job's joins say: the source-to-target dependencies of inner
 * {m1}, left {m1, m2} and full outer join {m1, m2, m3} and union {m2, m3} (Amalur, ICDE 2023, §3). A chain of joins composes index vectors.
 * @throws AMALUR_REPEATED_KEY, AMALUR_TARGET_TOO_LARGE
 */
export function layOutRows({ base, joins, tables, maxRows, onJoin }: LayOut): Layout {
  const baseRows = entryOf(tables, base).rows;
  let indices = new Map<string, Int32Array>([[base, Int32Array.from({ length: baseRows }, (_, row) => row)]]);
  let rows = baseRows;
  const facts: JoinFacts[] = [];
  for (const join of joins) {
    onJoin?.(join.party);
    const table = entryOf(tables, join.party);
    const step = join.scenario === 'union' ? united(rows, table) : joined(rows, join, indices, tables);
    if (step.rows > maxRows) refuseSize(join, step.rows, maxRows);
    const { from, right } = step.fill();
    // A join that keeps every row as it is, the usual star, leaves the other index vectors alone.
    if (from !== undefined) {
      indices = new Map(
        [...indices].map(([party, index]) => [party, from.map((row) => (row < 0 ? -1 : index[row]!))]),
      );
    }
    indices.set(join.party, right);
    rows = step.rows;
    facts.push({ party: join.party, ...step.facts });
  }
  return { rows, indices, joins: facts };
}

/** A step whose size is known before anything of that size is built. */
interface Step {
  readonly rows: number;
  readonly facts: Omit<JoinFacts, 'party'>;
  /** from: row so far of each new row, −1 for none, undefined if they are the same; right: row of the table that comes in. */
  readonly fill: () => { readonly from: Int32Array | undefined; readonly right: Int32Array };
}

function united(rows: number, table: LinkedTable): Step {
  const total = rows + table.rows;
  return {
    rows: total,
    facts: { matched: table.rows, unmatched: rows, unreferenced: 0 },
    fill: () => ({
      from: Int32Array.from({ length: total }, (_, row) => (row < rows ? row : -1)),
      right: Int32Array.from({ length: total }, (_, row) => (row < rows ? -1 : row - rows)),
    }),
  };
}

function joined(
  rows: number,
  join: ResolvedJoin,
  indices: ReadonlyMap<string, Int32Array>,
  tables: ReadonlyMap<string, LinkedTable>,
): Step {
  const { party, scenario } = join;
  const table = entryOf(tables, party);
  const keyed = rowsByKey(keysOf(join, tables));
  if (join.matches === 'one') requireOneRowAKey(keyed, party, join.field);
  const codes = keysOfRows(rows, join, indices, tables, keyed);
  const { starts } = keyed;

  let matched = 0;
  let matches = 0;
  const referenced = new Uint8Array(starts.length - 1);
  for (const code of codes) {
    const count = code < 0 ? 0 : starts[code + 1]! - starts[code]!;
    if (count === 0) continue;
    matched++;
    matches += count;
    referenced[code] = 1;
  }
  const unmatched = rows - matched;
  const used = new Uint8Array(table.rows);
  referenced.forEach((one, code) => {
    if (one === 1) for (let at = starts[code]!; at < starts[code + 1]!; at++) used[keyed.rows[at]!] = 1;
  });
  const unreferenced = used.reduce((count, one) => count + 1 - one, 0);
  const kept = scenario === 'inner' ? 0 : unmatched;
  const added = scenario === 'outer' ? unreferenced : 0;

  const fill = () => {
    const total = matches + kept + added;
    const right = new Int32Array(total).fill(-1);
    const asBefore = matches === matched && kept === unmatched && added === 0;
    const from = asBefore ? undefined : new Int32Array(total).fill(-1);
    let to = 0;
    codes.forEach((code, row) => {
      const count = code < 0 ? 0 : starts[code + 1]! - starts[code]!;
      if (count === 0 && scenario === 'inner') return;
      for (let copy = 0; copy < Math.max(count, 1); copy++, to++) {
        if (from) from[to] = row;
        if (count > 0) right[to] = keyed.rows[starts[code]! + copy]!;
      }
    });
    if (added > 0)
      used.forEach((one, row) => {
        if (one === 0) right[to++] = row;
      });
    return { from, right };
  };
  return { rows: matches + kept + added, facts: { matched, unmatched, unreferenced }, fill };
}

/** Keys of the table that comes in; of a table of matches, those of the rows that lead somewhere. */
export function keysOf(
  { party, leadsTo }: ResolvedJoin,
  tables: ReadonlyMap<string, LinkedTable>,
): KeyTokens {
  const { keys } = entryOf(tables, party);
  const own = entryOf(keys, party);
  if (leadsTo === undefined) return own;
  const others = rowsByKey(entryOf(entryOf(tables, leadsTo).keys, leadsTo));
  const found = codesAmong(entryOf(keys, leadsTo), others);
  return { ...own, codes: own.codes.map((code, row) => (found[row]! < 0 ? -1 : code)) };
}

/** The key's code of each row so far, from the first of the join's left parties that the row has. */
function keysOfRows(
  rows: number,
  { party, to }: ResolvedJoin,
  indices: ReadonlyMap<string, Int32Array>,
  tables: ReadonlyMap<string, LinkedTable>,
  keyed: RowsByKey,
): Int32Array {
  const codes = new Int32Array(rows).fill(-1);
  const found = new Uint8Array(rows);
  for (const left of to) {
    const own = codesAmong(entryOf(entryOf(tables, left.party).keys, party), keyed);
    entryOf(indices, left.party).forEach((source, row) => {
      if (source < 0 || found[row] === 1) return;
      found[row] = 1;
      codes[row] = own[source]!;
    });
  }
  return codes;
}

function refuseSize({ party, field }: ResolvedJoin, rows: number, maxRows: number): never {
  throw new AmalurError(
    'AMALUR_TARGET_TOO_LARGE',
    `with ${party} the target table would have ${String(rows)} rows, more than integration.maxRows (${String(maxRows)})`,
    { field, suggestion: 'join on more columns, aggregate the table first, or raise integration.maxRows' },
  );
}

/**
 * What nothing can be learned from is a mistake of the job; rows to be predicted may well have no match.
 * @throws AMALUR_EMPTY_JOIN if a join finds rows on the left, and none of them a match
 */
export function requireMatches({ joins }: Layout, resolved: readonly ResolvedJoin[]): void {
  joins.forEach(({ party, matched, unmatched }, at) => {
    const join = resolved[at];
    if (join === undefined || join.scenario === 'union' || matched > 0 || unmatched === 0) return;
    throw new AmalurError('AMALUR_EMPTY_JOIN', `no row finds a match in ${party}`, {
      field: join.field,
      suggestion:
        'check that the key columns hold the same kind of value in both tables, or leave the join out',
    });
  });
}
