import { AmalurError } from '../../core/errors.js';
import type { HostProfile } from '../../core/planner/plan.js';
import type { TableSource } from '../../core/sources/source.js';
import { didYouMean } from '../../core/suggest.js';
import type { ProbeActivities } from '../../workflows/contracts/activities.js';
import { withFailures } from '../failures.js';

/** Quick questions to a silo's worker; DuckDB computes on threads of its own, so the worker keeps talking meanwhile. */
export function createProbeActivities(
  silo: string,
  sources: ReadonlyMap<string, TableSource>,
  host: () => Promise<HostProfile>,
): ProbeActivities {
  const sourceOf = (table: string): TableSource => {
    const source = sources.get(table);
    if (source) return source;
    const suggestion = didYouMean(table, [...sources.keys()]);
    throw new AmalurError('AMALUR_UNKNOWN_TABLE', `silo ${silo} has no table ${table}`, {
      ...(suggestion && { suggestion }),
    });
  };
  return withFailures<ProbeActivities>({
    describeSilo: async () => ({ silo, host: await host(), tables: [...sources.keys()].sort() }),
    async tableVersions(tables) {
      const versions: Record<string, string> = {};
      for (const table of tables) versions[table] = await sourceOf(table).version();
      return versions;
    },
    profileTable: (table) => sourceOf(table).profile(),
  });
}
