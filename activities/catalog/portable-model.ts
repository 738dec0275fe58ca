import type { Catalog } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import { parseImportRequest } from '../../core/job/import-request.js';
import { requireTables } from '../../core/job/require-tables.js';
import { hashJson } from '../../core/json.js';
import type { ImportRequest } from '../../workflows/contracts/results.js';
import type { Published } from '../../workflows/contracts/activities.js';
import { findModel } from './find-model.js';

/** A model with what is told of its training. @throws AMALUR_UNKNOWN_MODEL */
export async function portableModel(catalog: Catalog, reference: string): Promise<PortableModel> {
  const record = await findModel(catalog, reference);
  const { name, version, execution, createdAt, manifest, resolved, metrics } = record;
  const facts = (await catalog.runs.get(execution))?.facts;
  const { rounds, stopReason, curve, evaluation } = facts ?? {};
  return {
    ...{ name, version, execution, createdAt, manifest, resolved, metrics },
    training:
      rounds === undefined
        ? null
        : {
            rounds,
            stopReason: stopReason ?? null,
            curve: curve ?? [],
            evaluation: evaluation ?? null,
          },
  };
}

/** See CatalogActivities.publishImport. */
export async function publishImport(
  catalog: Catalog,
  execution: string,
  given: ImportRequest,
  model: PortableModel,
  digest: string,
  now: string,
): Promise<Published> {
  const { name = model.name, nextVersion = false } = parseImportRequest(given);
  const here = (await catalog.models.list()).filter((one) => one.name === name);
  const same = here.find(
    (one) =>
      one.execution === execution ||
      one.execution === model.execution ||
      one.manifest.origin?.file === digest,
  );
  // That of this very import was made by an activity whose answer got lost.
  if (same) return { name, version: same.version, known: same.execution !== execution };
  if (here.length > 0 && !nextVersion) throw taken(name, here.length);
  requireTables(model.resolved, await catalog.tables.list());
  const job = { ...model.resolved.job, name };
  await catalog.runs.resolve(execution, { ...model.resolved, job, jobHash: hashJson(job) });
  const origin = { file: digest, model: `${model.name}@${model.version}`, createdAt: model.createdAt };
  const { version } = await catalog.models.publish(
    execution,
    { ...model.manifest, origin },
    model.metrics,
    now,
  );
  return { name, version, known: false };
}

function taken(name: string, versions: number): AmalurError {
  const count = versions === 1 ? 'a model' : `${versions} versions of a model`;
  return new AmalurError('AMALUR_DUPLICATE_NAME', `there is ${count} of the name ${name} here`, {
    field: 'name',
    suggestion: 'make it the next version by --next-version, or give it another name by --name NAME',
  });
}
