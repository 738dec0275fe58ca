import type { Catalog } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { parseInferenceRequest } from '../../core/job/inference-request.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import { didYouMean } from '../../core/suggest.js';
import type { CatalogActivities } from '../../workflows/contracts/activities.js';
import { withFailures } from '../failures.js';
import { answerQuestion } from './answer.js';

/** Activities on the metadata catalog; only the control worker has them. */
export function createCatalogActivities(catalog: Catalog): CatalogActivities {
  const now = () => new Date().toISOString();
  return withFailures<CatalogActivities>({
    async resolveJob(job) {
      return resolveJob(parseJob(job), await catalog.tables.list());
    },
    async recordSilo({ silo, host, tables }, profiles) {
      await catalog.silos.register(silo, host);
      await catalog.tables.record(silo, profiles, tables);
    },
    startRun: (run) => catalog.runs.start({ ...run, startedAt: now() }),
    recordPlan: (execution, resolved, plan) => catalog.runs.plan(execution, resolved, plan),
    async loadRun(execution) {
      const run = await catalog.runs.get(execution);
      if (!run?.resolved || !run.plan) throw new Error(`run ${execution} has no plan in the catalog`);
      return { resolved: run.resolved, plan: run.plan };
    },
    finishRun: (execution, facts, model) => catalog.runs.finish(execution, now(), facts, model),
    failRun: (execution, status, error) => catalog.runs.fail(execution, now(), status, error),
    async publishModel(execution, manifest, metrics) {
      const { name, version } = await catalog.models.publish(execution, manifest, metrics, now());
      return { name, version };
    },
    async findModel(request) {
      const { model: reference } = parseInferenceRequest(request);
      const model = await catalog.models.get(reference);
      if (model) return model;
      const names = new Set((await catalog.models.list()).map(({ name }) => name));
      throw new AmalurError('AMALUR_UNKNOWN_MODEL', `there is no model ${reference}`, {
        field: 'model',
        suggestion: didYouMean(reference, names) ?? 'see `amalur models`',
      });
    },
    answer: (question) => answerQuestion(catalog, question),
  });
}
