import { AmalurError } from '../errors.js';
import type { Bundle } from '../exchange/bundle.js';
import { nest, nested } from '../exchange/nested.js';
import type { ModelSpec } from '../job/schema.js';
import { sparseSpec } from '../models/glm/party.js';
import { familyOf } from '../models/programs.js';
import type { StartingPoint } from '../training/program.js';
import { denseOf, denseTensor, float64, vectorTensor } from '../training/tensors.js';
import type { FoldedRows } from './fit-fold.js';

/**
 * The first value of a path along `l1`: λ_max of all training rows, which all folds share.
 * @throws AMALUR_NO_FEATURES where the training would end at θ = 0 without a penalty too
 */
export function pathBegin({ table, labels, weights }: FoldedRows, spec: ModelSpec): number {
  const { largestL1 } = familyOf(spec.type);
  if (!largestL1) throw new Error(`a ${spec.type} has no l1`);
  const largest = largestL1(table, { rows: table.rows, labels, ...(weights && { weights }) }, spec);
  if (largest > sparseSpec(spec).tolerance) return largest;
  throw new AmalurError('AMALUR_NO_FEATURES', 'all parameters are 0 whatever l1 is', {
    field: 'search.over.l1',
    suggestion: 'check that the label varies, and that a feature does with it',
  });
}

/** Where the trainings of some folds ended, as one bundle. */
export function endsBundle(ends: readonly StartingPoint[]): Bundle {
  const parts = ends.map(({ parameters, own }, at): [string, Bundle] => [
    `fold${String(at)}`,
    { json: {}, tensors: { parameters: denseTensor(parameters), own: vectorTensor(own) } },
  ]);
  return nest(Object.fromEntries(parts));
}

/** The same read back, in the order of the folds. */
export function readEnds(bundle: Bundle): readonly StartingPoint[] {
  const parts = nested(bundle);
  return Object.keys(parts).map((_, at) => {
    const { tensors = {} } = parts[`fold${String(at)}`] ?? {};
    return { parameters: denseOf(tensors, 'parameters'), own: float64(tensors, 'own') };
  });
}
