import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowExecutionAlreadyStartedError, type Client, type WorkflowOptions } from '@temporalio/client';
import { AmalurError } from '../core/errors.js';
import type { CatalogAnswer, CatalogQuestion } from '../workflows/contracts/activities.js';
import type { GarbageRequest, GarbageResult } from '../workflows/contracts/garbage.js';
import type { WorkflowTypes } from '../workflows/contracts/results.js';
import { CONTROL_QUEUE } from '../workflows/contracts/task-queues.js';
import { isTimeout } from './failures.js';
import { runHandle, type RunHandle } from './run-handle.js';

/** What can be started by name. */
interface Startable extends WorkflowTypes {
  readCatalog(question: CatalogQuestion): Promise<CatalogAnswer>;
  collectGarbage(request: GarbageRequest): Promise<GarbageResult>;
}

/** How long what is waited for may take, in seconds. */
export const SECONDS = {
  /** A question to the catalog; and whatever else, until a control worker has taken it up. */
  answer: 30,
  /** Planning, or a look at every site: tables of databases are hashed, those that have changed are profiled. */
  plan: 1800,
  /** The matching of rows for an explanation. */
  explain: 3600,
  /** The writing of a model, or the reading. */
  export: 600,
  /** The profiling of a silo's tables. */
  register: 3600,
  /** The partial scores of all rows of all silos. */
  prepare: 3600,
  /** Sites sweep when they have nothing else to do. */
  sweep: 12 * 3600,
} as const;

/** That a workflow was started, and that a task for it is to be taken. */
const EVENTS_OF_START = 2;

/** Starts workflows on the queue of the control workers. */
export class WorkflowStarter {
  constructor(
    private readonly temporal: Client,
    private readonly seals: boolean,
  ) {}

  /** Starts a workflow that answers soon, and waits for it, but not for ever: nobody may be there to take it up. */
  async finish<Type extends keyof Startable>(
    type: Type,
    argument: Parameters<Startable[Type]>[0],
    workflowId: string,
    staticSummary: string,
    seconds: number,
  ): Promise<Awaited<ReturnType<Startable[Type]>>> {
    const run = await this.start(type, argument, workflowId, staticSummary, {
      workflowExecutionTimeout: `${seconds}s`,
    });
    const untaken = seconds > SECONDS.answer ? [this.#untaken(workflowId)] : [];
    try {
      return await Promise.race([run.result(), ...untaken]);
    } catch (error) {
      throw error instanceof Error && isTimeout(error.cause) ? noControlWorker(seconds, error) : error;
    }
  }

  /** What may take long is not waited for where nobody has taken it up. @throws AMALUR_SERVER_UNREACHABLE */
  async #untaken(workflowId: string): Promise<never> {
    await sleep(SECONDS.answer * 1000, undefined, { ref: false });
    const described = await this.temporal.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    if (described && described.historyLength <= EVENTS_OF_START) throw noControlWorker(SECONDS.answer);
    return new Promise(() => undefined);
  }

  /** @throws AMALUR_DUPLICATE_NAME where a workflow of that id is going on */
  async start<Type extends keyof Startable>(
    type: Type,
    argument: Parameters<Startable[Type]>[0],
    workflowId: string,
    staticSummary: string,
    timeouts: Pick<WorkflowOptions, 'workflowExecutionTimeout'> = {},
  ): Promise<RunHandle<Awaited<ReturnType<Startable[Type]>>>> {
    try {
      return runHandle(
        await this.temporal.workflow.start(type, {
          taskQueue: CONTROL_QUEUE,
          workflowId,
          args: [argument],
          staticSummary,
          ...timeouts,
        }),
        this.seals,
      );
    } catch (error) {
      throw error instanceof WorkflowExecutionAlreadyStartedError ? alreadyRunning(workflowId, error) : error;
    }
  }
}

function noControlWorker(seconds: number, cause?: unknown): AmalurError {
  return new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    `the server is there, but its answer did not come within ${seconds} s: there may be no control worker on the queue ${CONTROL_QUEUE}`,
    { suggestion: 'start one: amalur up, or amalur worker control; amalur doctor tells which are missing' },
    { cause },
  );
}

function alreadyRunning(id: string, cause: Error): AmalurError {
  return new AmalurError(
    'AMALUR_DUPLICATE_NAME',
    `a run of the id ${id} is going on`,
    { field: 'id', suggestion: `look at it by: amalur runs ${id}` },
    { cause },
  );
}
