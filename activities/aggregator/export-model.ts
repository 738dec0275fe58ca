import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Stores } from '../../core/exchange/stores.js';
import { writeModelFile, type PortableModel } from '../../core/export/amalur/model-file.js';
import { toOnnx } from '../../core/export/onnx/to-onnx.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import { writeWhole } from '../../core/sources/write-whole.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { writeTfjs } from './export-tfjs.js';
import { exportedModel } from './exported-model.js';

/** Writes the files of a model under the given name, that of the first of them, and tells what they are in all. */
type Exporter = (
  stores: Stores,
  model: PortableModel,
  file: string,
) => Promise<{ bytes: number; sha256: string }>;

const EXPORTERS: Readonly<Record<ExportFormat, Exporter>> = {
  onnx: async (stores, model, file) => oneFile(file, toOnnx(await exportedModel(stores, model))),
  amalur: async (stores, model, file) =>
    oneFile(file, await writeModelFile(model, ({ home, sha256 }) => stores.at(home).get(sha256))),
  tfjs: async (stores, model, file) => writeTfjs(file, await exportedModel(stores, model)),
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
