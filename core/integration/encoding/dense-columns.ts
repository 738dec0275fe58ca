import type { DateEncoding, NumericEncoding } from '../encoder.js';
import { dateOf, partOf, turnOf } from './date-parts.js';
import type { Scaling } from './scaling.js';

/** A column of D_k from the cell that it is made of, read as a number; NaN gives NaN. */
export type DenseColumn = (cell: number) => number;

/** The columns that a numeric column or a date becomes, in the order of their names. */
export function denseColumns(encoding: NumericEncoding | DateEncoding): DenseColumn[] {
  if (encoding.kind === 'numeric') return [scaled(encoding)];
  const { unit } = encoding;
  return encoding.parts.flatMap((how): DenseColumn[] => {
    const { part } = how;
    if (!how.cyclic) {
      const toUnit = scaled(how);
      return [(cell) => toUnit(partOf(part, dateOf(cell, unit)))];
    }
    const angle = (cell: number) => 2 * Math.PI * turnOf(part, dateOf(cell, unit));
    return [(cell) => Math.sin(angle(cell)), (cell) => Math.cos(angle(cell))];
  });
}

function scaled({ center, scale, clip }: Scaling): DenseColumn {
  return clip ? (x) => Math.max(0, (x - center) / scale) : (x) => (x - center) / scale;
}
