import { AmalurError } from '../errors.js';
import type { ModelManifest } from '../models/model.js';

/** @throws AMALUR_NOT_EXPORTABLE for a federated model */
export function requireExportable({ parts }: Pick<ModelManifest, 'parts'>): void {
  if (Object.values(parts).some(({ home }) => home !== 'exchange')) throw staysHome();
}

/** AMALUR_NOT_EXPORTABLE of a federated model. */
export function staysHome(): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', 'the parameters of this model stay in their silos', {
    field: 'model',
    suggestion: 'export a model that was trained by materialize or factorize',
  });
}
