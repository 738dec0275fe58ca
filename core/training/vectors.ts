/** Small dense vector arithmetic; sums in index order. */

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** a + factor · b, as a new vector. */
export function plus(a: Float64Array, factor: number, b: Float64Array): Float64Array {
  return a.map((value, i) => value + factor * b[i]!);
}

export function scaled(factor: number, a: Float64Array): Float64Array {
  return a.map((value) => factor * value);
}

/** Σ c_i v_i, block by block so that the sum stays in the cache while the vectors stream past. */
export function combination(
  coefficients: readonly number[],
  vectors: readonly Float64Array[],
  length: number,
): Float64Array {
  const result = new Float64Array(length);
  const block = 2048;
  for (let from = 0; from < length; from += block) {
    const to = Math.min(length, from + block);
    vectors.forEach((vector, at) => {
      const c = coefficients[at]!;
      if (c === 0) return;
      for (let i = from; i < to; i++) result[i]! += c * vector[i]!;
    });
  }
  return result;
}
