import { BufferPool } from './buffer-pool.js';
import { dense } from './dense-array.js';
import type { FactorizedSource } from './factorized-source.js';
import { addGathered, addScattered, countAll, gatherAll, scatterAll, type Indexed } from './index-vector.js';
import { inReachableBlocks, inRowBlocks, withReachable } from './matrix-of.js';
import type { Dense, TransposedSum } from './matrix.js';
import { rowPlan, type RowPlan } from './row-plan.js';
import { isResident } from './wasm/arena.js';
import { addRowsAt, type SourceColumns } from './source-columns.js';

/** The two products of a factorized table, source by source, and what is kept between calls of them. */
export class FactorizedProduct {
  /** Buffers of the two directions are apart: the row before the first is zeros on the way up, but not on the way down. */
  private readonly upward: BufferPool;
  private readonly downward: BufferPool;
  private plan_: RowPlan | undefined;

  constructor(
    private readonly rows: number,
    private readonly sources: readonly FactorizedSource[],
    private readonly columns: readonly SourceColumns[],
    private readonly columnCount: number,
  ) {
    this.upward = new BufferPool(rows);
    this.downward = new BufferPool(rows);
  }

  /** Made when first needed: a slice that is only counted never is. */
  private get plan(): RowPlan {
    return (this.plan_ ??= rowPlan(this.rows, this.sources));
  }

  /** into += T[from … to) X[xRow …], row 0 of `into` being row `from`. */
  addProduct(into: Dense, x: Dense, xRow: number, from: number, to: number): void {
    this.withSourceProducts(x, xRow, (direct, gathered) => {
      for (const { rows, at, k } of direct) this.sources[k]!.table.addProduct(into, rows, at, from, to);
      gatherAll(into, gathered, from, to, false);
    });
  }

  productBlocks(x: Dense, visit: (firstRow: number, block: Dense) => void): void {
    withReachable(x, this.upward, (near) => {
      this.withSourceProducts(near, 0, (direct, gathered) => {
        inRowBlocks(this.rows, x.columns, this.upward, (from, block) => {
          const to = from + block.rows;
          // The first to come writes, so that nothing is cleared only to be added to.
          gatherAll(block, gathered, from, to, true);
          for (const { rows, at, k } of direct) this.sources[k]!.table.addProduct(block, rows, at, from, to);
          visit(from, block);
        });
      });
    });
  }

  /** Rows intoRow … of `into` += T[from … to)ᵀ Y. */
  addTransposed(into: Dense, intoRow: number, y: Dense, from: number, to: number): void {
    const sums = this.zeroSums(y.columns);
    this.addToSums(sums, y, from, to);
    this.addSums(into, intoRow, sums);
    for (const sum of sums) this.downward.give(sum);
  }

  transposedSum(p: number): TransposedSum {
    const sums = this.zeroSums(p);
    const total = this.downward.take(this.columnCount, p);
    return {
      add: (firstRow, block) => {
        inReachableBlocks(block, this.downward, (row, part) =>
          this.addToSums(sums, part, firstRow + row, firstRow + row + part.rows),
        );
      },
      finishInto: (into) => {
        total.data.fill(0);
        this.addSums(total, 0, sums);
        into.data.set(total.data);
        for (const sum of sums) sum.data.fill(0);
      },
    };
  }

  /** Tᵀ A: counts are scattered to the source rows, and one number a row is all that is read of A. */
  groupedColumnSums(groups: Int32Array, count: number): Dense {
    const { direct, gathered } = this.plan;
    const sums = this.zeroSums(count);
    const total = this.downward.takeZeros(this.columnCount, count);
    for (const k of direct) {
      const { table } = this.sources[k]!;
      sums[k]!.data.set(table.groupedColumnSums(padded(groups, table.rows), count).data);
    }
    // Compiled kernels know no −1 among the groups; a copy where they reach it is made only if there is none.
    const room = this.downward.take(Math.ceil(groups.length / 2), 1);
    const { buffer, byteOffset } = room.data;
    const compiled = lowestGroup(groups, count) >= 0 && isResident(room.data);
    const near = compiled ? new Int32Array(buffer, byteOffset, groups.length) : groups;
    if (compiled) near.set(groups);
    countAll(
      gathered.map((k) => ({ rows: sums[k]!, index: this.sources[k]!.index })),
      near,
      this.rows,
    );
    this.downward.give(room);
    this.addSums(total, 0, sums);
    const result = dense(this.columnCount, count, Float64Array.from(total.data));
    for (const sum of [...sums, total]) this.downward.give(sum);
    return result;
  }

  /** What I_kᵀ Y of each source is added up in; for a direct source D_kᵀ Y. */
  private zeroSums(p: number): Dense[] {
    return this.sources.map(({ table }, k) =>
      this.downward.takeZeros(this.plan.direct.includes(k) ? table.columns : table.rows, p),
    );
  }

  private addToSums(sums: readonly Dense[], y: Dense, from: number, to: number): void {
    const { sources, plan } = this;
    for (const k of plan.direct) sources[k]!.table.addTransposed(sums[k]!, 0, y, from, to);
    scatterAll(
      plan.gathered.map((k) => ({ rows: sums[k]!, index: sources[k]!.index })),
      y,
      from,
      to,
    );
  }

  private addSums(into: Dense, intoRow: number, sums: readonly Dense[]): void {
    const { following, direct } = this.plan;
    for (let at = following.length - 1; at >= 0; at--) {
      const { source, leader, rows } = following[at]!;
      addScattered(sums[source]!, 0, sums[leader]!, rows, 0, rows.length);
    }
    this.sources.forEach(({ table }, k) => {
      const { columns, first } = this.columns[k]!;
      const sum = sums[k]!;
      if (direct.includes(k)) addRowsAt(into, intoRow, sum, columns);
      else if (first !== undefined) table.addTransposed(into, intoRow + first, sum, 0, table.rows);
      else {
        const part = this.downward.takeZeros(table.columns, sum.columns);
        table.addTransposed(part, 0, sum, 0, table.rows);
        addRowsAt(into, intoRow, part, columns);
        this.downward.give(part);
      }
    });
  }

  /**
   * Calls `use` with the parameters of the direct sources (rows of X from `at` on), and with D_k X_k of the indexed ones,
   * followers already added to their leaders.
   */
  private withSourceProducts(
    x: Dense,
    xRow: number,
    use: (direct: readonly { k: number; rows: Dense; at: number }[], gathered: readonly Indexed[]) => void,
  ): void {
    const { direct, gathered, following } = this.plan;
    const taken: Dense[] = [];
    const take = (buffer: Dense) => (taken.push(buffer), buffer);
    const parameters = this.columns.map(({ columns, first }) =>
      first === undefined
        ? { rows: take(this.rowsOf(x, xRow, columns)), at: 0 }
        : { rows: x, at: xRow + first },
    );
    const products = this.sources.map(({ table }, k) => {
      if (direct.includes(k)) return dense(0, x.columns);
      const product = take(this.upward.takeZeros(table.rows, x.columns));
      const { rows, at } = parameters[k]!;
      table.addProduct(product, rows, at, 0, table.rows);
      return product;
    });
    for (const { source, leader, rows } of following)
      addGathered(products[leader]!, products[source]!, 0, rows, 0, rows.length);
    try {
      use(
        direct.map((k) => ({ k, ...parameters[k]! })),
        gathered.map((k) => ({ rows: products[k]!, index: this.sources[k]!.index })),
      );
    } finally {
      for (const buffer of taken) this.upward.give(buffer);
    }
  }

  /** The rows of X that are a source's columns. */
  private rowsOf(x: Dense, xRow: number, columns: Int32Array): Dense {
    const p = x.columns;
    const rows = this.upward.take(columns.length, p);
    for (let at = 0; at < columns.length; at++)
      for (let j = 0; j < p; j++) rows.data[at * p + j] = x.data[(xRow + columns[at]!) * p + j]!;
    return rows;
  }
}

/** −1 if a row has none. @throws RangeError where a group is not −1 … count − 1: kernels do not look where they count */
function lowestGroup(groups: Int32Array, count: number): number {
  let [lowest, highest] = [0, -1];
  for (const group of groups) {
    if (group < lowest) lowest = group;
    if (group > highest) highest = group;
  }
  if (lowest < -1 || highest >= count) throw new RangeError(`groups ${lowest} to ${highest} of ${count}`);
  return lowest;
}

/** The groups of the target rows, and none for rows of a table after those. */
function padded(groups: Int32Array, rows: number): Int32Array {
  if (groups.length === rows) return groups;
  const all = new Int32Array(rows).fill(-1);
  all.set(groups);
  return all;
}
