import type { Dense } from '../algebra/matrix.js';
import { freeNames } from '../integration/row-identity.js';
import { ownParameters } from '../models/manifest.js';
import { familyOf } from '../models/programs.js';
import type { ServedModel } from './served-model.js';

/** null for a number that is not defined. */
export type Predicted = Readonly<Record<string, number | string | null>>;

/** What a model predicts of a row from its scores (1 × q), named as in the file of an inference. */
export function rowOutput({
  type,
  classes,
  network,
  ...numbers
}: Pick<ServedModel, 'type' | 'intercept' | 'own' | 'classes' | 'network'>): (scores: Dense) => Predicted {
  const family = familyOf(type);
  const own = ownParameters(numbers);
  const besides = { ...(classes && { classes }), ...(network && { network }) };
  // Of one class after another only case may differ, and the file's columns are told apart by more.
  let names: ReadonlyMap<string, string> | undefined;
  return (scores) => {
    const predicted: Record<string, number | string | null> = {};
    const code = classes && family.classify?.(scores, own, network)?.predicted[0];
    if (code !== undefined) predicted['class'] = classes?.[code] ?? null;
    const columns = family.predict(scores, own, besides);
    names ??= namesOf([...columns.keys()], Object.keys(predicted));
    for (const [name, values] of columns) {
      const value = values[0] ?? NaN;
      predicted[names.get(name) ?? name] = Number.isFinite(value) ? value : null;
    }
    return predicted;
  };
}

function namesOf(columns: readonly string[], taken: readonly string[]): ReadonlyMap<string, string> {
  const free = freeNames(new Map(columns.map((name) => [name, name])), taken);
  return new Map([...free].map(([name, column]) => [column, name]));
}
