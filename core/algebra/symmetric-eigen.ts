import type { Dense } from './matrix.js';

export interface SymmetricEigen {
  /** Eigenvalues, the largest first. */
  readonly values: Float64Array;
  /** Orthonormal eigenvectors in the same order. */
  readonly vectors: readonly Float64Array[];
}

/** What an entry off the diagonal may be beside the diagonal to count as 0. */
const EPSILON = 2 ** -52;

/**
 * All eigenvalues and eigenvectors of a symmetric matrix: Householder's reduction to tridiagonal form and QL steps with implicit
 * shifts (EISPACK's tred2 and tql2: Bowdler, Martin, Reinsch and Wilkinson, "Handbook for Automatic Computation" II, 1971,
 * II/2 and II/3). Errors of the values are of the order of 1e-16 times the largest of them. O(n³).
 * @param a n × n, finite
 */
export function symmetricEigen(a: Dense): SymmetricEigen {
  const n = a.rows;
  const scale = a.data.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) || 1;
  // Column j of the orthogonal matrix is columns[j]: all inner loops run along one.
  const columns = Array.from({ length: n }, (_, j) =>
    Float64Array.from({ length: n }, (_, i) => a.data[Math.max(i, j) * n + Math.min(i, j)]! / scale),
  );
  const diagonal = new Float64Array(n);
  const off = new Float64Array(n);
  if (n > 0) {
    reduce(columns, diagonal, off);
    accumulate(columns, diagonal);
    diagonalise(columns, diagonal, off);
  }
  const order = [...diagonal.keys()].sort((i, j) => diagonal[j]! - diagonal[i]! || i - j);
  return {
    values: Float64Array.from(order, (i) => scale * diagonal[i]!),
    vectors: order.map((i) => columns[i]!),
  };
}

/** Householder's reflections from the last row to the first; their vectors stay in `columns`, what they are divided by in d. */
function reduce(columns: readonly Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = columns.length;
  for (let j = 0; j < n; j++) d[j] = columns[j]![n - 1]!;
  for (let i = n - 1; i > 0; i--) {
    let scale = 0;
    let h = 0;
    for (let k = 0; k < i; k++) scale += Math.abs(d[k]!);
    if (scale === 0) {
      e[i] = d[i - 1]!;
      for (let j = 0; j < i; j++) {
        d[j] = columns[j]![i - 1]!;
        columns[j]![i] = 0;
        columns[i]![j] = 0;
      }
    } else {
      for (let k = 0; k < i; k++) {
        d[k]! /= scale;
        h += d[k]! * d[k]!;
      }
      const last = d[i - 1]!;
      const root = last > 0 ? -Math.sqrt(h) : Math.sqrt(h);
      e[i] = scale * root;
      h -= last * root;
      d[i - 1] = last - root;
      reflect(columns, d, e, i, h);
    }
    d[i] = h;
  }
}

/** A ← A − u qᵀ − q uᵀ on the leading i × i part, with u in d and q in e. */
function reflect(
  columns: readonly Float64Array[],
  d: Float64Array,
  e: Float64Array,
  i: number,
  h: number,
): void {
  e.fill(0, 0, i);
  for (let j = 0; j < i; j++) {
    const column = columns[j]!;
    const f = d[j]!;
    columns[i]![j] = f;
    let g = e[j]! + column[j]! * f;
    for (let k = j + 1; k < i; k++) {
      g += column[k]! * d[k]!;
      e[k]! += column[k]! * f;
    }
    e[j] = g;
  }
  let f = 0;
  for (let j = 0; j < i; j++) {
    e[j]! /= h;
    f += e[j]! * d[j]!;
  }
  for (let j = 0; j < i; j++) e[j]! -= (f / (h + h)) * d[j]!;
  for (let j = 0; j < i; j++) {
    const column = columns[j]!;
    const [u, q] = [d[j]!, e[j]!];
    for (let k = j; k < i; k++) column[k]! -= u * e[k]! + q * d[k]!;
    d[j] = column[i - 1]!;
    column[i] = 0;
  }
}

/** The product of the reflections in `columns`, the diagonal of the tridiagonal matrix in d. */
function accumulate(columns: readonly Float64Array[], d: Float64Array): void {
  const n = columns.length;
  for (let i = 0; i < n - 1; i++) {
    const next = columns[i + 1]!;
    columns[i]![n - 1] = columns[i]![i]!;
    columns[i]![i] = 1;
    const h = d[i + 1]!;
    if (h !== 0) {
      for (let k = 0; k <= i; k++) d[k] = next[k]! / h;
      for (let j = 0; j <= i; j++) {
        const column = columns[j]!;
        let g = 0;
        for (let k = 0; k <= i; k++) g += next[k]! * column[k]!;
        for (let k = 0; k <= i; k++) column[k]! -= g * d[k]!;
      }
    }
    next.fill(0, 0, i + 1);
  }
  for (let j = 0; j < n; j++) {
    d[j] = columns[j]![n - 1]!;
    columns[j]![n - 1] = 0;
  }
  columns[n - 1]![n - 1] = 1;
}

/** QL steps until nothing is left off the diagonal. */
function diagonalise(columns: readonly Float64Array[], d: Float64Array, e: Float64Array): void {
  const n = columns.length;
  e.copyWithin(0, 1);
  e[n - 1] = 0;
  const largest = d.reduce((most, value, i) => Math.max(most, Math.abs(value) + Math.abs(e[i]!)), 0);
  let shift = 0;
  for (let l = 0; l < n; l++) {
    let m = l;
    while (m < n - 1 && Math.abs(e[m]!) > EPSILON * largest) m++;
    if (m > l) {
      do shift += step(columns, d, e, l, m);
      while (Math.abs(e[l]!) > EPSILON * largest);
    }
    d[l]! += shift;
    e[l] = 0;
  }
}

/** One QL step on rows l … m; returns by how much the rest was shifted. */
function step(
  columns: readonly Float64Array[],
  d: Float64Array,
  e: Float64Array,
  l: number,
  m: number,
): number {
  const n = columns.length;
  const first = d[l]!;
  const half = (d[l + 1]! - first) / (2 * e[l]!);
  const root = half < 0 ? -Math.hypot(half, 1) : Math.hypot(half, 1);
  d[l] = e[l]! / (half + root);
  d[l + 1] = e[l]! * (half + root);
  const second = d[l + 1]!;
  const shift = first - d[l];
  for (let i = l + 2; i < n; i++) d[i]! -= shift;

  const below = e[l + 1]!;
  let p = d[m]!;
  let [c, c2, c3, s, s2] = [1, 1, 1, 0, 0];
  for (let i = m - 1; i >= l; i--) {
    c3 = c2;
    c2 = c;
    s2 = s;
    const g = c * e[i]!;
    const h = c * p;
    const r = Math.hypot(p, e[i]!);
    e[i + 1] = s * r;
    s = e[i]! / r;
    c = p / r;
    p = c * d[i]! - s * g;
    d[i + 1] = h + s * (c * g + s * d[i]!);
    rotate(columns[i]!, columns[i + 1]!, c, s);
  }
  p = (-s * s2 * c3 * below * e[l]!) / second;
  e[l] = s * p;
  d[l] = c * p;
  return shift;
}

function rotate(a: Float64Array, b: Float64Array, c: number, s: number): void {
  for (let k = 0; k < a.length; k++) {
    const [left, right] = [a[k]!, b[k]!];
    b[k] = s * left + c * right;
    a[k] = c * left - s * right;
  }
}
