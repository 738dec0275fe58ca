import type { ModelManifest } from './model.js';

/** What a manifest says of the parameters that belong to no column: an intercept, or several numbers. */
export function ownNumbers(own: readonly number[]): Pick<ModelManifest, 'intercept' | 'own'> {
  const [intercept = 0] = own;
  return own.length === 1 ? { intercept } : { intercept: 0, own };
}

/** The same read back. */
export function ownParameters({ intercept, own }: Pick<ModelManifest, 'intercept' | 'own'>): Float64Array {
  return Float64Array.from(own ?? [intercept]);
}
