import type { KeyColumn } from './key-column.js';
import type { TableProfile } from './profile.js';

/** Where a table is and how it is read; one kind for each implementation of TableSource. */
export type TableLocation =
  | { readonly kind: 'csv'; readonly path: string }
  | { readonly kind: 'parquet'; readonly path: string }
  | { readonly kind: 'sqlite'; readonly path: string; readonly table: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly table: string };

export interface TableDefinition {
  /** Name within its silo. */
  readonly name: string;
  readonly location: TableLocation;
  /** Columns declared by the owner to be a key; checked when the table is profiled. */
  readonly key?: readonly string[];
  /** Further columns, each a DuckDB SQL expression over the table's own columns. */
  readonly computed?: Readonly<Record<string, string>>;
}

/** Text by code: `values[codes[row]]`, −1 for NULL. Values are in ascending order of UTF-16 code units. */
export interface Dictionary {
  readonly codes: Int32Array;
  readonly values: readonly string[];
}

export interface ReadRequest {
  /** Columns wanted as numbers (booleans as 0 and 1). */
  readonly numeric: readonly string[];
  /** Columns wanted as categories: the canonical text of each value (integers without fraction, dates in ISO form). */
  readonly categorical: readonly string[];
  /** Composite keys by a name of the caller's choice: each part length-prefixed, NULL as soon as one part is. */
  readonly keys: Readonly<Record<string, readonly KeyColumn[]>>;
  /** A position in [0, 1) per row from a hash of these columns and the seed: equal wherever and however the row is stored. */
  readonly position?: PositionRequest;
  /** A second one, by other columns or another seed. */
  readonly fold?: PositionRequest;
}

export interface PositionRequest {
  readonly columns: readonly string[];
  readonly seed: number | string;
}

/** A table read: columns in the order of its rows, which is the same at every read of the same version where the source keeps one. */
export interface TableData {
  readonly rows: number;
  /** NaN for NULL. */
  readonly numeric: ReadonlyMap<string, Float64Array>;
  readonly categorical: ReadonlyMap<string, Dictionary>;
  readonly keys: ReadonlyMap<string, Dictionary>;
  readonly position?: Float64Array;
  readonly fold?: Float64Array;
}

/**
 * A table in its silo. All errors are AmalurErrors (AMALUR_SOURCE_MISSING, AMALUR_SOURCE_UNREADABLE, AMALUR_UNKNOWN_COLUMN);
 * but where `version` and `read` meet what may pass (a server that cannot be reached, a full disk), errors with a system's code.
 */
export interface TableSource {
  readonly definition: TableDefinition;
  /** Schema, counts, keys and content hash; reads the whole table. */
  profile(): Promise<TableProfile>;
  /** Content hash alone, cheap where the source allows it; equals `(await profile()).contentHash`. */
  version(): Promise<string>;
  read(request: ReadRequest): Promise<TableData>;
}
