import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Stores } from '../../core/exchange/stores.js';
import { writeModelFile, type PortableModel } from '../../core/export/amalur/model-file.js';
import { toOnnx } from '../../core/export/onnx/to-onnx.js';
import type { ExportFormat } from '../../core/job/export-formats.js';
import { writeWhole } from '../../core/sources/write-whole.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { exportedModel } from './exported-model.js';

type Exporter = (stores: Stores, model: PortableModel) => Promise<Uint8Array>;

/** How the bytes of a file of each format are made. */
const EXPORTERS: Readonly<Record<ExportFormat, Exporter>> = {
  onnx: async (stores, model) => toOnnx(await exportedModel(stores, model)),
  amalur: (stores, model) => writeModelFile(model, ({ home, sha256 }) => stores.at(home).get(sha256)),
};

/** A model's parts put together and written as one file into the folder of predictions. */
export function exportOperation(context: SiteContext): Pick<AggregatorOperations, 'exportModel'> {
  return {
    exportModel: (input) =>
      context.journal.once('export-model', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const bytes = await EXPORTERS[input.format](stores, input.model);
          const file = path.resolve(context.predictions, input.output);
          const sha256 = await writeWhole(file, (partial) => writeFile(partial, bytes));
          return { file, bytes: bytes.byteLength, sha256 };
        }),
      ),
  };
}
