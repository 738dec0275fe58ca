import type { Catalog, ModelVersionRecord } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { startFrom } from '../../core/job/check-warm-start.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import { parsePromotionRequest, parseRetrainRequest } from '../../core/job/retrain-request.js';
import { changesBetween, sameTestRows } from '../../core/retraining/changes.js';
import type { RetrainingActivities, TrainedVersion } from '../../workflows/contracts/retraining.js';
import { withFailures } from '../failures.js';
import { findModel } from './find-model.js';

/** Activities of retraining on the metadata catalog; only the control worker has them. */
export function createRetrainingActivities(catalog: Catalog): RetrainingActivities {
  return withFailures<RetrainingActivities>({
    checkRetraining: (request) => Promise.resolve(parseRetrainRequest(request)),

    async lookUpVersions(resolved, alias) {
      const { name } = resolved.job;
      const last = await catalog.models.get(name);
      const inUse = (await catalog.models.get(`${name}@${alias}`)) ?? null;
      const decided = !last || (await catalog.models.isDecided(name, last.version, alias));
      return {
        undecided: decided ? null : await trainedVersion(catalog, last),
        changes: last ? changesBetween(last.resolved, resolved) : null,
        inUse: inUse && {
          ...inUse,
          sameTestRows: sameTestRows(inUse.resolved, resolved),
          misfit: misfitOf(resolved, inUse),
        },
      };
    },

    async promoteModel(request) {
      const { model: reference, alias } = parsePromotionRequest(request);
      const { name, version } = await findModel(catalog, reference);
      const before = await catalog.models.get(`${name}@${alias}`);
      await catalog.models.setAlias(name, version, alias);
      return {
        model: `${name}@${version}`,
        alias,
        before: before ? `${before.name}@${before.version}` : null,
      };
    },

    async decidePromotion(verdict) {
      const version = await catalog.models.decide(verdict);
      return version === null ? null : `${verdict.name}@${version}`;
    },
  });
}

/** An import has no plan: it is measured as what was trained by partial scores, and its labels have met nowhere. */
const UNPLANNED = { strategy: 'factorize', site: 'aggregator' } as const;

async function trainedVersion(
  catalog: Catalog,
  { name, version, execution, metrics }: ModelVersionRecord,
): Promise<TrainedVersion> {
  const plan = (await catalog.runs.get(execution))?.plan;
  const { strategy, site } = plan?.candidates.find(({ id }) => id === plan.chosen) ?? UNPLANNED;
  const rows = { train: metrics.train.rows, test: metrics.test.rows };
  return { model: { name, version }, strategy, site, metrics, rows };
}

function misfitOf(resolved: ResolvedJob, model: ModelVersionRecord): string | null {
  try {
    startFrom(resolved, model);
    return null;
  } catch (error) {
    if (error instanceof AmalurError) return error.message;
    throw error;
  }
}
