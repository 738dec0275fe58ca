/** Where each of these classes was among those that a model has learned; −1 for one that it has not. */
export function placesOf(classes: readonly string[], learned: readonly string[]): number[] {
  return classes.map((name) => learned.indexOf(name));
}
