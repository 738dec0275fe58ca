/** Small dense vector arithmetic; sums in index order. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a + factor · b, as a new vector. */
export function plus(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = a[i]! + factor * b[i]!;
  return result;
}

export function scaled(factor: number, a: Float64Array): Float64Array {
  const result = new Float64Array(a.length);
  for (let i = 0; i < a.length; i++) result[i] = factor * a[i]!;
  return result;
}

/**
 * Σ c_i v_i. Block by block, so that the sum stays in the cache while the vectors stream past, and four vectors at a time,
 * so that it is loaded and stored once for four: what is left is the speed at which memory delivers the vectors.
 */
export function combination(
  coefficients: readonly number[],
  vectors: readonly Float64Array[],
  length: number,
): Float64Array {
  const result = new Float64Array(length);
  const block = 2048;
  for (let from = 0; from < length; from += block) {
    const to = Math.min(length, from + block);
    let at = 0;
    for (; at + 4 <= vectors.length; at += 4) {
      addFour(result, from, to, coefficients, vectors, at);
    }
    for (; at < vectors.length; at++) {
      const c = coefficients[at]!;
      const v = vectors[at]!;
      for (let i = from; i < to; i++) result[i]! += c * v[i]!;
    }
  }
  return result;
}

function addFour(
  into: Float64Array,
  from: number,
  to: number,
  coefficients: readonly number[],
  vectors: readonly Float64Array[],
  at: number,
): void {
  const [c0, c1, c2, c3] = [
    coefficients[at]!,
    coefficients[at + 1]!,
    coefficients[at + 2]!,
    coefficients[at + 3]!,
  ];
  const [v0, v1, v2, v3] = [vectors[at]!, vectors[at + 1]!, vectors[at + 2]!, vectors[at + 3]!];
  for (let i = from; i < to; i++) into[i]! += c0 * v0[i]! + c1 * v1[i]! + c2 * v2[i]! + c3 * v3[i]!;
}
