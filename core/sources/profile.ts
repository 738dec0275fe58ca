/** What a column holds, whatever database it comes from. */
export type ColumnType = 'integer' | 'number' | 'boolean' | 'text' | 'date' | 'timestamp' | 'other';

/** Up to so many rows distinct values are counted exactly; above, to about 2 % (HyperLogLog). Keys are always exact. */
export const EXACT_ROWS = 5_000_000;

export interface ColumnProfile {
  readonly name: string;
  readonly type: ColumnType;
  /** Number of NULLs. */
  readonly nulls: number;
  /** Number of distinct values other than NULL; exact in tables of at most EXACT_ROWS rows. */
  readonly distinct: number;
}

/** All that leaves a silo about a table when it is registered: schema, keys, counts. No value of a row. */
export interface TableProfile {
  readonly table: string;
  readonly rows: number;
  readonly columns: readonly ColumnProfile[];
  /** Sets of columns whose values are never NULL and never repeat, smallest first (declared, or found by counting). */
  readonly keys: readonly (readonly string[])[];
  /** Changes whenever the content does. */
  readonly contentHash: string;
  /** Size at the source. */
  readonly bytes: number;
}
