import { z } from 'zod';
import type { BlobRef } from '../../exchange/store.js';

const blobRef = z.strictObject({
  home: z.custom<BlobRef['home']>((home) => typeof home === 'string'),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().min(0),
  kind: z.string(),
});

/** Every blob that a model's manifest refers to, wherever in it: what a family of models keeps need not be known here. */
export function blobRefsIn(value: unknown): readonly BlobRef[] {
  if (typeof value !== 'object' || value === null) return [];
  const ref = blobRef.safeParse(value);
  return ref.success ? [ref.data] : Object.values(value).flatMap(blobRefsIn);
}
