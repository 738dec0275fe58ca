import type { TableData } from '../../sources/source.js';

/** The columns of a source table that features are made of, by the feature's name. */
export type FeatureData = Pick<TableData, 'rows' | 'numeric' | 'categorical'>;

/** A column that was asked for. */
export function columnOf<T>(columns: ReadonlyMap<string, T>, name: string): T {
  const found = columns.get(name);
  if (found === undefined) throw new Error(`column ${name} was not read`);
  return found;
}
