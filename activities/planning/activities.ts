import type { Catalog } from '../../catalog/catalog.js';
import type { HostProfile, Site } from '../../core/planner/plan.js';
import { planRun } from '../../core/planner/plan-run.js';
import type { PlanningActivities } from '../../workflows/contracts/activities.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import { withFailures } from '../failures.js';

/** Activities of the cost estimator and planner; only the control worker has them. */
export function createPlanningActivities(catalog: Catalog): PlanningActivities {
  return withFailures<PlanningActivities>({
    async planRun(resolved, aggregator) {
      const hosts: Record<Site, HostProfile> = { aggregator };
      for (const { silo, hosts: known } of await catalog.silos.list()) {
        const host = known.at(-1);
        if (host) hosts[siteOf(silo)] = host;
      }
      return planRun({ resolved, tables: await catalog.tables.list(), hosts });
    },
  });
}
