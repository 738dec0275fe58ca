import { readModelFile } from '../../core/export/amalur/model-file.js';
import { parseImportRequest } from '../../core/job/import-request.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';

/** Takes a model file apart: its blobs go into the exchange, as they were in the one where it was trained. */
export function importOperation(context: SiteContext): Pick<AggregatorOperations, 'importModel'> {
  return {
    importModel: (input) =>
      context.journal.once('import-model', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const { file } = parseImportRequest(input.request);
          const exchange = stores.at('exchange');
          const { model, blobs, digest } = readModelFile(await exchange.get(file));
          for (const bytes of blobs.values()) await exchange.put(bytes);
          return { model, digest };
        }),
      ),
  };
}
