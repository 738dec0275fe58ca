import type { ErrorReport } from '../../core/errors.js';
import type { Site } from '../../core/planner/plan.js';

/** Argument of the workflow `siloHealth`. */
export interface HealthRequest {
  /** Default: every silo that is registered. */
  readonly silos?: readonly string[];
}

/** How a site is. */
export interface SiteHealth {
  readonly site: Site;
  /** Its worker answers, and every table can be read. */
  readonly ok: boolean;
  readonly host: string | null;
  readonly tables: number | null;
  /** Tables whose content is another than the catalog knows: the next training reads them anew. */
  readonly changed: readonly string[];
  readonly error: ErrorReport | null;
}

/** Result of the workflow `siloHealth`. */
export interface HealthResult {
  readonly ok: boolean;
  readonly sites: readonly SiteHealth[];
}

/** The control worker's activity of health. */
export interface HealthActivities {
  /** Content hash of each registered table, by silo and name. */
  registeredTables(): Promise<Record<string, Record<string, string>>>;
}
