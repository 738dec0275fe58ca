import { z } from 'zod';
import type { Dense } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { InteractionAcross } from '../job/resolved.js';
import { denseOf, denseTensor } from '../training/tensors.js';

/** What a model knows of products of columns of different groups. How these columns are encoded is in the groups' parts. */
export interface InteractionPart {
  /** In the order of the columns of T that they are. */
  readonly pairs: readonly InteractionAcross[];
  /** θ (columns of all pairs × q). */
  readonly theta: Dense;
}

const column = z.object({ group: z.string(), column: z.string() });
const partJson = z.object({ pairs: z.array(z.tuple([column, column])) });

export function interactionBundle({ pairs, theta }: InteractionPart): Bundle {
  const json = { pairs: pairs.map((pair) => pair.map(({ group, column }) => ({ group, column }))) };
  return { json, tensors: { theta: denseTensor(theta) } };
}

export function readInteractions({ json, tensors }: Bundle): InteractionPart {
  return { ...partJson.parse(json), theta: denseOf(tensors, 'theta') };
}
