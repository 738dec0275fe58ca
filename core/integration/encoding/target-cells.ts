import type { TargetEncoding } from '../encoder.js';
import { columnOf, type FeatureData } from './feature-data.js';
import { levelPositions } from './level-positions.js';

/** What each row of the source counts as before it is scaled: the mean label of its level, or what was fitted for the row to be trained on. */
export function targetCells({ categorical, fitted }: FeatureData, encoding: TargetEncoding): Float64Array {
  const { column, levels, means, missing, center } = encoding;
  const { codes, values } = columnOf(categorical, column);
  const position = levelPositions(levels);
  const meanOf = Float64Array.from(values, (text) => means[position.get(text) ?? -1] ?? center);
  const cells = Float64Array.from(codes, (code) => (code < 0 ? missing : meanOf[code]!));
  fitted?.get(column)?.forEach((value, row) => {
    if (!Number.isNaN(value)) cells[row] = value;
  });
  return cells;
}
