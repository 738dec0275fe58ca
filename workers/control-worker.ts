import { Worker } from '@temporalio/worker';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createCatalogActivities } from '../activities/catalog/activities.js';
import { createGarbageActivities } from '../activities/catalog/garbage.js';
import { createHealthActivities } from '../activities/catalog/health.js';
import { createRetrainingActivities } from '../activities/catalog/retraining.js';
import { createServingActivities } from '../activities/catalog/serving.js';
import { createPlanningActivities } from '../activities/planning/activities.js';
import { openCatalog } from '../catalog/index.js';
import type { AmalurConfig } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { CONTROL_QUEUE } from '../workflows/contracts/task-queues.js';
import { connectWorker, runWorkers, type ServerAccess } from './run-workers.js';
import { requireSearchAttributes } from './search-attributes.js';
import { observeActivities } from './telemetry/observe-activities.js';
import { serverAnswers } from './telemetry/readiness.js';
import type { Surroundings } from './surroundings.js';

// Tests run this file as TypeScript, where the bundle is found in the build.
const bundle = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../dist/workflow-bundle.js' : '../workflow-bundle.js',
    import.meta.url,
  ),
);

/** The control worker: all workflows, and the activities on catalog and planner. It alone opens the catalog. */
export async function runControlWorker(
  config: AmalurConfig,
  access: ServerAccess,
  { health, codec }: Surroundings,
): Promise<void> {
  if (!existsSync(bundle)) {
    throw new AmalurError('AMALUR_TOOL_MISSING', 'the bundle of workflows has not been built', {
      suggestion: 'npm run build',
    });
  }
  const catalog = await openCatalog(config.catalogUrl);
  const connection = await connectWorker(access);
  try {
    await requireSearchAttributes(connection, access.namespace);
    const worker = await Worker.create({
      connection,
      namespace: access.namespace,
      dataConverter: { payloadCodecs: [codec] },
      taskQueue: CONTROL_QUEUE,
      workflowBundle: { codePath: bundle },
      activities: {
        ...createCatalogActivities(catalog),
        ...createRetrainingActivities(catalog),
        ...createHealthActivities(catalog),
        ...createPlanningActivities(catalog),
        ...createGarbageActivities(catalog, config.retentionMs),
        ...createServingActivities(catalog),
      },
      interceptors: { activity: [observeActivities()] },
      shutdownGraceTime: '10 s',
    });
    await runWorkers([worker], health, {
      server: serverAnswers(connection),
      catalog: async () => {
        await catalog.silos.list();
      },
    });
  } finally {
    await connection.close();
    await catalog.close();
  }
}
