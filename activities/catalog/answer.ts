import type { Catalog, ModelVersionRecord, RunRecord } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import type {
  CatalogAnswer,
  CatalogQuestion,
  ModelSummary,
  RunSummary,
} from '../../workflows/contracts/activities.js';

/** Reads the catalog for a client, which has no access to it. */
export async function answerQuestion(
  catalog: Catalog,
  question: CatalogQuestion | null | undefined,
): Promise<CatalogAnswer> {
  switch (question?.about) {
    case 'silos':
      return { silos: await catalog.silos.list() };
    case 'tables':
      return { tables: await catalog.tables.list() };
    case 'runs':
      return { runs: (await catalog.runs.list(question.limit)).map(summarizeRun) };
    case 'run': {
      const run = await catalog.runs.get(question.run);
      if (run) return { run };
      throw new AmalurError('AMALUR_UNKNOWN_RUN', `there is no run ${question.run}`, {
        suggestion: 'see `amalur runs`',
      });
    }
    case 'models':
      return { models: (await catalog.models.list()).map(summarizeModel) };
    case 'model': {
      const model = await catalog.models.get(question.model);
      if (model) return { model };
      throw new AmalurError('AMALUR_UNKNOWN_MODEL', `there is no model ${question.model}`, {
        suggestion: 'see `amalur models`',
      });
    }
    default:
      // A workflow can be started with anything.
      throw new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one object that is a question', {
        field: 'about',
        suggestion: 'write {"about": "runs", "limit": 10}, or ask by the CLI: amalur runs',
      });
  }
}

function summarizeRun(record: RunRecord): RunSummary {
  const { run, execution, kind, startedAt, finishedAt, status, model, job, plan, facts, error } = record;
  const chosen = plan?.candidates.find(({ id }) => id === plan.chosen);
  return {
    run,
    execution,
    kind,
    startedAt,
    finishedAt,
    status,
    model,
    job: job?.name ?? null,
    strategy: chosen?.strategy ?? null,
    rounds: facts?.rounds ?? null,
    seconds: facts?.seconds.total ?? null,
    error,
  };
}

function summarizeModel({
  name,
  version,
  run,
  createdAt,
  metrics,
  aliases,
  manifest,
}: ModelVersionRecord): ModelSummary {
  return { name, version, run, createdAt, metrics, aliases, type: manifest.type };
}
