import type { FactorizedSource } from './factorized-source.js';

/** How the rows of the sources get to the rows of the target. Positions are those of the sources. */
export interface RowPlan {
  /** Sources whose row t is target row t: no index vector is read for them. */
  readonly direct: readonly number[];
  /** Sources gathered by their index vector. */
  readonly gathered: readonly number[];
  /**
   * Sources whose row follows from the row of another one, `leader`, so that their products are added there first, once a
   * source row of the leader instead of once a target row (a snowflake, found in the data). Followers come before their leaders.
   */
  readonly following: readonly {
    readonly source: number;
    readonly leader: number;
    readonly rows: Int32Array;
  }[];
}

/** One pass over the index vectors, two for each pair that fits. */
export function rowPlan(rows: number, sources: readonly FactorizedSource[]): RowPlan {
  const positions = sources.map((_, k) => k);
  const direct = positions.filter((k) => isIdentity(sources[k]!, rows));
  const indexed = positions
    .filter((k) => !direct.includes(k))
    .sort((a, b) => sources[a]!.table.rows - sources[b]!.table.rows || a - b);
  const following: RowPlan['following'][number][] = [];
  const gathered: number[] = [];
  indexed.forEach((source, at) => {
    for (const leader of indexed.slice(at + 1)) {
      // What saves less than half of the gathers is not worth a step of its own.
      if (2 * sources[leader]!.table.rows > rows) break;
      const map = rowsFrom(sources[leader]!, sources[source]!, rows);
      if (map === undefined) continue;
      following.push({ source, leader, rows: map });
      return;
    }
    gathered.push(source);
  });
  return { direct, gathered, following };
}

function isIdentity({ table, index }: FactorizedSource, rows: number): boolean {
  if (table.rows < rows) return false;
  for (let row = 0; row < rows; row++) if (index[row] !== row) return false;
  return true;
}

/** Row of `source` for each row of `leader`, if it is the same wherever that row occurs; −1 for none. */
function rowsFrom(leader: FactorizedSource, source: FactorizedSource, rows: number): Int32Array | undefined {
  const unseen = -2;
  const map = new Int32Array(leader.table.rows).fill(unseen);
  for (let row = 0; row < rows; row++) {
    const from = leader.index[row]!;
    const to = source.index[row]!;
    if (from < 0) {
      if (to >= 0) return undefined;
    } else if (map[from] === unseen) map[from] = to;
    else if (map[from] !== to) return undefined;
  }
  return map.map((row) => Math.max(row, -1));
}
