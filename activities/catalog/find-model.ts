import type { Catalog, ModelVersionRecord } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { didYouMean } from '../../core/suggest.js';

/**
 * @param reference `name`, `name@version` or `name@alias`
 * @param field that names it, for the message
 * @throws AMALUR_UNKNOWN_MODEL, with what there is instead
 */
export async function findModel(
  catalog: Catalog,
  reference: string,
  field = 'model',
): Promise<ModelVersionRecord> {
  const model = await catalog.models.get(reference);
  if (model) return model;
  const [name = ''] = reference.split('@');
  const models = await catalog.models.list();
  const versions = models.filter((one) => one.name === name).map(({ version }) => version);
  const suggestion =
    versions.length > 0
      ? `${name} has the versions ${versions.sort((a, b) => a - b).join(', ')}`
      : (didYouMean(name, new Set(models.map((one) => one.name))) ?? 'see `amalur models`');
  throw new AmalurError('AMALUR_UNKNOWN_MODEL', `there is no model ${reference}`, {
    field,
    suggestion,
  });
}
