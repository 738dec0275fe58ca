import { AmalurError } from '../errors.js';

/**
 * A loss or a gradient that is no finite number any more teaches nothing.
 * @throws AMALUR_DIVERGED
 */
export function requireFinite(...numbers: readonly number[]): void {
  if (numbers.every(Number.isFinite)) return;
  throw new AmalurError('AMALUR_DIVERGED', 'the loss or its gradient is not a finite number any more', {
    field: 'model',
    suggestion:
      'look for columns with enormous values, raise l2, or lower the learning rate of a neural network',
  });
}
