import { AmalurError } from '../errors.js';
import type { ColumnProfile, ColumnType } from '../sources/profile.js';
import { settingsOf, type EncodingRequest } from './features-schema.js';
import type { ColumnEncoding } from './resolved.js';

/** Types of columns that can be encoded so. */
export const POSSIBLE: Readonly<Record<ColumnEncoding, readonly ColumnType[]>> = {
  numeric: ['integer', 'number', 'boolean'],
  polynomial: ['integer', 'number'],
  spline: ['integer', 'number'],
  bins: ['integer', 'number'],
  categorical: ['integer', 'number', 'boolean', 'text', 'date', 'timestamp'],
  date: ['date', 'timestamp'],
  hash: ['integer', 'number', 'boolean', 'text', 'date', 'timestamp'],
  target: ['integer', 'number', 'boolean', 'text', 'date', 'timestamp'],
};

/** Whether a name that stands in a file of another version is that of an encoding. */
export function isEncoding(name: string): boolean {
  return Object.hasOwn(POSSIBLE, name);
}

/** Throws AMALUR_WRONG_TYPE when a column cannot be encoded as the job asks. */
export function checkEncoding(name: string, { type }: ColumnProfile, asked: EncodingRequest): void {
  const settings = settingsOf(asked);
  const field = `features.encode["${name}"]`;
  if (!POSSIBLE[settings.type].includes(type)) {
    throw new AmalurError(
      'AMALUR_WRONG_TYPE',
      `${name} is of type ${type} and cannot be encoded as ${settings.type}`,
      {
        field,
        suggestion: insteadFor(type),
      },
    );
  }
  const hour = settings.type === 'date' ? (settings.parts?.indexOf('hour') ?? -1) : -1;
  if (type === 'date' && hour >= 0) {
    throw new AmalurError('AMALUR_WRONG_TYPE', `${name} is a date, which has no hour`, {
      field: `${field}.parts[${String(hour)}]`,
      suggestion: 'leave "hour" out',
    });
  }
}

function insteadFor(type: ColumnType): string {
  switch (type) {
    case 'other':
      return 'leave the column out';
    case 'date':
    case 'timestamp':
      return 'encode it as "date" or "categorical", or leave it out';
    case 'text':
      return 'encode it as "categorical" or "hash", or leave it out';
    default:
      return 'encode it as "numeric" or "categorical", or leave it out';
  }
}
