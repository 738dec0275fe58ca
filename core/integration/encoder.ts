import type { DatePart, TimeUnit } from './encoding/date-parts.js';
import type { Scaling } from './encoding/scaling.js';
import { splineWidth, type Spline } from './encoding/spline.js';

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

/** A number as powers of its scaled value, the first to the `degree`th. */
export interface PolynomialEncoding extends Scaling {
  readonly kind: 'polynomial';
  readonly column: string;
  readonly degree: number;
  readonly indicator?: true;
}

/** A number as the functions of a B-spline basis. */
export interface SplineEncoding extends Spline {
  readonly kind: 'spline';
  readonly column: string;
  readonly indicator?: true;
}

/** A number as one indicator column for each of the intervals between edges. */
export interface BinsEncoding {
  readonly kind: 'bins';
  readonly column: string;
  /** Ascending, one less than there are bins: the first and the last bin have no end. */
  readonly edges: readonly number[];
  readonly indicator?: true;
}

/** How a column that is read as a number is encoded. */
export type NumberEncoding =
  NumericEncoding | PolynomialEncoding | SplineEncoding | BinsEncoding | DateEncoding;

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
 * D_k's columns: those of numbers and dates that are no indicators, then the bins and the indicator of each, then the columns of
 * each category or hash with its indicator; within each group in the job's order.
 */
export interface Encoder {
  /** Columns read as numbers. */
  readonly numeric: readonly NumberEncoding[];
  /** Columns read as texts. */
  readonly categorical: readonly (CategoricalEncoding | HashEncoding)[];
}

/**
 * Names of D_k's columns: `column`, `column^2`, `column:spline-1`, `column:month:sin`, `column:bin-1`, `column=level`,
 * `column#bucket`, `column=(present)`.
 */
export function encodedColumns({ numeric, categorical }: Encoder): string[] {
  return [
    ...numeric.flatMap(numberNames),
    ...numeric.flatMap((encoding) => [...binNames(encoding), ...indicatorName(encoding)]),
    ...categorical.flatMap((encoding) => [...blockNames(encoding), ...indicatorName(encoding)]),
  ];
}

/** c_k, the number of D_k's columns. */
export function encodedWidth({ numeric, categorical }: Encoder): number {
  const widths = [
    ...numeric.map(
      (encoding) => numberNames(encoding).length + binNames(encoding).length + indicatorName(encoding).length,
    ),
    ...categorical.map((encoding) => blockWidth(encoding) + indicatorName(encoding).length),
  ];
  return widths.reduce((sum, width) => sum + width, 0);
}

/** Columns of a category or hash but for its indicator. */
export function blockWidth(encoding: CategoricalEncoding | HashEncoding): number {
  return encoding.kind === 'hash' ? encoding.buckets : encoding.levels.length + 1;
}

function numberNames(encoding: NumberEncoding): string[] {
  const { column, kind } = encoding;
  switch (kind) {
    case 'numeric':
      return [column];
    case 'polynomial':
      return numbered(encoding.degree, (power) => (power === 1 ? column : `${column}^${String(power)}`));
    case 'spline':
      return numbered(splineWidth(encoding), (at) => `${column}:spline-${String(at)}`);
    case 'bins':
      return [];
    case 'date':
      return encoding.parts.flatMap(({ part, cyclic }) =>
        cyclic ? [`${column}:${part}:sin`, `${column}:${part}:cos`] : [`${column}:${part}`],
      );
  }
}

function binNames(encoding: NumberEncoding): string[] {
  if (encoding.kind !== 'bins') return [];
  return numbered(encoding.edges.length + 1, (at) => `${encoding.column}:bin-${String(at)}`);
}

/** Names that count from 1. */
function numbered(count: number, name: (at: number) => string): string[] {
  return Array.from({ length: count }, (_, at) => name(at + 1));
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
