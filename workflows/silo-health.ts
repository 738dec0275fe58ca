import { isCancellation, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { AmalurError } from '../core/errors.js';
import type { Site } from '../core/planner/plan.js';
import { catalog, probeOf } from './activity-proxies.js';
import type { HealthRequest, HealthResult, SiteHealth } from './contracts/health.js';
import { markdownTable, plain } from './markdown.js';
import { siteOf } from './contracts/task-queues.js';
import { coded, endOf, failureToThrow, reportOfFailure } from './failures.js';
import { askSite } from './silo-presence.js';

/**
 * Asks every site whether it is there, and every silo whether its tables can be read and are what the catalog knows. Ends as
 * completed whatever it finds; the search attribute RunPhase is `healthy` or `unhealthy`.
 */
export async function siloHealth(request: HealthRequest = {}): Promise<HealthResult> {
  try {
    const asked = silosIn(request);
    const known = await catalog.registeredTables();
    const silos = asked ?? Object.keys(known).sort();
    const sites = await Promise.all([
      healthOf('aggregator', async () => {
        const { host } = await probeOf('aggregator', 'is the aggregator there?').describeHost();
        return { host, tables: null, changed: [] };
      }),
      ...silos.map((silo) => healthOf(siteOf(silo), () => askSilo(silo, known[silo] ?? {}))),
    ]);
    const result = { ok: sites.every(({ ok }) => ok), sites };
    setCurrentDetails(describe(result));
    upsertSearchAttributes({ RunPhase: [result.ok ? 'healthy' : 'unhealthy'], Silos: silos });
    return result;
  } catch (error) {
    throw endOf(error);
  }
}

type Found = Pick<SiteHealth, 'host' | 'tables' | 'changed'>;

async function askSilo(silo: string, known: Readonly<Record<string, string>>): Promise<Found> {
  const probe = probeOf(siteOf(silo), `is ${silo} there, and can it read its tables?`);
  const { host, tables } = await probe.describeSilo();
  const versions = await probe.tableVersions(tables);
  const changed = tables.filter((table) => versions[table] !== known[table]);
  return { host: host.host, tables: tables.length, changed };
}

async function healthOf(site: Site, ask: () => Promise<Found>): Promise<SiteHealth> {
  try {
    return { site, ok: true, ...(await askSite(site, ask)), error: null };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const report = reportOfFailure(failureToThrow(error));
    return { site, ok: false, host: null, tables: null, changed: [], error: report };
  }
}

/** A workflow can be started with anything. */
function silosIn(request: unknown): readonly string[] | undefined {
  if (typeof request === 'object' && request !== null) {
    const { silos, ...others } = request as HealthRequest;
    const sound =
      silos === undefined || (Array.isArray(silos) && silos.every((silo) => typeof silo === 'string'));
    if (sound && Object.keys(others).length === 0) return silos;
  }
  throw coded(
    new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one object that may name silos', {
      field: 'silos',
      suggestion: 'write {} or {"silos": ["NAME"]}',
    }),
  );
}

/** What the UI shows. */
function describe({ ok, sites }: HealthResult): string {
  const bad = sites.filter((site) => !site.ok);
  const rows = sites.map(({ site, ok: well, host, tables, changed, error }) => [
    site,
    well ? 'ok' : (error?.code ?? 'failed'),
    host ?? '–',
    String(tables ?? '–'),
    changed.join(', ') || '–',
  ]);
  return [
    `**${ok ? 'healthy' : `unhealthy: ${bad.map(({ site }) => plain(site)).join(', ')}`}**`,
    markdownTable(['site', 'state', 'host', 'tables', 'changed'], rows),
    ...bad.map(({ site, error }) =>
      plain([`${site}: ${error?.message ?? ''}`, error?.suggestion ?? ''].join('; ')),
    ),
  ].join('\n\n');
}
