import { AmalurError } from '../errors.js';
import type { ModelManifest } from '../models/model.js';
import type { ExportFormat } from './export-formats.js';

/**
 * Checks what needs no look into the model's parts.
 * @throws AMALUR_NOT_EXPORTABLE for a model that can't be told in the format
 */
export function requireExportable(
  { parts, interactions }: Pick<ModelManifest, 'parts' | 'interactions'>,
  format: ExportFormat,
): void {
  if (Object.values(parts).some(({ home }) => home !== 'exchange')) throw staysHome();
  if (interactions && format !== 'amalur') {
    throw new AmalurError('AMALUR_NOT_EXPORTABLE', 'this model multiplies columns of different tables', {
      field: 'features.interactions',
      suggestion: 'export a model without such products, or as .amalur',
    });
  }
}

/** AMALUR_NOT_EXPORTABLE of a federated model. */
export function staysHome(): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', 'the parameters of this model stay in their silos', {
    field: 'model',
    suggestion: 'export a model that was trained by materialize or factorize',
  });
}
