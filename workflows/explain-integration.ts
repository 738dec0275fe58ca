import { workflowInfo } from '@temporalio/workflow';
import type { IntegrationRecord } from '../catalog/catalog.js';
import type { JobInput } from '../core/job/schema.js';
import { aggregatorAt, catalog } from './activity-proxies.js';
import { resolveFreshly } from './check-silos.js';
import { siteOf } from './contracts/task-queues.js';
import { endOf } from './failures.js';
import { baseSilo, matched, publishLinks } from './publish.js';
import { sealSecret } from './seal-secret.js';

/**
 * What the integration of a job is: rows, patterns, owners, overlaps, redundancy. Keys and overlapping cells are compared under a
 * secret of the silos, features are not read, nothing is trained. The catalog keeps what was found.
 */
export async function explainIntegration(job: JobInput): Promise<IntegrationRecord> {
  try {
    const { runId: execution } = workflowInfo();
    const resolved = await resolveFreshly(job);
    const site = siteOf(baseSilo(resolved));
    const sealed = await sealSecret({ execution, resolved });
    const outputs = await publishLinks(
      { execution, resolved },
      { site, what: 'keys', sealed, purpose: 'explanation' },
    );
    const published = Object.assign(
      {},
      ...outputs.map(({ parties }) => parties),
    ) as (typeof outputs)[0]['parties'];
    const { overlap, maxRows } = resolved.job.integration;
    const { cost: _, ...survey } = await aggregatorAt(site, 'count rows and overlaps').survey({
      execution,
      resolved: matched(resolved),
      overlap,
      maxRows,
      published,
    });
    return await catalog.recordIntegration(resolved, survey);
  } catch (error) {
    throw endOf(error);
  }
}
