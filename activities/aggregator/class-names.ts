import { z } from 'zod';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import type { ModelManifest } from '../../core/models/model.js';

const namesJson = z.object({ classes: z.array(z.string()) });

/**
 * Stores the names of a model's classes. They are values of rows, so that they go into a blob as the names of categories do, and
 * only a reference into the manifest.
 */
export async function keepClasses(
  stores: Stores,
  { classes }: TargetIndex,
  home: BlobRef['home'],
): Promise<Pick<ModelManifest, 'classes'>> {
  if (!classes) return {};
  const bundle = { json: { classes: [...classes] }, tensors: {} };
  return { classes: await stores.put(home, 'model', bundle) };
}

/** Names of the classes by code, of a model that has classes. */
export async function readClasses(
  stores: Stores,
  { classes }: Pick<ModelManifest, 'classes'>,
): Promise<readonly string[] | undefined> {
  return classes && namesJson.parse((await stores.get(classes)).json).classes;
}
