import { BufferPool } from './buffer-pool.js';
import { dense } from './dense-array.js';
import type { FactorizedSource } from './factorized-table.js';
import { addGathered, addScattered, countGroups } from './index-vector.js';
import { inRowBlocks } from './matrix-of.js';
import type { Dense, TransposedSum } from './matrix.js';
import { rowPlan, type RowPlan } from './row-plan.js';
import { addRowsAt, type SourceColumns } from './source-columns.js';

/** The two products of a factorized table, source by source, and what is kept between calls of them. */
export class FactorizedProduct {
  private readonly pool = new BufferPool();
  private plan_: RowPlan | undefined;

  constructor(
    private readonly rows: number,
    private readonly sources: readonly FactorizedSource[],
    private readonly columns: readonly SourceColumns[],
    private readonly columnCount: number,
  ) {}

  /** Made when first needed: a slice that is only counted never is. */
  private get plan(): RowPlan {
    return (this.plan_ ??= rowPlan(this.rows, this.sources));
  }

  /** into += T[from … to) X[xRow …], row 0 of `into` being row `from`. */
  addProduct(into: Dense, x: Dense, xRow: number, from: number, to: number): void {
    this.withSourceProducts(x, xRow, (products) => this.addRows(into, x, xRow, products, from, to));
  }

  productBlocks(x: Dense, visit: (firstRow: number, block: Dense) => void): void {
    this.withSourceProducts(x, 0, (products) => {
      inRowBlocks(this.rows, x.columns, (from, block) => {
        block.data.fill(0);
        this.addRows(block, x, 0, products, from, from + block.rows);
        visit(from, block);
      });
    });
  }

  /** Rows intoRow … of `into` += T[from … to)ᵀ Y. */
  addTransposed(into: Dense, intoRow: number, y: Dense, from: number, to: number): void {
    const sums = this.zeroSums(y.columns);
    this.addToSums(sums, y, from, to);
    this.addSums(into, intoRow, sums);
    for (const sum of sums) this.pool.give(sum.data);
  }

  transposedSum(p: number): TransposedSum {
    const sums = this.zeroSums(p);
    return {
      add: (firstRow, block) => this.addToSums(sums, block, firstRow, firstRow + block.rows),
      finishInto: (into) => {
        into.data.fill(0);
        this.addSums(into, 0, sums);
        for (const sum of sums) sum.data.fill(0);
      },
    };
  }

  /** Tᵀ A: counts are scattered to the source rows, and one number a row is all that is read of A. */
  groupedColumnSums(groups: Int32Array, count: number): Dense {
    const { direct, gathered } = this.plan;
    const sums = this.zeroSums(count);
    const result = dense(this.columnCount, count);
    for (const k of direct) {
      const { table } = this.sources[k]!;
      sums[k]!.data.set(table.groupedColumnSums(padded(groups, table.rows), count).data);
    }
    for (const k of gathered) countGroups(sums[k]!, this.sources[k]!.index, groups, this.rows);
    this.addSums(result, 0, sums);
    for (const sum of sums) this.pool.give(sum.data);
    return result;
  }

  /** What I_kᵀ Y of each source is added up in; for a direct source D_kᵀ Y. */
  private zeroSums(p: number): Dense[] {
    return this.sources.map(({ table }, k) => {
      const rows = this.plan.direct.includes(k) ? table.columns : table.rows;
      return dense(rows, p, this.zeros(rows * p));
    });
  }

  private addToSums(sums: readonly Dense[], y: Dense, from: number, to: number): void {
    const { sources, plan } = this;
    for (const k of plan.direct) sources[k]!.table.addTransposed(sums[k]!, 0, y, from, to);
    for (const k of plan.gathered) addScattered(sums[k]!, 0, y, sources[k]!.index, from, to);
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
        const part = dense(table.columns, sum.columns, this.zeros(table.columns * sum.columns));
        table.addTransposed(part, 0, sum, 0, table.rows);
        addRowsAt(into, intoRow, part, columns);
        this.pool.give(part.data);
      }
    });
  }

  /** Adds rows from … to of T X, the products of the sources being there. */
  private addRows(
    into: Dense,
    x: Dense,
    xRow: number,
    products: readonly (Dense | undefined)[],
    from: number,
    to: number,
  ): void {
    const { direct, gathered } = this.plan;
    for (const k of direct) {
      const arranged = products[k];
      if (arranged === undefined)
        this.sources[k]!.table.addProduct(into, x, xRow + (this.columns[k]!.first ?? 0), from, to);
      else this.sources[k]!.table.addProduct(into, arranged, 0, from, to);
    }
    for (const k of gathered) {
      const product = products[k];
      if (product !== undefined) addGathered(into, product, 0, this.sources[k]!.index, from, to);
    }
  }

  /**
   * Calls `use` with D_k X_k of each indexed source, followers already added to their leaders, and for a direct source with its
   * rows of X where these are not consecutive.
   */
  private withSourceProducts(
    x: Dense,
    xRow: number,
    use: (products: readonly (Dense | undefined)[]) => void,
  ): void {
    const { direct, following } = this.plan;
    const products = this.sources.map(({ table }, k) => {
      const { first } = this.columns[k]!;
      const arranged = first === undefined ? this.rowsOf(x, xRow, k) : undefined;
      if (direct.includes(k)) return arranged;
      const product = this.zeroRows(k, x.columns);
      table.addProduct(
        product,
        arranged ?? x,
        arranged === undefined ? xRow + (first ?? 0) : 0,
        0,
        table.rows,
      );
      if (arranged !== undefined) this.pool.give(arranged.data);
      return product;
    });
    for (const { source, leader, rows } of following) {
      const [from, to] = [products[source], products[leader]];
      if (from !== undefined && to !== undefined) addGathered(to, from, 0, rows, 0, rows.length);
    }
    try {
      use(products);
    } finally {
      for (const product of products) if (product !== undefined) this.pool.give(product.data);
    }
  }

  /** The rows of X that are a source's columns. */
  private rowsOf(x: Dense, xRow: number, k: number): Dense {
    const { columns } = this.columns[k]!;
    const p = x.columns;
    const rows = dense(columns.length, p, this.pool.take(columns.length * p));
    for (let at = 0; at < columns.length; at++)
      for (let j = 0; j < p; j++) rows.data[at * p + j] = x.data[(xRow + columns[at]!) * p + j]!;
    return rows;
  }

  private zeroRows(k: number, p: number): Dense {
    const { rows } = this.sources[k]!.table;
    return dense(rows, p, this.zeros(rows * p));
  }

  private zeros(length: number): Float64Array {
    return this.pool.take(length).fill(0);
  }
}

/** The groups of the target rows, and none for rows of a table after those. */
function padded(groups: Int32Array, rows: number): Int32Array {
  if (groups.length === rows) return groups;
  const all = new Int32Array(rows).fill(-1);
  all.set(groups);
  return all;
}
