import { Context } from '@temporalio/activity';
import type { Catalog } from '../../catalog/catalog.js';
import { cutoff } from '../../core/garbage/cutoff.js';
import { parseDuration } from '../../core/garbage/duration.js';
import { parseGarbageRequest } from '../../core/garbage/request.js';
import { namesIn } from '../../core/garbage/roots.js';
import type { GarbageCatalogActivities } from '../../workflows/contracts/garbage.js';
import { withFailures } from '../failures.js';
import { endRuns, type Server } from './ended-runs.js';

/** Names and executions on a page: some 40 kB. */
const PAGE = 400;

/**
 * What the catalog knows of garbage: what must stay.
 * @param server asked about runs that the catalog calls running
 */
export function createGarbageActivities(
  catalog: Catalog,
  retentionMs: number,
  server: Server = () => Context.current().client,
): GarbageCatalogActivities {
  return withFailures<GarbageCatalogActivities>({
    async planCollection(request) {
      const { keepRuns } = parseGarbageRequest(request);
      const keepMs = (keepRuns === undefined ? undefined : parseDuration(keepRuns)) ?? retentionMs;
      // One that was terminated would hold back all that is younger.
      await endOpenRuns(catalog, server);
      const now = Date.now();
      const open = (await catalog.runs.recent(iso(now))).map(({ run, startedAt }) => ({
        run,
        began: Date.parse(startedAt),
      }));
      const before = cutoff(
        now,
        keepMs,
        open.map(({ began }) => began),
      );
      const [first] = open.sort((a, b) => a.began - b.began);
      const held = before < cutoff(now, keepMs, []);
      const silos = (await catalog.silos.list()).map(({ silo }) => silo);
      return { endedAfter: now - keepMs, before, silos, ...(held && first && { heldBackBy: first.run }) };
    },
    async collectionRoots(endedAfter, page) {
      const recent = await catalog.runs.recent(iso(endedAfter));
      const executions = [
        ...new Set(recent.flatMap(({ execution, goesOnFrom }) => [execution, ...goesOnFrom])),
      ].sort();
      const models = await catalog.models.list();
      const names = [...new Set(models.flatMap(({ manifest }) => namesIn(JSON.stringify(manifest))))].sort();
      const of = <T>(all: readonly T[]) => all.slice(page * PAGE, (page + 1) * PAGE);
      const more = Math.max(executions.length, names.length) > (page + 1) * PAGE;
      return { executions: of(executions), names: of(names), more };
    },
  });
}

async function endOpenRuns(catalog: Catalog, server: Server): Promise<void> {
  for (const { execution } of await catalog.runs.recent(iso(Date.now()))) {
    const run = await catalog.runs.get(execution);
    if (run) await endRuns(catalog, server, [run]);
  }
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
