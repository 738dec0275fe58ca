import type { Bundle } from '../../exchange/bundle.js';
import { weightsOf } from './layers.js';
import { specJson, storedSpec, type NetworkSpec } from './spec.js';

type Weights = ReadonlyMap<string, Float64Array>;

/** The layers above the first product as a model keeps them: settings, and weights in float32, in which they are computed with. */
export function savedNetwork(spec: NetworkSpec, weights: Weights): Bundle {
  const tensors = weightsOf(spec).map(({ name, shape }) => {
    const data = Float32Array.from(weights.get(name) ?? []);
    return [name, { shape, data }] as const;
  });
  return { json: specJson(spec), tensors: Object.fromEntries(tensors) };
}

export function readNetwork({ json, tensors }: Bundle): { spec: NetworkSpec; weights: Weights } {
  const spec = storedSpec.parse(json);
  const weights = weightsOf(spec).map(({ name }): [string, Float64Array] => [
    name,
    Float64Array.from(tensors[name]?.data ?? []),
  ]);
  return { spec, weights: new Map(weights) };
}
