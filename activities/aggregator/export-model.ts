import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { toOnnx } from '../../core/export/to-onnx.js';
import { ownParameters } from '../../core/models/manifest.js';
import { readPart } from '../../core/models/model-part.js';
import { writeWhole } from '../../core/sources/write-whole.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { writeTfjs } from './export-tfjs.js';
import { measured, type SiteContext } from '../compute/site.js';

/** A model's parts put together and written as ONNX or for TensorFlow.js into the folder of predictions. */
export function exportOperation(context: SiteContext): Pick<AggregatorOperations, 'exportModel'> {
  return {
    exportModel: (input) =>
      context.journal.once('export-model', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const parts = [];
          for (const { prefix, part } of input.groups) {
            const { encoder, theta } = readPart(await stores.get(part));
            parts.push({ prefix, inputName: (column: string) => `${prefix}${column}`, encoder, theta });
          }
          const { name, model } = input;
          if (input.format === 'tfjs') {
            const file = path.resolve(context.predictions, input.output);
            const network = model.network && (await stores.get(model.network));
            return { file, ...(await writeTfjs(file, { type: model.type, name, parts, network })) };
          }
          const bytes = toOnnx({ type: model.type, name, parts, own: ownParameters(model) });
          const file = path.resolve(context.predictions, input.output);
          const sha256 = await writeWhole(file, (partial) => writeFile(partial, bytes));
          return { file, bytes: bytes.byteLength, sha256 };
        }),
      ),
  };
}
