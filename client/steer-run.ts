import {
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { AmalurError } from '../core/errors.js';
import { STEERING_UPDATES, type NewTolerance, type SteeringUpdate } from '../workflows/contracts/steering.js';
import { amalurErrorOf } from './failures.js';

/** How long a request may wait for a control worker to take it. */
const TAKEN_WITHIN_MS = 30_000;

/**
 * Asks something of a training that goes on.
 * @throws AMALUR_NOT_STEERABLE, AMALUR_WRONG_TYPE; AMALUR_SERVER_UNREACHABLE when no control worker takes the request
 */
export async function steerRun(
  handle: WorkflowHandle,
  update: SteeringUpdate,
  given?: NewTolerance,
): Promise<void> {
  const { status, type } = await handle.describe();
  if (type !== 'trainModel') throw refused(`the run ${handle.workflowId} is no training`);
  if (status.name !== 'RUNNING') throw refused(`the run ${handle.workflowId} has ended already`);
  try {
    await handle.client.connection.withDeadline(Date.now() + TAKEN_WITHIN_MS, () =>
      given === undefined
        ? handle.executeUpdate(STEERING_UPDATES[update])
        : handle.executeUpdate(STEERING_UPDATES[update], { args: [given] }),
    );
  } catch (error) {
    if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError) throw untaken(error);
    const { cause } = error instanceof WorkflowUpdateFailedError ? error : { cause: undefined };
    throw (cause instanceof ApplicationFailure && amalurErrorOf(cause, error as Error)) || error;
  }
}

function refused(message: string): AmalurError {
  return new AmalurError('AMALUR_NOT_STEERABLE', message, { suggestion: 'see `amalur runs`' });
}

function untaken(cause: Error): AmalurError {
  return new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    'no control worker has taken the request; it is taken when one is there',
    { suggestion: 'start one: amalur up, or amalur worker control' },
    { cause },
  );
}
