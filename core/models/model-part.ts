import { z } from 'zod';
import type { Bundle } from '../exchange/bundle.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../training/tensors.js';
import type { Encoder } from '../integration/encoder.js';
import type { Json } from '../json.js';
import type { ModelPart } from './model.js';

const partJson = z.object({ party: z.string(), encoder: z.custom<Encoder>() });

/** The encoder of columns that several tables supply, as it travels to them before training. */
export function encoderBundle(encoder: Encoder): Bundle {
  return { json: encoder as unknown as Json, tensors: {} };
}

export function readEncoder({ json }: Bundle): Encoder {
  return z.custom<Encoder>().parse(json);
}

export function partBundle({ party, encoder, theta, standardErrors }: ModelPart): Bundle {
  return {
    // An encoder is plain JSON; only its type, an interface, does not say so.
    json: { party, encoder: encoder as unknown as Json },
    tensors: {
      theta: denseTensor(theta),
      ...(standardErrors && { standardErrors: vectorTensor(standardErrors) }),
    },
  };
}

export function readPart({ json, tensors }: Bundle): ModelPart {
  return {
    ...partJson.parse(json),
    theta: denseOf(tensors, 'theta'),
    ...(tensors.standardErrors && { standardErrors: float64(tensors, 'standardErrors') }),
  };
}
