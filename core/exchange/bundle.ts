import type { Json } from '../json.js';

export type TypedArray = Float64Array | Float32Array | Int32Array | Uint8Array;

export interface Tensor {
  readonly shape: readonly number[];
  readonly data: TypedArray;
}

/**
 * What travels and what is kept: named tensors and a little JSON. A message between party and aggregator,
 * the state of a program, a snapshot of a table and a model's parameters are all bundles; one bundle is one blob.
 */
export interface Bundle {
  readonly json: Json;
  readonly tensors: Readonly<Record<string, Tensor>>;
}

/** A bundle of one float64 vector. */
export function vectorBundle(name: string, data: Float64Array): Bundle {
  return { json: {}, tensors: { [name]: { shape: [data.length], data } } };
}
