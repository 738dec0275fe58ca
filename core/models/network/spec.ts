import { z } from 'zod';
import { neuralNetworkSchema } from '../../job/model-schema.js';
import type { Json } from '../../json.js';
import type { ModelSpec } from '../../job/schema.js';

/** The settings of a network, what its output gives being said. */
export type NetworkSpec = z.output<typeof neuralNetworkSchema> & {
  readonly output: 'sigmoid' | 'softmax' | 'linear';
  /** C, where the output is softmax, once it is known: where the labels are. */
  readonly classes?: number | undefined;
};

export function networkSpec(spec: ModelSpec): NetworkSpec {
  if (spec.type !== 'neural-network') throw new Error(`${spec.type} is no network`);
  const { output } = spec;
  if (output === undefined) throw new Error('a resolved job says what its network gives');
  return { ...spec, output };
}

/** As it is stored: plain JSON, though the type of a field that may be left out does not say so. */
export function specJson(spec: NetworkSpec): Json {
  return spec as unknown as Json;
}

/** Reads what `specJson` gave. */
export const storedSpec = neuralNetworkSchema
  .extend({ classes: z.int().min(2).optional() })
  .transform(({ classes, ...given }): NetworkSpec => ({
    ...networkSpec(given),
    ...(classes !== undefined && { classes }),
  }));
