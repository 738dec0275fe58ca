import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Stores } from '../../core/exchange/stores.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import { writeWhole } from '../../core/sources/write-whole.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { exportedModel } from './exported-model.js';

/** Writes the files of a model under the given name, that of the first of them, and tells what they are in all. */
type Exporter = (
  stores: Stores,
  model: PortableModel,
  file: string,
) => Promise<{ bytes: number; sha256: string }>;

/** Each format is loaded when it is asked for: most compute children never export. */
const EXPORTERS: Readonly<Record<ExportFormat, Exporter>> = {
  async onnx(stores, model, file) {
    const { toOnnx } = await import('../../core/export/onnx/to-onnx.js');
    return oneFile(file, toOnnx(await exportedModel(stores, model)));
  },
  async amalur(stores, model, file) {
    const { writeModelFile } = await import('../../core/export/amalur/model-file.js');
    return oneFile(file, await writeModelFile(model, ({ home, sha256 }) => stores.at(home).get(sha256)));
  },
  async tfjs(stores, model, file) {
    const { writeTfjs } = await import('./export-tfjs.js');
    return writeTfjs(file, await exportedModel(stores, model));
  },
};

/** A model's parts put together and written into the folder of predictions. */
export function exportOperation(context: SiteContext): Pick<AggregatorOperations, 'exportModel'> {
  return {
    exportModel: (input) =>
      context.journal.once('export-model', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const file = path.resolve(context.predictions, input.output);
          return { file, ...(await EXPORTERS[input.format](stores, input.model, file)) };
        }),
      ),
  };
}

async function oneFile(file: string, bytes: Uint8Array) {
  const sha256 = await writeWhole(file, (partial) => writeFile(partial, bytes));
  return { bytes: bytes.byteLength, sha256 };
}
