/** Seconds after which a local run shows where it is; every tenth time its state is saved. */
const SEGMENT_SECONDS = 3;

/** Rounds that a local run makes in one activity: some seconds of them, at least 1 and at most 500. */
export function segmentOf(secondsPerRound: number): number {
  return Math.min(500, Math.max(1, Math.floor(SEGMENT_SECONDS / Math.max(secondsPerRound, 1e-9))));
}
