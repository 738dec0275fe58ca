import { Context } from '@temporalio/activity';
import type { Catalog } from '../../catalog/catalog.js';
import { describeIntegration } from '../../core/integration/describe.js';
import { parseExportRequest } from '../../core/job/export-request.js';
import { parseInferenceRequest } from '../../core/job/inference-request.js';
import { parseJob } from '../../core/job/resolve.js';
import type { CatalogActivities } from '../../workflows/contracts/activities.js';
import { withFailures } from '../failures.js';
import { answerQuestion } from './answer.js';
import { findModel } from './find-model.js';
import { resolveWithStart } from './resolve-with-start.js';
import { resumeRun } from './resume-run.js';
import { portableModel, publishImport } from './portable-model.js';

/** Activities on the metadata catalog; only the control worker has them. */
export function createCatalogActivities(catalog: Catalog): CatalogActivities {
  const now = () => new Date().toISOString();
  const server = () => Context.current().client;
  return withFailures<CatalogActivities>({
    resolveJob: (job, without = []) => resolveWithStart(catalog, parseJob(job), without),
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
    keepStanding: (execution, standing) => catalog.runs.keepStanding(execution, JSON.stringify(standing)),
    forgetStanding: (execution) => catalog.runs.resume(execution, null, null),
    resumeRun: (execution, resolved) => resumeRun(catalog, server, execution, resolved),
    async publishModel(execution, manifest, metrics) {
      const { name, version } = await catalog.models.publish(execution, manifest, metrics, now());
      return { name, version };
    },
    async findModel(request) {
      return findModel(catalog, parseInferenceRequest(request).model);
    },
    async findExport(request) {
      return portableModel(catalog, parseExportRequest(request).model);
    },
    publishImport: (execution, request, model, digest) =>
      publishImport(catalog, execution, request, model, digest, now()),
    async recordIntegration(resolved, survey) {
      const facts = describeIntegration(resolved, await catalog.tables.list(), survey);
      return catalog.integrations.record(resolved, facts, now());
    },
    answer: (question) => answerQuestion(catalog, server, question),
  });
}
