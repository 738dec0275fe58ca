import type { Matrix } from '../algebra/matrix.js';
import { AmalurError } from '../errors.js';
import { encode } from '../integration/encode.js';
import type { Encoder } from '../integration/encoder.js';
import type { FeatureColumn } from '../job/resolved.js';
import type { ColumnType } from '../sources/profile.js';
import { typeOf } from './asked-columns.js';
import { numberIn, textIn } from './cells.js';
import type { ServedModel } from './served-model.js';

export type Row = Readonly<Record<string, unknown>>;

/**
 * D_k of a single row (1 × c_k), by the encoder by which the model was trained.
 * @param features as the encoder knows them
 * @param sources their names in the base table
 */
export function rowFeatures(
  encoder: Encoder,
  features: readonly FeatureColumn[],
  sources: readonly string[],
  columns: ServedModel['columns'],
): (row: Row) => Matrix {
  const sourceOf = new Map(features.map(({ name }, at) => [name, sources[at] ?? name]));
  const source = (name: string) => {
    const column = sourceOf.get(name) ?? name;
    return { column, type: typeOf(columns, column) };
  };
  // One row is written over and over: what is made of it has copies.
  const numeric = new Map(encoder.numeric.map(({ column }) => [column, new Float64Array(1)]));
  const texts = [...encoder.categorical, ...(encoder.targets ?? [])];
  const categorical = new Map(texts.map(({ column }) => [column, oneText()]));
  const numbers = [...numeric].map(([name, into]) => ({ ...source(name), into }));
  const words = [...categorical].map(([name, into]) => ({ ...source(name), into }));
  const data = { rows: 1, numeric, categorical };
  return (row) => {
    for (const { column, type, into } of numbers) {
      into[0] = numberIn(type, cellOf(row, column)) ?? wrongType(column, type);
    }
    for (const { column, type, into } of words) {
      const text = textIn(type, cellOf(row, column), 'category');
      if (text === undefined) wrongType(column, type);
      into.codes[0] = text === null ? -1 : 0;
      into.values[0] = text ?? '';
    }
    return encode(data, encoder);
  };
}

/** A row's cell; one that is left out is NULL, whatever all objects have by that name. */
export function cellOf(row: Row, column: string): unknown {
  return Object.hasOwn(row, column) ? row[column] : null;
}

/** A column of one text. */
function oneText(): { codes: Int32Array; values: string[] } {
  return { codes: new Int32Array(1), values: [''] };
}

const WRITTEN: Readonly<Record<ColumnType, string>> = {
  integer: 'a whole number, or its digits as a string',
  number: 'a finite number, or its digits as a string (the only way for a whole key from 2^53 on)',
  boolean: 'true or false',
  text: 'a string',
  date: 'a day as "2013-01-31"',
  timestamp: 'a time as "2013-01-31T05:00:00Z"',
  other: 'a string',
};

/** @throws AMALUR_WRONG_TYPE, without the value */
export function wrongType(column: string, type: ColumnType): never {
  throw new AmalurError('AMALUR_WRONG_TYPE', `the value is no ${type} that the column can hold`, {
    field: column,
    suggestion: `write ${WRITTEN[type]}, or null`,
  });
}
