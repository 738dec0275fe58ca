import { canonicalJson, hashJson } from '../../core/json.js';
import type { Party, ResolvedJob } from '../../core/job/resolved.js';
import type { Job } from '../../core/job/schema.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { fromJson } from './columns.js';
import type { Transaction } from './database.js';

type Definition = Omit<ResolvedJob, 'job' | 'jobHash'>;
type JobRow = Prisma.JobGetPayload<object>;
type IntegrationRow = Prisma.IntegrationGetPayload<object>;

/** Hashes under which a resolved job's two halves are stored. */
export interface ResolvedKeys {
  readonly jobHash: string;
  readonly integrationHash: string;
}

/** Stores what is new of a resolved job: the job as asked for, and the integration that it was resolved to. */
export async function storeResolved(transaction: Transaction, resolved: ResolvedJob): Promise<ResolvedKeys> {
  const { jobHash } = resolved;
  // From which run one goes on is told by the run, and no part of what is hashed.
  const { resumeFrom: _, ...job } = resolved.job;
  await transaction.job.upsert({
    where: { hash: jobHash },
    create: { hash: jobHash, name: job.name, task: job.task, specJson: canonicalJson(job) },
    update: {},
  });
  const integrationHash = await storeIntegration(transaction, resolved);
  return { jobHash, integrationHash };
}

/** Stores the integration that a job was resolved to, if it is new, and returns its hash. */
export async function storeIntegration(transaction: Transaction, resolved: ResolvedJob): Promise<string> {
  const { job, jobHash: _, ...definition } = resolved;
  const integrationHash = hashJson(definition);
  if (!(await transaction.integration.findUnique({ where: { hash: integrationHash } }))) {
    await transaction.integration.create({
      data: {
        hash: integrationHash,
        scenario: job.integration.scenario,
        definitionJson: canonicalJson(definition),
        mappings: { create: await mappingsOf(transaction, definition.parties) },
        matchings: {
          create: definition.joins.map(({ party, scenario, to, columns, matches }, position) => ({
            position,
            party,
            scenario,
            matches,
            toJson: canonicalJson(to),
            columnsJson: canonicalJson(columns),
          })),
        },
      },
    });
  }
  return integrationHash;
}

async function mappingsOf(transaction: Transaction, parties: readonly Party[]) {
  const mappings = [];
  for (const [position, { id, silo, table, version, features }] of parties.entries()) {
    const known = await transaction.tableVersion.findFirst({
      where: { contentHash: version, table: { siloName: silo, name: table } },
      select: { id: true },
    });
    mappings.push({
      ...{ position, party: id, siloName: silo, tableName: table, contentHash: version },
      tableVersionId: known?.id ?? null,
      featuresJson: canonicalJson(features),
    });
  }
  return mappings;
}

export function toJob(row: JobRow): Job {
  return fromJson<Job>(row.specJson);
}

/** The resolved job to the letter, so that it hashes as it did when the run was planned. */
export function toResolved(job: JobRow, integration: IntegrationRow): ResolvedJob {
  return { job: toJob(job), jobHash: job.hash, ...fromJson<Definition>(integration.definitionJson) };
}
