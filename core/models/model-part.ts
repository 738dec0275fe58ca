import { z } from 'zod';
import type { Bundle } from '../exchange/bundle.js';
import type { Encoder } from '../integration/encoder.js';
import type { ModelPart } from './model.js';

const partJson = z.object({ party: z.string(), encoder: z.custom<Encoder>() });

export function partBundle({ party, encoder, theta }: ModelPart): Bundle {
  const { numeric, categorical } = encoder;
  return {
    json: {
      party,
      encoder: { numeric: numeric.map((n) => ({ ...n })), categorical: categorical.map((c) => ({ ...c })) },
    },
    tensors: { theta: { shape: [theta.length], data: theta } },
  };
}

export function readPart({ json, tensors }: Bundle): ModelPart {
  const theta = tensors.theta?.data;
  if (!(theta instanceof Float64Array)) throw new Error('a part of a model has no parameters');
  return { ...partJson.parse(json), theta };
}
