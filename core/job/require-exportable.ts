import { AmalurError } from '../errors.js';
import type { ModelManifest } from '../models/model.js';
import type { ResolvedJob } from './resolved.js';

/**
 * @param resolved the job that trained the model
 * @throws AMALUR_NOT_EXPORTABLE for a model that takes more than its parts and one row's cells to predict
 */
export function requireExportable(
  { parts, interactions }: Pick<ModelManifest, 'parts' | 'interactions'>,
  { job }: Pick<ResolvedJob, 'job'>,
): void {
  if (Object.values(parts).some(({ home }) => home !== 'exchange')) {
    refuse(
      'the parameters of this model stay in their silos',
      'model',
      'export a model that was trained by materialize or factorize',
    );
  }
  if (interactions) {
    refuse(
      'this model multiplies columns of different tables',
      'features.interactions',
      'export a model without such products',
    );
  }
  if (job.target.offset !== undefined) {
    refuse(
      `this model adds the offset ${job.target.offset} to its scores`,
      'target.offset',
      'export a model without an offset',
    );
  }
}

function refuse(message: string, field: string, suggestion: string): never {
  throw new AmalurError('AMALUR_NOT_EXPORTABLE', message, { field, suggestion });
}
