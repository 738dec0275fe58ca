import { setTimeout as sleep } from 'node:timers/promises';
import {
  isGrpcServiceError,
  ServiceError,
  WorkflowNotFoundError,
  type WorkflowHandle,
} from '@temporalio/client';
import { AmalurError } from '../core/errors.js';
import { PROGRESS_QUERY, type RunProgress } from '../workflows/contracts/results.js';
import type { NewTolerance, SteeringUpdate } from '../workflows/contracts/steering.js';
import { failureOf } from './failures.js';
import { steerRun } from './steer-run.js';
import { untilRefused } from './until-refused.js';

/** A run that has been started: on the server, not in this process, which may end before it. */
export interface RunHandle<Result> {
  /** Workflow id: `amalur runs <id>` and the Temporal UI find the run by it. */
  readonly id: string;
  /**
   * Waits for the end of the run.
   * @throws AmalurError for what a person can mend; RunCancelled
   */
  result(): Promise<Result>;
  /** Where the run is now; of a run that has ended, where it ended. @throws when no control worker is there to answer */
  progress(): Promise<RunProgress>;
  /**
   * Asks the run to stop; it ends by itself a moment later.
   * @returns false if it has ended already
   */
  cancel(): Promise<boolean>;
  /** Lets a training wait when the round under way has ended. @throws AMALUR_NOT_STEERABLE, as the next three */
  pause(): Promise<void>;
  /** Lets a paused training go on. */
  resume(): Promise<void>;
  /** Ends a training with the round under way: the model as it is then is evaluated and stored. */
  stopEarly(): Promise<void>;
  /** Gives a training another tolerance, other maximal rounds, or both. @throws AMALUR_WRONG_TYPE besides */
  setTolerance(given: NewTolerance): Promise<void>;
}

/** @param seals this client seals what it sends: workers without its key can't take the run up */
export function runHandle<Result>(handle: WorkflowHandle, seals: boolean): RunHandle<Result> {
  return {
    id: handle.workflowId,
    result: () =>
      translated(() =>
        patiently(async () => {
          const result = handle.result() as Promise<Result>;
          return seals ? Promise.race([result, untilRefused(handle, result)]) : result;
        }),
      ),
    progress: () => translated(() => handle.query<RunProgress>(PROGRESS_QUERY)),
    cancel: () =>
      translated(async () => {
        const { status } = await handle.describe();
        if (status.name !== 'RUNNING') return false;
        await handle.cancel();
        return true;
      }),
    pause: () => steer('pause'),
    resume: () => steer('resume'),
    stopEarly: () => steer('stopEarly'),
    setTolerance: (given) => steer('setTolerance', given),
  };

  function steer(update: SteeringUpdate, given?: NewTolerance): Promise<void> {
    return translated(() => steerRun(handle, update, given));
  }

  async function translated<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof WorkflowNotFoundError
        ? unknownRun(handle.workflowId, error)
        : failureOf(error, handle.workflowId);
    }
  }
}

/** A run outlives its server, so a server that goes away is waited for: this long. */
const PATIENCE_MS = 120_000;

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  let goneSince: number | undefined;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      goneSince ??= Date.now();
      if (Date.now() - goneSince > PATIENCE_MS) throw serverGone(error);
      await sleep(1_000);
    }
  }
}

/** gRPC's status for a server that cannot be reached. */
const UNAVAILABLE = 14;

function isUnavailable(error: unknown): boolean {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) && (cause.code as number) === UNAVAILABLE;
}

function serverGone(cause: unknown): AmalurError {
  return new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    'the Temporal server does not answer any more; the run goes on when it is back',
    { suggestion: 'start the server again, then look at the run: amalur runs' },
    { cause },
  );
}

function unknownRun(id: string, cause: Error): AmalurError {
  return new AmalurError(
    'AMALUR_UNKNOWN_RUN',
    `the server knows no run "${id}" that this could be done with`,
    { suggestion: '`amalur runs` lists the runs; the server forgets those that have ended some time ago' },
    { cause },
  );
}
