/** Vectors beyond those that are wanted: what they converge by is the distance to the first singular value that is not among all. */
const GUARDS = 6;

/** Vectors that are improved at a time, q: the components and some more. */
export function blockWidth(components: number): number {
  return components + GUARDS;
}
