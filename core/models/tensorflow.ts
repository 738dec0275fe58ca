import type * as tfjs from '@tensorflow/tfjs-node';
import util from 'node:util';
import { AmalurError } from '../errors.js';

export type Tensorflow = typeof tfjs;

/**
 * The one place that loads tfjs-node: half a second and 280 MB, so only where a network is trained or asked, in a compute
 * child. It still calls two functions that Node 23 removed.
 * @throws AMALUR_TENSORFLOW_MISSING if the native part is not installed
 */
export async function loadTensorflow(): Promise<Tensorflow> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  try {
    const loaded = (await import('@tensorflow/tfjs-node')) as Tensorflow & { default?: Tensorflow };
    return loaded.default ?? loaded;
  } catch (cause) {
    throw new AmalurError(
      'AMALUR_TENSORFLOW_MISSING',
      'neural networks need the native part of tfjs-node, which is not installed here',
      { field: 'model.type', suggestion: 'run `npm run setup` on this host' },
      { cause },
    );
  }
}
