import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type Client,
} from '@temporalio/client';
import { AmalurError } from '../core/errors.js';
import type { JobInput } from '../core/job/schema.js';
import type { HealthRequest } from '../workflows/contracts/health.js';
import type { InferenceRequest, WorkflowTypes } from '../workflows/contracts/results.js';
import type { RetrainRequest } from '../workflows/contracts/retraining.js';
import { CONTROL_QUEUE } from '../workflows/contracts/task-queues.js';

/** Options of AmalurClient.schedule. */
export interface ScheduleOptions {
  /** When, as cron writes it, in UTC: `0 3 * * 1` is Mondays at three. */
  readonly cron: string;
  /** @default `retrain-<name of the job>`, `predict-<model>`, `health` */
  readonly id?: string;
  /** IANA name, say `Europe/Amsterdam`. @default UTC */
  readonly timezone?: string;
  /** Create it without starting it. @default false */
  readonly paused?: boolean;
}

export interface ScheduleSummary {
  readonly id: string;
  /** What it starts. */
  readonly workflow: keyof WorkflowTypes;
  /** Name of the job, or of the model that predicts. */
  readonly job: string | null;
  readonly cron: string | null;
  readonly paused: boolean;
  readonly next: string | null;
  /** Workflow id of the latest run that it has started. */
  readonly lastRun: string | null;
}

interface Memo {
  readonly job?: string;
  readonly cron?: string;
}

/** How late a training may start after the server was down; one that was missed by more waits for the next turn. */
const CATCH_UP = '1 hour';

/** What a schedule does at each turn. */
export interface Scheduled {
  readonly workflow: keyof WorkflowTypes;
  readonly argument: object;
  /** Name of the job or model, by which people find it. */
  readonly job: string | null;
  readonly id: string;
  /** Workflow id of its runs, to which the server adds the time. */
  readonly run: string;
  readonly summary: string;
}

export function trainingBy(job: JobInput): Scheduled {
  const { name } = job;
  const run = `train-${name}-scheduled`;
  return {
    workflow: 'trainModel',
    argument: job,
    job: name,
    id: `retrain-${name}`,
    run,
    summary: `train ${name}`,
  };
}

export function retrainingBy(request: RetrainRequest): Scheduled {
  const { name } = request.job;
  const run = `retrain-${name}-scheduled`;
  const summary = `train ${name} if something has changed`;
  return { workflow: 'retrainModel', argument: request, job: name, id: `retrain-${name}`, run, summary };
}

export function inferenceBy(request: InferenceRequest): Scheduled {
  const { model } = request;
  const id = `predict-${model.replace('@', '-')}`;
  const run = `${id}-scheduled`;
  return {
    workflow: 'runInference',
    argument: request,
    job: model,
    id,
    run,
    summary: `predict with ${model}`,
  };
}

export function healthBy(request: HealthRequest): Scheduled {
  const common = { id: 'health', run: 'health-scheduled', summary: 'how are the silos?' };
  return { workflow: 'siloHealth', argument: request, job: null, ...common };
}

/** Does something again and again. A run that takes longer than the interval makes the next one be left out. */
export async function createSchedule(
  client: Client,
  scheduled: Scheduled,
  options: ScheduleOptions,
): Promise<string> {
  const { workflow, argument, job, run, summary } = scheduled;
  const id = options.id ?? scheduled.id;
  const memo: Memo = { ...(job !== null && { job }), cron: options.cron };
  try {
    await client.schedule.create({
      scheduleId: id,
      spec: {
        cronExpressions: [options.cron],
        ...(options.timezone !== undefined && { timezone: options.timezone }),
      },
      policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: CATCH_UP },
      action: {
        type: 'startWorkflow',
        workflowType: workflow,
        workflowId: run,
        taskQueue: CONTROL_QUEUE,
        args: [argument],
        staticSummary: `${summary}, scheduled by ${id}`,
      },
      memo: { ...memo },
      state: { paused: options.paused ?? false },
    });
  } catch (error) {
    // The SDK's form of a schedule that the server can't read.
    if (error instanceof TypeError) {
      const refused = error.message;
      const { cron, timezone } = options;
      throw new AmalurError('AMALUR_INVALID_JOB', `the server refuses the schedule: ${refused}`, {
        field: timezone !== undefined && /time ?zone|location/i.test(refused) ? 'timezone' : 'cron',
        suggestion: `write minute hour day month weekday, say "0 3 * * 1", and a time zone like Europe/Amsterdam; given: "${cron}"`,
      });
    }
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    throw new AmalurError('AMALUR_DUPLICATE_NAME', `there is a schedule "${id}" already`, {
      field: 'id',
      suggestion: `choose another by --id, or first: amalur schedule delete ${id}`,
    });
  }
  return id;
}

const STARTS: readonly (keyof WorkflowTypes)[] = ['trainModel', 'retrainModel', 'runInference', 'siloHealth'];

/** Schedules of ours. The server's list may lag behind by a second. */
export async function listSchedules(client: Client): Promise<ScheduleSummary[]> {
  const schedules: ScheduleSummary[] = [];
  for await (const { scheduleId, action, memo, state, info } of client.schedule.list()) {
    const workflow = STARTS.find((one) => one === action?.workflowType);
    if (workflow === undefined) continue;
    const { job, cron } = (memo ?? {}) as Memo;
    schedules.push({
      id: scheduleId,
      workflow,
      job: job ?? null,
      cron: cron ?? null,
      paused: state.paused,
      next: info.nextActionTimes[0]?.toISOString() ?? null,
      lastRun: info.recentActions.at(-1)?.action.workflow.workflowId ?? null,
    });
  }
  return schedules;
}

/** Ends a schedule; runs that it has started go on. */
export async function deleteSchedule(client: Client, id: string): Promise<void> {
  await ofSchedule(id, () => client.schedule.getHandle(id).delete());
}

/** Lets a schedule have a turn now. */
export async function triggerSchedule(client: Client, id: string): Promise<void> {
  await ofSchedule(id, () => client.schedule.getHandle(id).trigger());
}

async function ofSchedule(id: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ScheduleNotFoundError)) throw error;
    throw new AmalurError('AMALUR_UNKNOWN_RUN', `there is no schedule "${id}"`, {
      suggestion: 'amalur schedule list shows those there are',
    });
  }
}
