/**
 * Which rows are held out for testing: 1 for these. A silo tells this and not the position, which is a hash of the row's key that
 * anyone could try keys out on.
 * @param position by row in [0, 1)
 */
export function heldOut(position: Float64Array, testShare: number): Uint8Array {
  return Uint8Array.from(position, (at) => (at < testShare ? 1 : 0));
}
