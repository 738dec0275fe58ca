import { AmalurError, type ErrorCode, type ErrorReport } from '../../core/errors.js';
import type { RunRecord, RunRepository, RunStatus } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { fromJson } from './columns.js';
import { transact, type Database, type Transaction } from './database.js';
import { factsOfRun, storeFacts, toFacts } from './facts.js';
import { storeResolved, toJob, toResolved } from './jobs.js';
import { findVersion } from './model-reference.js';
import { planWithCandidates, storePlan, toPlan } from './plans.js';

const wholeRun = {
  job: true,
  integration: true,
  plan: { include: planWithCandidates },
  ...factsOfRun,
} as const;

type RunRow = Prisma.RunGetPayload<{ include: typeof wholeRun }>;

const NEWEST_FIRST = [
  { startedAt: 'desc' },
  { execution: 'desc' },
] satisfies Prisma.RunOrderByWithRelationInput[];

export function createRunRepository(database: Database): RunRepository {
  const change = (execution: string, data: Prisma.RunUncheckedUpdateInput) =>
    transact(database, async (transaction) => {
      await lockRun(transaction, execution);
      await transaction.run.update({ where: { execution }, data });
    });
  return {
    async start({ run, execution, kind, startedAt }) {
      await transact(database, (transaction) =>
        transaction.run.upsert({
          where: { execution },
          create: { execution, workflowId: run, kind, startedAt: new Date(startedAt), status: 'running' },
          update: {},
        }),
      );
    },

    resolve: (execution, resolved) =>
      transact(database, async (transaction) => {
        const { status } = await lockRun(transaction, execution);
        if (status === 'completed') return;
        const data = await storeResolved(transaction, resolved);
        await transaction.run.update({ where: { execution }, data });
      }),

    plan: (execution, resolved, plan) =>
      transact(database, async (transaction) => {
        const { status } = await lockRun(transaction, execution);
        if (status === 'completed') return;
        const keys = await storeResolved(transaction, resolved);
        await storePlan(transaction, execution, plan);
        await transaction.run.update({ where: { execution }, data: keys });
      }),

    finish: (execution, finishedAt, facts, model) =>
      transact(database, async (transaction) => {
        const { status } = await lockRun(transaction, execution);
        if (status === 'completed') return;
        const used = model === null ? undefined : await findVersion(transaction, model);
        if (model !== null && !used) {
          throw new AmalurError(
            'AMALUR_UNKNOWN_MODEL',
            `Run ${execution} names model ${model}, which is not in the catalog.`,
          );
        }
        const data = {
          ...(await storeFacts(transaction, execution, facts)),
          ...{ status: 'completed', finishedAt: new Date(finishedAt) },
          ...{ modelName: used?.modelName ?? null, modelVersion: used?.version ?? null },
          ...errorColumns(null),
        };
        await transaction.run.update({ where: { execution }, data });
      }),

    fail: (execution, finishedAt, status, error) =>
      transact(database, async (transaction) => {
        const before = await lockRun(transaction, execution);
        if (before.status !== 'running') return;
        const data = { status, finishedAt: new Date(finishedAt), ...errorColumns(error) };
        await transaction.run.update({ where: { execution }, data });
      }),

    keepStanding: (execution, standingJson) => change(execution, { standingJson }),

    async standing(execution) {
      const run = await database.run.findUnique({ where: { execution }, select: { standingJson: true } });
      return run?.standingJson ?? null;
    },

    resume: (execution, resumedFrom, standingJson) => change(execution, { resumedFrom, standingJson }),

    async list(limit) {
      const rows = await database.run.findMany({ include: wholeRun, orderBy: NEWEST_FIRST, take: limit });
      return rows.map(toRecord);
    },

    async recent(endedAfter) {
      const rows = await database.run.findMany({
        where: { OR: [{ status: 'running' }, { finishedAt: { gt: new Date(endedAfter) } }] },
        select: {
          ...{ workflowId: true, execution: true, startedAt: true },
          standingJson: true,
        },
        orderBy: { execution: 'asc' },
      });
      const resumed = await database.run.findMany({
        where: { resumedFrom: { not: null } },
        select: { execution: true, resumedFrom: true },
      });
      const before = new Map(resumed.map((one) => [one.execution, one.resumedFrom]));
      return rows.map(({ workflowId, execution, startedAt, standingJson }) => {
        const journal = standingJson === null ? null : fromJson<{ journal: string }>(standingJson).journal;
        const others = new Set(journal === null ? [] : [journal]);
        for (let at = before.get(execution); at && !others.has(at); at = before.get(at)) others.add(at);
        others.delete(execution);
        return { run: workflowId, execution, startedAt: startedAt.toISOString(), goesOnFrom: [...others] };
      });
    },

    async get(runOrExecution) {
      const row =
        (await database.run.findUnique({ where: { execution: runOrExecution }, include: wholeRun })) ??
        (await database.run.findFirst({
          where: { workflowId: runOrExecution },
          include: wholeRun,
          orderBy: NEWEST_FIRST,
        }));
      return row ? toRecord(row) : undefined;
    },
  };
}

/** The run, which no other transaction can change until this one ends. */
export async function lockRun(transaction: Transaction, execution: string) {
  const { count } = await transaction.run.updateMany({ where: { execution }, data: { execution } });
  const run =
    count > 0 && (await transaction.run.findUnique({ where: { execution }, include: { job: true } }));
  if (!run) throw new AmalurError('AMALUR_UNKNOWN_RUN', `The catalog knows no run ${execution}.`);
  return run;
}

function errorColumns(error: ErrorReport | null) {
  return {
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
    errorField: error?.field ?? null,
    errorSuggestion: error?.suggestion ?? null,
  };
}

function toError(row: RunRow): ErrorReport | null {
  if (row.errorCode === null) return null;
  return {
    code: row.errorCode as ErrorCode, // written from an ErrorReport
    message: row.errorMessage ?? '',
    ...(row.errorField !== null && { field: row.errorField }),
    ...(row.errorSuggestion !== null && { suggestion: row.errorSuggestion }),
  };
}

function toRecord(row: RunRow): RunRecord {
  return {
    run: row.workflowId,
    execution: row.execution,
    kind: row.kind as RunRecord['kind'], // written from a RunStart
    startedAt: row.startedAt.toISOString(),
    status: row.status as RunStatus, // written from the literals above
    finishedAt: row.finishedAt?.toISOString() ?? null,
    job: row.job && toJob(row.job),
    jobHash: row.jobHash,
    resolved: row.job && row.integration && toResolved(row.job, row.integration),
    plan: row.plan && toPlan(row.plan),
    facts: toFacts(row),
    error: toError(row),
    model: row.modelName === null ? null : `${row.modelName}@${row.modelVersion}`,
    resumedFrom: row.resumedFrom,
  };
}
