import { encodedColumns, namesOf, type ColumnEncoding, type Encoder } from '../encoder.js';
import type { Scaling } from './scaling.js';
import type { Spline } from './spline.js';

/** What a column of D_k is. */
export type Described =
  /** A power of a scaled number. */
  | { readonly kind: 'power'; readonly number: string; readonly of: number; readonly scaling: Scaling }
  /** 1 where the text is this level. @member other name of the column of texts without a level */
  | { readonly kind: 'level'; readonly other: string }
  | { readonly kind: 'bin'; readonly column: string; readonly at: number; readonly edges: readonly number[] }
  | { readonly kind: 'spline'; readonly column: string; readonly at: number; readonly spline: Spline }
  | { readonly kind: 'product'; readonly of: readonly [string, string] }
  /** What is the same wherever name and meaning are. */
  | { readonly kind: 'fixed'; readonly meaning: string };

/** By name, in the order of the columns. */
export function describedColumns(encoder: Encoder): ReadonlyMap<string, Described> {
  const { numeric, categorical, targets = [], products = [] } = encoder;
  const known = new Map<string, Described>();
  for (const encoding of [...numeric, ...targets, ...categorical])
    namesOf(encoder, encoding.column).forEach((name, at) => known.set(name, describe(encoding, name, at)));
  for (const [a, b] of products)
    for (const one of namesOf(encoder, a))
      for (const another of namesOf(encoder, b))
        known.set(`${one}*${another}`, { kind: 'product', of: [one, another] });
  const indicator: Described = { kind: 'fixed', meaning: 'present' };
  return new Map(encodedColumns(encoder).map((name) => [name, known.get(name) ?? indicator]));
}

function describe(encoding: ColumnEncoding, name: string, at: number): Described {
  const { column } = encoding;
  switch (encoding.kind) {
    case 'numeric':
    case 'polynomial':
      return { kind: 'power', number: column, of: at + 1, scaling: encoding };
    case 'target':
      return { kind: 'power', number: name, of: 1, scaling: encoding };
    case 'date': {
      const part = encoding.parts.find((one) => name === `${column}:${one.part}`);
      if (part === undefined || part.cyclic) return { kind: 'fixed', meaning: 'turn' };
      return { kind: 'power', number: name, of: 1, scaling: part };
    }
    case 'categorical':
      return { kind: 'level', other: `${column}=(other)` };
    case 'hash':
      return { kind: 'fixed', meaning: `of ${String(encoding.buckets)} buckets` };
    case 'bins':
      return { kind: 'bin', column, at, edges: encoding.edges };
    case 'spline':
      return { kind: 'spline', column, at, spline: encoding };
  }
}
