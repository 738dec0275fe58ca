import { z } from 'zod';
import type { Catalog, ModelVersionRecord, RunRecord } from '../../catalog/catalog.js';
import { AmalurError } from '../../core/errors.js';
import { formatPath } from '../../core/parse-with.js';
import { endRuns, type Server } from './ended-runs.js';
import { findModel } from './find-model.js';
import {
  MOST_RUNS,
  type CatalogAnswer,
  type CatalogQuestion,
  type ModelSummary,
  type RunSummary,
} from '../../workflows/contracts/activities.js';

const questionSchema = z.discriminatedUnion('about', [
  z.strictObject({ about: z.enum(['silos', 'tables', 'models']) }),
  z.strictObject({ about: z.literal('runs'), limit: z.int().min(1).max(MOST_RUNS) }),
  z.strictObject({ about: z.literal('run'), run: z.string().min(1) }),
  z.strictObject({ about: z.literal('model'), model: z.string().min(1) }),
]);

/** Reads the catalog for a client, which has no access to it. A workflow can be started with anything. */
export async function answerQuestion(
  catalog: Catalog,
  server: Server,
  given: CatalogQuestion,
): Promise<CatalogAnswer> {
  const question = parseQuestion(given);
  switch (question.about) {
    case 'silos':
      return { silos: await catalog.silos.list() };
    case 'tables':
      return { tables: await catalog.tables.list() };
    case 'runs': {
      const { runs, phases } = await endRuns(catalog, server, await catalog.runs.list(question.limit));
      return { runs: runs.map((run) => summarizeRun(run, phases.get(run.execution))) };
    }
    case 'run': {
      const found = await catalog.runs.get(question.run);
      const [run] = found ? (await endRuns(catalog, server, [found])).runs : [];
      if (run) return { run };
      throw new AmalurError('AMALUR_UNKNOWN_RUN', `there is no run ${question.run}`, {
        suggestion: 'see `amalur runs`',
      });
    }
    case 'models':
      return { models: (await catalog.models.list()).map(summarizeModel) };
    case 'model':
      return { model: await findModel(catalog, question.model) };
  }
}

function parseQuestion(given: unknown): z.output<typeof questionSchema> {
  const { data, error } = questionSchema.safeParse(given);
  if (data) return data;
  const field = formatPath(error.issues[0]?.path ?? []) || 'about';
  throw new AmalurError('AMALUR_INVALID_JOB', 'the workflow takes one object that is a question', {
    field,
    suggestion: `write {"about": "runs", "limit": 10} with a limit up to ${String(MOST_RUNS)}, or ask by the CLI: amalur runs`,
  });
}

function summarizeRun(record: RunRecord, phase: string | undefined): RunSummary {
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
    phase: phase ?? null,
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
