import type { Encoder } from './encoder.js';
import { binOf } from './encoding/bins.js';
import { describedColumns, type Described } from './encoding/described-columns.js';
import type { Scaling } from './encoding/scaling.js';
import { grevillePoints, splineBlock, type Spline } from './encoding/spline.js';

/** A column of D_k as it is encoded now, by the columns as they were encoded for an earlier model. */
export interface CarriedColumn {
  /** θ = Σ factor θ_from, with which scores stay what they were but for the `constants`. Empty for a column that is new. */
  readonly terms: readonly Term[];
  /** The column that it was, x_from = factor x + offset. */
  readonly same?: Term & { readonly offset: number };
}

interface Term {
  /** Position among the columns of before. */
  readonly from: number;
  readonly factor: number;
}

/** How the columns of one encoder are those of another, so that what was learned about these can be said about those. */
export interface CarriedColumns {
  readonly columns: readonly CarriedColumn[];
  /** What columns of before are where all of now are 0: by position, of those that are not 0 there. */
  readonly constants: ReadonlyMap<number, number>;
}

interface Earlier {
  readonly at: number;
  readonly was: Described;
}

/**
 * Scaled numbers and their powers exactly; a level that is new by "other", which it was; a bin by the one in which its middle was;
 * splines by the old curve at Greville's points (Schoenberg's approximation: de Boor, A Practical Guide to Splines, 1978, ch. XII);
 * products by their leading term. A column that was not there, or was something else, is new.
 */
export function carriedColumns(before: Encoder, now: Encoder): CarriedColumns {
  const earlier = new Map<string, Earlier>();
  for (const [name, was] of describedColumns(before)) earlier.set(name, { was, at: earlier.size });
  const described = describedColumns(now);
  const constants = new Map<number, number>();
  const found = new Map<string, CarriedColumn>();
  for (const [name, column] of described) {
    if (column.kind === 'power') {
      for (const { from, offset } of powersOf(column.number, column.scaling, earlier))
        if (offset !== 0) constants.set(from, offset);
    }
    const carried =
      column.kind === 'product' ? product(name, column.of, earlier, found) : carry(name, column, earlier);
    found.set(name, carried ?? { terms: [] });
  }
  return { columns: [...found.values()], constants };
}

function carry(
  name: string,
  column: Exclude<Described, { kind: 'product' }>,
  earlier: ReadonlyMap<string, Earlier>,
): CarriedColumn | undefined {
  const found = earlier.get(name);
  switch (column.kind) {
    case 'power': {
      const { of: r } = column;
      const powers = powersOf(column.number, column.scaling, earlier).filter(({ of: p }) => p >= r);
      // (a z + b)^p = Σ_r C(p, r) a^r b^(p−r) z^r
      const terms = powers.map(({ from, of: p, a, b }) => ({
        from,
        factor: binomial(p, r) * a ** r * b ** (p - r),
      }));
      const own = powers.find(({ of: p }) => p === r);
      const same = own && { from: own.from, factor: own.a ** r, offset: r === 1 ? own.b : 0 };
      return { terms, ...(same && { same }) };
    }
    case 'level':
      if (found?.was.kind === 'level') return unchanged(found.at);
      return otherwise(earlier.get(column.other));
    case 'bin': {
      const { edges } = column;
      const first = earlier.get(`${column.column}:bin-1`);
      if (first?.was.kind !== 'bin') return undefined;
      const at = first.at + binOf(middleOf(edges, column.at), first.was.edges);
      return { terms: [{ from: at, factor: 1 }], ...(found && { same: unchanged(found.at).same }) };
    }
    case 'spline': {
      const first = earlier.get(`${column.column}:spline-1`);
      if (first?.was.kind !== 'spline') return undefined;
      const { spline } = first.was;
      if (sameCurves(spline, column.spline)) return unchanged(first.at + column.at);
      const basis = splineBlock(spline);
      const values = new Float64Array(basis.columns);
      basis.write(grevillePoints(column.spline)[column.at]!, values, 0);
      const terms = [...values].flatMap((factor, j) =>
        factor === 0 ? [] : [{ from: first.at + j, factor }],
      );
      return { terms, ...(found && { same: unchanged(found.at).same }) };
    }
    case 'fixed':
      return found?.was.kind === 'fixed' && found.was.meaning === column.meaning
        ? unchanged(found.at)
        : undefined;
  }
}

/** The powers of a number among the columns of before: z_from = a z + b to the power p, and what that is where z is 0. */
function powersOf(number: string, now: Scaling, earlier: ReadonlyMap<string, Earlier>) {
  return [...earlier.values()].flatMap(({ at, was }) => {
    if (was.kind !== 'power' || was.number !== number) return [];
    const a = now.scale / was.scaling.scale;
    const b = (now.center - was.scaling.center) / was.scaling.scale;
    return [{ from: at, of: was.of, a, b, offset: b ** was.of }];
  });
}

/** Columns that are products stand behind those of which they are made. */
function product(
  name: string,
  of: readonly [string, string],
  earlier: ReadonlyMap<string, Earlier>,
  found: ReadonlyMap<string, CarriedColumn>,
): CarriedColumn | undefined {
  const own = earlier.get(name);
  const [a, b] = of.map((one) => found.get(one)?.same);
  if (own?.was.kind !== 'product' || !a || !b) return undefined;
  const term = { from: own.at, factor: a.factor * b.factor };
  return { terms: [term], same: { ...term, offset: 0 } };
}

function unchanged(from: number): Required<CarriedColumn> {
  return { terms: [{ from, factor: 1 }], same: { from, factor: 1, offset: 0 } };
}

/** A text that has a level now and had none was "other". */
function otherwise(other: Earlier | undefined): CarriedColumn | undefined {
  return other?.was.kind === 'level' ? { terms: [{ from: other.at, factor: 1 }] } : undefined;
}

/** A number in a bin: the middle between its edges, of the first and the last the edge that they have, or beside it. */
function middleOf(edges: readonly number[], at: number): number {
  const [low = -Infinity, high = Infinity] = [edges[at - 1], edges[at]];
  if (low === -Infinity)
    return high === Infinity ? 0 : high - Math.abs(high) * Number.EPSILON - Number.MIN_VALUE;
  return high === Infinity ? low : low + (high - low) / 2;
}

function sameCurves(a: Spline, b: Spline): boolean {
  return a.degree === b.degree && a.knots.join() === b.knots.join();
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return value;
}
