import type * as tfjs from '@tensorflow/tfjs-node';
import { createRequire } from 'node:module';
import util from 'node:util';
import { AmalurError } from '../errors.js';

export type Tensorflow = typeof tfjs;

let loaded: Tensorflow | undefined;

/**
 * The one place that loads tfjs-node: half a second and 280 MB, so only where a network is trained or asked, in a compute
 * child, and at once, since a program's step does not wait. It still calls two functions that Node 23 removed.
 * @throws AMALUR_TENSORFLOW_MISSING if the native part is not installed
 */
export function tensorflow(): Tensorflow {
  if (loaded) return loaded;
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  Object.assign(util, {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  });
  try {
    loaded = createRequire(import.meta.url)('@tensorflow/tfjs-node') as Tensorflow;
    return loaded;
  } catch (cause) {
    throw new AmalurError(
      'AMALUR_TENSORFLOW_MISSING',
      'neural networks need the native part of tfjs-node, which is not installed here',
      { field: 'model.type', suggestion: 'run `npm run setup` on this host' },
      { cause },
    );
  }
}

/** What is computed, without the tensors that it took. */
export function freeing<T>(compute: () => T): T {
  const results: T[] = [];
  tensorflow().tidy(() => {
    results.push(compute());
  });
  return results[0]!;
}
