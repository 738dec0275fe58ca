import { z } from 'zod';
import type { Bundle } from '../exchange/bundle.js';
import { denseOf, denseTensor } from '../training/tensors.js';
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
    tensors: { theta: denseTensor(theta) },
  };
}

export function readPart({ json, tensors }: Bundle): ModelPart {
  return { ...partJson.parse(json), theta: denseOf(tensors, 'theta') };
}
