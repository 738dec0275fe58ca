import { identityColumns } from '../../core/algebra/dense.js';
import { encode, type FeatureData } from '../../core/integration/encode.js';
import { dictionaryOf, type Text } from './arbitrary-tables.js';

/** A source table by its columns, null for NULL. */
export function tableOf(
  rows: number,
  numbers: Readonly<Record<string, readonly (number | null)[]>>,
  texts: Readonly<Record<string, readonly Text[]>> = {},
): FeatureData {
  return {
    rows,
    numeric: new Map(
      Object.entries(numbers).map(([name, cells]) => [name, Float64Array.from(cells, (cell) => cell ?? NaN)]),
    ),
    categorical: new Map(Object.entries(texts).map(([name, cells]) => [name, dictionaryOf(cells)])),
  };
}

/** What `encode` gives, row by row. */
export function cellsOf(...arguments_: Parameters<typeof encode>): number[][] {
  const table = encode(...arguments_);
  const { data } = table.multiply(identityColumns(table.columns, 0, table.columns));
  return Array.from({ length: table.rows }, (_, row) => [
    ...data.subarray(row * table.columns, (row + 1) * table.columns),
  ]);
}
