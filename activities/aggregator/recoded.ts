/**
 * Labels under the codes of a model that was trained on other rows; undefined where a row is of a class that it does not know.
 * @param labels codes of `classes`, or numbers where there are none
 * @param known names of the model's classes in the order of their codes
 */
export function recoded(
  labels: Float64Array,
  classes: readonly string[] | undefined,
  known: readonly string[] | undefined,
): Float64Array | undefined {
  if (classes === undefined || known === undefined) return labels;
  const codes = classes.map((name) => known.indexOf(name));
  const given = labels.map((code) => codes[code] ?? -1);
  return given.includes(-1) ? undefined : given;
}
