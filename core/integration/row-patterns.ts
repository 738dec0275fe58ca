import { entryOf } from '../entry-of.js';
import type { ResolvedGroup } from '../job/resolved.js';
import { tokenAt, TOKEN_BYTES, type KeyTokens } from './key-tokens.js';
import type { Layout } from './lay-out.js';
import { ownersOf } from './ownership.js';

/** Rows of T that the same tables have. */
export interface RowPattern {
  /** Parties that have these rows. */
  readonly parties: readonly string[];
  readonly rows: number;
}

/** Row patterns that are told: they go into a workflow's history. */
export const MOST_PATTERNS = 100;

/** The row patterns of T, the most frequent first and no more than MOST_PATTERNS: of n tables there are at most 2ⁿ, few in practice. */
export function rowPatterns({ rows, indices }: Layout): RowPattern[] {
  const parties = [...indices.keys()];
  const patternOf = new Int32Array(rows);
  let patterns: readonly (readonly string[])[] = [[]];
  // One table at a time, so that any number of tables can be told apart by a number per row.
  for (const party of parties) {
    const index = entryOf(indices, party);
    const known = new Map<number, number>();
    const next: (readonly string[])[] = [];
    for (let row = 0; row < rows; row++) {
      const has = index[row]! >= 0;
      const code = 2 * patternOf[row]! + (has ? 1 : 0);
      let id = known.get(code);
      if (id === undefined) {
        id = next.length;
        known.set(code, id);
        const before = patterns[patternOf[row]!] ?? [];
        next.push(has ? [...before, party] : before);
      }
      patternOf[row] = id;
    }
    patterns = next;
  }
  const counts = new Array<number>(patterns.length).fill(0);
  for (const id of patternOf) counts[id]!++;
  return patterns
    .map((present, id) => ({ parties: present, rows: counts[id]! }))
    .sort((a, b) => b.rows - a.rows || (a.parties.join() < b.parties.join() ? -1 : 1))
    .slice(0, MOST_PATTERNS);
}

/** How the tables that supply a group of columns overlap. */
export interface Overlap {
  readonly group: string;
  /** Rows owned by each table. */
  readonly owned: Readonly<Record<string, number>>;
  /** Rows that more than one of them has. */
  readonly rows: number;
  /** By column the rows in which a table has another value than the owner; NULL on either side is no disagreement. */
  readonly disagreements: Readonly<Record<string, number>>;
}

/**
 * Counts owners and disagreements of a shared group.
 * @param cells by party and feature the tokens of its cells, which tell equal values from different ones and nothing else
 */
export function overlapOf(
  group: ResolvedGroup,
  layout: Layout,
  cells: ReadonlyMap<string, ReadonlyMap<string, KeyTokens>>,
  ages?: ReadonlyMap<string, Float64Array>,
): Overlap {
  const { shares, features } = group;
  const owners = ownersOf(group, layout, ages);
  const indices = shares.map(({ party }) => entryOf(layout.indices, party));
  const owned = Object.fromEntries(
    shares.map(({ party }, position) => [
      party,
      owners.reduce((n, one) => n + (one === position ? 1 : 0), 0),
    ]),
  );
  const overlapped: number[] = [];
  for (let row = 0; row < layout.rows; row++) {
    if (indices.reduce((n, index) => n + (index[row]! >= 0 ? 1 : 0), 0) > 1) overlapped.push(row);
  }
  const disagreements = features.map(({ name }) => {
    const codes = commonCodes(shares.map(({ party }) => entryOf(entryOf(cells, party), name)));
    const differ = (row: number) => {
      const codeOf = (position: number) => {
        const source = indices[position]![row]!;
        return source < 0 ? -1 : codes[position]![source]!;
      };
      const own = codeOf(owners[row]!);
      return own >= 0 && shares.some((_, position) => codeOf(position) >= 0 && codeOf(position) !== own);
    };
    return [name, overlapped.filter(differ).length] as const;
  });
  return {
    group: group.id,
    owned,
    rows: overlapped.length,
    disagreements: Object.fromEntries(disagreements),
  };
}

/** Rows for which tables have different numbers; NaN is no disagreement. */
export function rowsThatDiffer({ rows, indices }: Layout, values: ReadonlyMap<string, Float64Array>): number {
  const first = new Float64Array(rows).fill(NaN);
  const differs = new Uint8Array(rows);
  for (const [party, numbers] of values) {
    entryOf(indices, party).forEach((source, row) => {
      const value = source < 0 ? NaN : numbers[source]!;
      if (Number.isNaN(value)) return;
      if (Number.isNaN(first[row]!)) first[row] = value;
      else if (first[row] !== value) differs[row] = 1;
    });
  }
  return differs.reduce((count, one) => count + one, 0);
}

/** Codes of each table's cells in one numbering. */
function commonCodes(tables: readonly KeyTokens[]): Int32Array[] {
  const numbers = new Map<string, number>();
  return tables.map(({ codes, tokens }) => {
    const own = Int32Array.from({ length: tokens.length / TOKEN_BYTES }, (_, code) => {
      const token = tokenAt(tokens, code);
      const number = numbers.get(token) ?? numbers.size;
      numbers.set(token, number);
      return number;
    });
    return codes.map((code) => (code < 0 ? -1 : own[code]!));
  });
}
