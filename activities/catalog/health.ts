import type { Catalog } from '../../catalog/catalog.js';
import type { HealthActivities } from '../../workflows/contracts/health.js';
import { withFailures } from '../failures.js';

/** What the catalog knows that silos can be compared with; only the control worker has it. */
export function createHealthActivities(catalog: Catalog): HealthActivities {
  return withFailures<HealthActivities>({
    async registeredTables() {
      const known: Record<string, Record<string, string>> = {};
      for (const { silo } of await catalog.silos.list()) known[silo] = {};
      for (const { silo, profile } of await catalog.tables.list()) {
        known[silo] = { ...known[silo], [profile.table]: profile.contentHash };
      }
      return known;
    },
  });
}
