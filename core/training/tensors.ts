import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import type { Bundle, Tensor } from '../exchange/bundle.js';

type Tensors = Readonly<Record<string, Tensor>>;

export function vectorTensor(data: Float64Array): Tensor {
  return { shape: [data.length], data };
}

export function denseTensor({ rows, columns, data }: Dense): Tensor {
  return { shape: [rows, columns], data };
}

/** A bundle of one matrix. */
export function denseBundle(name: string, matrix: Dense): Bundle {
  return { json: {}, tensors: { [name]: denseTensor(matrix) } };
}

/** A float64 tensor of a bundle by name. */
export function float64(tensors: Tensors, name: string): Float64Array {
  const data = tensors[name]?.data;
  if (!(data instanceof Float64Array)) throw new Error(`the bundle has no float64 tensor ${name}`);
  return data;
}

/** A matrix of a bundle by name; a vector is read as one column. */
export function denseOf(tensors: Tensors, name: string): Dense {
  const data = float64(tensors, name);
  const [rows = 0, columns = 1] = tensors[name]?.shape ?? [];
  return dense(rows, columns, data);
}
