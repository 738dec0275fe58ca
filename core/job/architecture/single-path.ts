import { z } from 'zod';
import { AmalurError } from '../../errors.js';

interface Named {
  readonly class_name: string;
  readonly [key: string]: unknown;
}

const ends = z.looseObject({ input_layers: z.array(z.unknown()), output_layers: z.array(z.unknown()) });
/** [[[name, node, tensor, {}]]]: one call, of one tensor. */
const called = z.tuple([z.tuple([z.tuple([z.string(), z.literal(0), z.literal(0)], z.unknown())])]);

/**
 * The layers of a functional model in the order in which a row passes them.
 * @throws AMALUR_INVALID_NETWORK where they are no single path from one input to one output
 */
export function singlePath<L extends Named>(layers: readonly L[], config: unknown): readonly L[] {
  const read = ends.safeParse(config);
  if (!read.success || read.data.input_layers.length !== 1 || read.data.output_layers.length !== 1)
    throw branched();
  // Where names repeat, a layer may come after itself.
  if (new Set(layers.map(({ name }) => name)).size < layers.length) throw branched();
  const next = new Map<string, L>();
  let start: L | undefined;
  for (const layer of layers) {
    const nodes = layer['inbound_nodes'];
    if (layer.class_name === 'InputLayer' && Array.isArray(nodes) && nodes.length === 0) {
      if (start) throw branched();
      start = layer;
      continue;
    }
    const call = called.safeParse(nodes);
    if (!call.success) throw branched();
    const [[[before]]] = call.data;
    if (next.has(before)) throw branched();
    next.set(before, layer);
  }
  const path: L[] = [];
  for (let at = start; at !== undefined; at = next.get(String(at['name']))) path.push(at);
  if (path.length !== layers.length) throw branched();
  return path;
}

function branched(): AmalurError {
  return new AmalurError(
    'AMALUR_INVALID_NETWORK',
    'the architecture: its layers are no single path from one input to one output',
    { field: 'model.architecture', suggestion: 'save a Sequential model' },
  );
}
