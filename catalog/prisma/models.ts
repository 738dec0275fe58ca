import { AmalurError } from '../../core/errors.js';
import { canonicalJson } from '../../core/json.js';
import type { ModelManifest } from '../../core/models/model.js';
import type { ModelRepository, ModelVersionRecord } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { compareText, fromJson } from './columns.js';
import { transact, type Database, type Transaction } from './database.js';
import { createAliasDecisions, pointAlias } from './aliases.js';
import { storeMetrics, toMetrics } from './facts.js';
import { toResolved } from './jobs.js';
import { findVersion, LATEST } from './model-reference.js';
import { lockRun } from './runs.js';

const wholeVersion = {
  aliases: true,
  run: { include: { job: true, integration: true, metrics: true } },
} as const;

type VersionRow = Prisma.ModelVersionGetPayload<{ include: typeof wholeVersion }>;

export function createModelRepository(database: Database): ModelRepository {
  return {
    async publish(execution, manifest, metrics, createdAt) {
      const row = await transact(database, async (transaction) => {
        const run = await lockRun(transaction, execution);
        const published = await transaction.modelVersion.findUnique({
          where: { execution },
          include: wholeVersion,
        });
        if (published) return published;
        if (!run.job)
          throw new AmalurError('AMALUR_UNKNOWN_RUN', `Run ${execution} has no job: it was not planned.`);
        const { name, version } = await nextVersion(transaction, run.job.name);
        await storeMetrics(transaction, execution, metrics);
        await transaction.modelVersion.create({
          data: {
            ...{ modelName: name, version, execution, createdAt: new Date(createdAt) },
            ...{ type: manifest.type, manifestJson: canonicalJson(manifest) },
          },
        });
        await pointAlias(transaction, { name, version, alias: LATEST, judged: version });
        return transaction.modelVersion.findUniqueOrThrow({ where: { execution }, include: wholeVersion });
      });
      return toRecord(row);
    },

    async list() {
      const rows = await database.modelVersion.findMany({ include: wholeVersion });
      return rows
        .map(toRecord)
        .sort(
          (a, b) =>
            compareText(b.createdAt, a.createdAt) || compareText(a.name, b.name) || b.version - a.version,
        );
    },

    ...createAliasDecisions(database),

    async get(reference) {
      const found = await findVersion(database, reference);
      if (!found) return undefined;
      const { modelName, version } = found;
      const row = await database.modelVersion.findUnique({
        where: { modelName_version: { modelName, version } },
        include: wholeVersion,
      });
      return row ? toRecord(row) : undefined;
    },
  };
}

/** Counts the model up. Its row stays locked until the transaction ends, so two runs cannot draw the same number. */
async function nextVersion(
  transaction: Transaction,
  name: string,
): Promise<{ name: string; version: number }> {
  const { lastVersion } = await transaction.model.upsert({
    where: { name },
    create: { name, lastVersion: 1 },
    update: { lastVersion: { increment: 1 } },
  });
  return { name, version: lastVersion };
}

function toRecord(row: VersionRow): ModelVersionRecord {
  const { job, integration, metrics } = row.run;
  if (!job || !integration)
    throw new Error(`Model ${row.modelName}@${row.version} was published without a planned run.`);
  return {
    name: row.modelName,
    version: row.version,
    execution: row.execution,
    run: row.run.workflowId,
    createdAt: row.createdAt.toISOString(),
    manifest: fromJson<ModelManifest>(row.manifestJson),
    resolved: toResolved(job, integration),
    metrics: toMetrics(metrics),
    aliases: row.aliases.map(({ alias }) => alias).sort(compareText),
  };
}
