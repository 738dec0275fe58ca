import type { DatePart, TimeUnit } from './encoding/date-parts.js';
import type { Scaling } from './encoding/scaling.js';

/** A numeric column: (x − center) / scale. */
export interface NumericEncoding extends Scaling {
  readonly kind: 'numeric';
  readonly column: string;
  readonly indicator?: true;
}

/** A part of a date: sine and cosine of its turn, or a number that is scaled as any other. */
export type DatePartEncoding =
  | { readonly part: DatePart; readonly cyclic: true }
  | ({ readonly part: DatePart; readonly cyclic: false } & Scaling);

/** A date or timestamp, read as a number: some of its parts. */
export interface DateEncoding {
  readonly kind: 'date';
  readonly column: string;
  readonly unit: TimeUnit;
  readonly parts: readonly DatePartEncoding[];
  readonly indicator?: true;
}

/** A categorical column: one indicator column per level learned on the training rows, and one for any other text. */
export interface CategoricalEncoding {
  readonly kind: 'categorical';
  readonly column: string;
  /** In ascending order of UTF-16 code units. The column after the last level is "other". */
  readonly levels: readonly string[];
  readonly indicator?: true;
}

/** A column of very many texts: one indicator column per bucket. Nothing is learned. */
export interface HashEncoding {
  readonly kind: 'hash';
  readonly column: string;
  readonly buckets: number;
}

/**
 * How a party's table becomes D_k, as plain JSON: all that was learned on the training rows, so that prediction encodes the same.
 *
 * An absent cell (NULL, or any cell of a target row without a match) is 0 in every column that it is encoded as, and so has no
 * other form: D_k can be gathered by CI_k, and T need not be built. An `indicator` is therefore 1 where there *is* a value.
 *
 * D_k's columns: those of numbers and dates, then the indicators of these, then the columns of each category or hash with its
 * indicator; within each group in the job's order.
 */
export interface Encoder {
  /** Columns read as numbers. */
  readonly numeric: readonly (NumericEncoding | DateEncoding)[];
  /** Columns read as texts. */
  readonly categorical: readonly (CategoricalEncoding | HashEncoding)[];
}

/** Names of D_k's columns: `column`, `column:month:sin`, `column=level`, `column#bucket`, `column=(present)`. */
export function encodedColumns({ numeric, categorical }: Encoder): string[] {
  return [
    ...numeric.flatMap(numberNames),
    ...numeric.flatMap(indicatorName),
    ...categorical.flatMap((encoding) => [...blockNames(encoding), ...indicatorName(encoding)]),
  ];
}

/** The column of the table that each of D_k's columns is made of. */
export function sourceColumns({ numeric, categorical }: Encoder): string[] {
  const named = (names: readonly string[], column: string) => names.map(() => column);
  return [
    ...numeric.flatMap((encoding) => named(numberNames(encoding), encoding.column)),
    ...numeric.flatMap((encoding) => named(indicatorName(encoding), encoding.column)),
    ...categorical.flatMap((encoding) =>
      named([...blockNames(encoding), ...indicatorName(encoding)], encoding.column),
    ),
  ];
}

/** c_k, the number of D_k's columns. */
export function encodedWidth({ numeric, categorical }: Encoder): number {
  const widths = [
    ...numeric.map((encoding) => numberNames(encoding).length + indicatorName(encoding).length),
    ...categorical.map((encoding) => blockWidth(encoding) + indicatorName(encoding).length),
  ];
  return widths.reduce((sum, width) => sum + width, 0);
}

/** Columns of a category or hash but for its indicator. */
export function blockWidth(encoding: CategoricalEncoding | HashEncoding): number {
  return encoding.kind === 'hash' ? encoding.buckets : encoding.levels.length + 1;
}

function numberNames(encoding: NumericEncoding | DateEncoding): string[] {
  const { column } = encoding;
  if (encoding.kind === 'numeric') return [column];
  return encoding.parts.flatMap(({ part, cyclic }) =>
    cyclic ? [`${column}:${part}:sin`, `${column}:${part}:cos`] : [`${column}:${part}`],
  );
}

function blockNames(encoding: CategoricalEncoding | HashEncoding): string[] {
  const { column } = encoding;
  if (encoding.kind === 'hash')
    return Array.from({ length: encoding.buckets }, (_, at) => `${column}#${String(at)}`);
  return [...encoding.levels.map((level) => `${column}=${level}`), `${column}=(other)`];
}

function indicatorName(encoding: Encoder['numeric' | 'categorical'][number]): string[] {
  const { column } = encoding;
  return encoding.kind !== 'hash' && encoding.indicator ? [`${column}=(present)`] : [];
}
