import type { Catalog } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { requireServable } from '../../core/job/require-servable.js';
import { parseScoringRequest } from '../../core/job/scoring-request.js';
import type { ServingActivities } from '../../workflows/contracts/serving.js';
import { withFailures } from '../failures.js';
import { findModel } from './find-model.js';

/** What serving asks of the metadata catalog. */
export function createServingActivities(catalog: Catalog): ServingActivities {
  return withFailures<ServingActivities>({
    async findServed(request) {
      const model = await findModel(catalog, parseScoringRequest(request).model);
      const columns = await baseColumns(catalog, model.resolved.parties);
      requireServable(model.manifest, model.resolved, columns);
      const plan = (await catalog.runs.get(model.execution))?.plan;
      const chosen = plan?.candidates.find(({ id }) => id === plan.chosen);
      return { model, columns, trainedBy: chosen?.strategy ?? null };
    },
  });
}

async function baseColumns(catalog: Catalog, [base]: readonly { silo: string; table: string }[]) {
  const tables = await catalog.tables.list();
  const found = tables.find(({ silo, profile }) => silo === base?.silo && profile.table === base.table);
  if (!found)
    throw new AmalurError('AMALUR_UNKNOWN_TABLE', 'the base table of the model is not registered any more', {
      field: 'model',
      suggestion: 'register its silo again: amalur register SILO',
    });
  return Object.fromEntries(found.profile.columns.map(({ name, type }) => [name, type]));
}
