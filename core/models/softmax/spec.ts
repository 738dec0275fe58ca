import type { ModelSpec } from '../../job/schema.js';

export type SoftmaxSpec = Extract<ModelSpec, { type: 'softmax-regression' }>;

/** @throws Error for another model's settings: the registry of models gives each its own program */
export function softmaxSpec(spec: ModelSpec): SoftmaxSpec {
  if (spec.type === 'softmax-regression') return spec;
  throw new Error(`${spec.type} is no softmax regression`);
}
