import type { ModelSpec } from '../job/schema.js';

/** Work that a crash may cost, in seconds. */
const SEGMENT_SECONDS = 30;

/** Rounds between two checkpoints of a local run: half a minute of them, at least 10 (one epoch) and at most 500. */
export function segmentOf(model: ModelSpec, secondsPerRound: number): number {
  const least = model.type === 'neural-network' ? 1 : 10;
  return Math.min(500, Math.max(least, Math.floor(SEGMENT_SECONDS / Math.max(secondsPerRound, 1e-9))));
}
