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

/** A column of very many texts: the mean label of a row's level, scaled; the center is the mean label of all rows, that of a text not met. */
export interface TargetEncoding extends Scaling {
  readonly kind: 'target';
  readonly column: string;
  /** In ascending order of UTF-16 code units. */
  readonly levels: readonly string[];
  /** Mean label of each level. */
  readonly means: readonly number[];
  /** That of NULL, which is a level as any other. */
  readonly missing: number;
}

/**
 * How a party's table becomes D_k, as plain JSON: all that was learned on the training rows, so that prediction encodes the same.
 *
 * An absent cell (NULL, or any cell of a target row without a match) is 0 in every column that it is encoded as, and so has no
 * other form: D_k can be gathered by CI_k, and T need not be built. An `indicator` is therefore 1 where there *is* a value. (NULL in a
 * column that is encoded by labels is not absent but a level; a row without a match is 0 there, too.)
 *
 * D_k's columns: those of numbers and dates that are no indicators, then those encoded by labels, then the bins and the indicator of each, then the columns of
 * each category or hash with its indicator, within each group in the job's order; then the products.
 */
export interface Encoder {
  /** Columns read as numbers. */
  readonly numeric: readonly NumberEncoding[];
  /** Columns read as texts. */
  readonly categorical: readonly (CategoricalEncoding | HashEncoding)[];
  /** Columns read as texts that become numbers. Left out: none. */
  readonly targets?: readonly TargetEncoding[];
  /** Pairs of columns, each of whose columns (but for indicators) are multiplied with each other. Left out: none. */
  readonly products?: readonly (readonly [string, string])[];
}

/** How any column is encoded. */
export type ColumnEncoding = Encoder['numeric' | 'categorical'][number] | TargetEncoding;

/** How a column is encoded that becomes numbers; some become indicators besides, or none but these. */
export type DenseEncoding = NumberEncoding | TargetEncoding;

/**
 * Names of D_k's columns: `column`, `column^2`, `column:spline-1`, `column:month:sin`, `column:target`, `column:bin-1`,
 * `column=level`, `column#bucket`, `column=(present)`; of products those of both, with `*` between.
 */
export function encodedColumns(encoder: Encoder): string[] {
  const { numeric, categorical, targets = [], products = [] } = encoder;
  return [
    ...[...numeric, ...targets].flatMap(denseNames),
    ...numeric.flatMap((encoding) => [...binNames(encoding), ...indicatorName(encoding)]),
    ...categorical.flatMap((encoding) => [...blockNames(encoding), ...indicatorName(encoding)]),
    ...products.flatMap(([a, b]) => productNames(namesOf(encoder, a), namesOf(encoder, b))),
  ];
}

/** The column of the table that each of D_k's columns is made of; of a product both, with `*` between. */
export function sourceColumns(encoder: Encoder): string[] {
  const { numeric, categorical, targets = [], products = [] } = encoder;
  const named = (names: readonly string[], column: string) => names.map(() => column);
  return [
    ...[...numeric, ...targets].flatMap((encoding) => named(denseNames(encoding), encoding.column)),
    ...numeric.flatMap((encoding) =>
      named([...binNames(encoding), ...indicatorName(encoding)], encoding.column),
    ),
    ...categorical.flatMap((encoding) =>
      named([...blockNames(encoding), ...indicatorName(encoding)], encoding.column),
    ),
    ...products.flatMap(([a, b]) =>
      named(productNames(namesOf(encoder, a), namesOf(encoder, b)), productNames([a], [b]).join()),
    ),
  ];
}

/** Names of the columns that a column is encoded as, but for its indicator. */
export function namesOf(encoder: Encoder, column: string): string[] {
  const encoding = encodingOf(encoder, column);
  if (encoding.kind === 'categorical' || encoding.kind === 'hash') return blockNames(encoding);
  return [...denseNames(encoding), ...binNames(encoding)];
}

/** Each of the first by each of the second. */
export function productNames(a: readonly string[], b: readonly string[]): string[] {
  return a.flatMap((one) => b.map((other) => `${one}*${other}`));
}

/** c_k, the number of D_k's columns. */
export function encodedWidth(encoder: Encoder): number {
  const { numeric, categorical, targets = [], products = [] } = encoder;
  const width = (column: string) => widthOf(encodingOf(encoder, column));
  const widths = [
    ...[...numeric, ...targets, ...categorical].map(
      (encoding) => widthOf(encoding) + indicatorName(encoding).length,
    ),
    ...products.map(([a, b]) => width(a) * width(b)),
  ];
  return widths.reduce((sum, one) => sum + one, 0);
}

export function encodingOf({ numeric, categorical, targets = [] }: Encoder, column: string): ColumnEncoding {
  const found = [...numeric, ...categorical, ...targets].find((encoding) => encoding.column === column);
  if (found === undefined) throw new Error(`column ${column} is not encoded`);
  return found;
}

/** Columns that a column is encoded as, but for its indicator. */
export function widthOf(encoding: ColumnEncoding): number {
  switch (encoding.kind) {
    case 'categorical':
      return encoding.levels.length + 1;
    case 'hash':
      return encoding.buckets;
    case 'bins':
      return encoding.edges.length + 1;
    default:
      return denseNames(encoding).length;
  }
}

function denseNames(encoding: DenseEncoding): string[] {
  const { column, kind } = encoding;
  switch (kind) {
    case 'numeric':
      return [column];
    case 'polynomial':
      return numbered(encoding.degree, (power) => (power === 1 ? column : `${column}^${String(power)}`));
    case 'spline':
      return numbered(splineWidth(encoding), (at) => `${column}:spline-${String(at)}`);
    case 'target':
      return [`${column}:target`];
    case 'bins':
      return [];
    case 'date':
      return encoding.parts.flatMap(({ part, cyclic }) =>
        cyclic ? [`${column}:${part}:sin`, `${column}:${part}:cos`] : [`${column}:${part}`],
      );
  }
}

function binNames(encoding: DenseEncoding): string[] {
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

function indicatorName(encoding: ColumnEncoding): string[] {
  const { column } = encoding;
  return encoding.kind !== 'hash' && encoding.kind !== 'target' && encoding.indicator
    ? [`${column}=(present)`]
    : [];
}
