import { z } from 'zod';
import type { Bundle } from '../exchange/bundle.js';
import type { Encoder } from '../integration/encoder.js';
import type { Json } from '../json.js';
import type { ModelPart } from './model.js';

const partJson = z.object({ party: z.string(), encoder: z.custom<Encoder>() });

export function partBundle({ party, encoder, theta }: ModelPart): Bundle {
  return {
    // An encoder is plain JSON; only its type, an interface, does not say so.
    json: { party, encoder: encoder as unknown as Json },
    tensors: { theta: { shape: [theta.length], data: theta } },
  };
}

export function readPart({ json, tensors }: Bundle): ModelPart {
  const theta = tensors.theta?.data;
  if (!(theta instanceof Float64Array)) throw new Error('a part of a model has no parameters');
  const { party, encoder } = partJson.parse(json);
  return { party, encoder: { ...encoder, numeric: encoder.numeric.map(withCenter) }, theta };
}

/** The first models had a `mean`, where a `center` is now. */
function withCenter(encoding: Encoder['numeric'][number] & { readonly mean?: number }) {
  if (encoding.kind !== 'numeric' || encoding.mean === undefined) return encoding;
  const { mean, ...others } = encoding;
  return { ...others, center: mean };
}
