import type { TableData } from '../../sources/source.js';

/** The columns of a source table that features are made of, by the feature's name. */
export interface FeatureData extends Pick<TableData, 'rows' | 'numeric' | 'categorical'> {
  /** Of a table to be trained on, some of whose columns are encoded by labels. */
  readonly targets?: RowTargets;
  /** For training: what rows count as in columns that are encoded by labels, NaN for rows that training has not. */
  readonly fitted?: ReadonlyMap<string, Float64Array>;
}

/** What is to be learned of the rows of a source table; lengths r_k. */
export interface RowTargets {
  /** y, NaN where the label is NULL. */
  readonly labels: Float64Array;
  /** w; left out: all 1. */
  readonly weights?: Float64Array;
  /** Fold of each row, from 0. */
  readonly folds: Uint8Array;
}

/** A column that was asked for. */
export function columnOf<T>(columns: ReadonlyMap<string, T>, name: string): T {
  const found = columns.get(name);
  if (found === undefined) throw new Error(`column ${name} was not read`);
  return found;
}
