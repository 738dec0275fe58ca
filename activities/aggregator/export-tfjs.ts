import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExportedModel } from '../../core/export/exported-model.js';
import { toTfjs } from '../../core/export/tfjs/to-tfjs.js';
import { sha256 } from '../../core/json.js';
import { writeWhole } from '../../core/sources/write-whole.js';

/**
 * Writes a network as TensorFlow.js keeps models: the model.json of the given name last, so that it is there only with the others.
 * @returns bytes of all files, and sha256 of all one after another
 */
export async function writeTfjs(
  file: string,
  model: ExportedModel,
): Promise<{ bytes: number; sha256: string }> {
  const files = toTfjs(model);
  for (const [name, bytes] of [...files].reverse()) {
    const own = name === 'model.json' ? file : path.join(path.dirname(file), name);
    await writeWhole(own, (partial) => writeFile(partial, bytes));
  }
  const all = Buffer.concat([...files.values()]);
  return { bytes: all.byteLength, sha256: sha256(all) };
}
