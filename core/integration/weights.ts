import { AmalurError } from '../errors.js';

/**
 * @param weights of the training rows; NaN of a row that comes from tables without the column
 * @throws AMALUR_WRONG_TYPE if rows have no weight
 * @throws AMALUR_EMPTY_TARGET if all of them weigh nothing
 */
export function requireWeights(weights: Float64Array): void {
  requireEvery(weights, 'training rows', 'weight');
  if (weights.some((weight) => weight > 0)) return;
  throw new AmalurError('AMALUR_EMPTY_TARGET', 'every training row has the weight 0', {
    field: 'target.weight',
    suggestion: 'choose a column that is above 0 where rows are to be learned from',
  });
}

/**
 * @param offsets of the rows of T; NaN of a row that comes from tables without the column
 * @throws AMALUR_WRONG_TYPE if rows have no offset
 */
export function requireOffsets(offsets: Float64Array): void {
  requireEvery(offsets, 'rows', 'offset');
}

function requireEvery(values: Float64Array, rows: string, what: 'weight' | 'offset'): void {
  const without = values.filter(Number.isNaN).length;
  if (without === 0) return;
  throw new AmalurError(
    'AMALUR_WRONG_TYPE',
    `${String(without)} ${rows} come from tables that do not supply the ${what}`,
    {
      field: `target.${what}`,
      suggestion: `say in integration.columns which column of each table is the ${what}`,
    },
  );
}
