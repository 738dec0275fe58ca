import type { DenseEncoding, NumberEncoding } from '../encoder.js';
import { dateOf, partOf, turnOf } from './date-parts.js';
import type { Scaling } from './scaling.js';
import { splineBlock } from './spline.js';

/** The dense columns that a column becomes, in the order of their names. */
export interface DenseBlock {
  readonly columns: number;
  /** Writes what a cell becomes from position `at` on, where zeros are; a cell that has no such columns is NaN in them. */
  write(cell: number, into: Float64Array, at: number): void;
}

type Column = (cell: number) => number;

export function denseBlock(encoding: DenseEncoding): DenseBlock {
  switch (encoding.kind) {
    case 'numeric':
    case 'target':
      return blockOf([scaled(encoding)]);
    case 'polynomial':
      return powers(scaled(encoding), encoding.degree);
    case 'date':
      return blockOf(dateColumns(encoding));
    case 'spline':
      return splineBlock(encoding);
    case 'bins':
      return blockOf([]);
  }
}

function blockOf(columns: readonly Column[]): DenseBlock {
  return {
    columns: columns.length,
    write: (cell, into, at) => columns.forEach((column, j) => (into[at + j] = column(cell))),
  };
}

/** z, z², … of the scaled number. */
function powers(scale: Column, degree: number): DenseBlock {
  return {
    columns: degree,
    write(cell, into, at) {
      const z = scale(cell);
      for (let j = 0, power = z; j < degree; j++, power *= z) into[at + j] = power;
    },
  };
}

function dateColumns({ unit, parts }: Extract<NumberEncoding, { kind: 'date' }>): Column[] {
  return parts.flatMap((how): Column[] => {
    const { part } = how;
    if (!how.cyclic) {
      const toUnit = scaled(how);
      return [(cell) => toUnit(partOf(part, dateOf(cell, unit)))];
    }
    const angle = (cell: number) => 2 * Math.PI * turnOf(part, dateOf(cell, unit));
    return [(cell) => Math.sin(angle(cell)), (cell) => Math.cos(angle(cell))];
  });
}

function scaled({ center, scale, clip }: Scaling): Column {
  return clip ? (x) => Math.max(0, (x - center) / scale) : (x) => (x - center) / scale;
}
