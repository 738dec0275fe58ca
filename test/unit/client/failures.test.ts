import { WorkflowFailedError } from '@temporalio/client';
import { ActivityFailure, ApplicationFailure, CancelledFailure, RetryState } from '@temporalio/common';
import { expect, test } from 'vitest';
import { failureOf } from '../../../client/failures.js';
import { RunCancelled } from '../../../client/run-cancelled.js';
import { AmalurError, reportOf } from '../../../core/errors.js';

const mistake = new AmalurError('AMALUR_UNKNOWN_TABLE', 'there is no table "x"', {
  field: 'target.base',
  suggestion: 'did you mean y?',
});
const failure = ApplicationFailure.create({
  message: mistake.message,
  type: mistake.code,
  nonRetryable: true,
  details: [reportOf(mistake)],
});

function failed(cause: Error): WorkflowFailedError {
  return new WorkflowFailedError('Workflow execution failed', cause, RetryState.NON_RETRYABLE_FAILURE);
}

test('a mistake reaches the caller with code, field and suggestion, wherever it happened', () => {
  const activity = new ActivityFailure(
    'failed',
    'resolveJob',
    '1',
    RetryState.NON_RETRYABLE_FAILURE,
    'w',
    failure,
  );
  for (const cause of [failure, activity]) {
    const error = failureOf(failed(cause), 'run');
    expect(error).toBeInstanceOf(AmalurError);
    expect(reportOf(error as AmalurError)).toEqual(reportOf(mistake));
  }
});

test('a cancelled run is told from a failed one', () => {
  expect(failureOf(failed(new CancelledFailure('cancelled')), 'run')).toBeInstanceOf(RunCancelled);
});

test('any other failure says its innermost cause, and which run', () => {
  const error = failureOf(
    failed(ApplicationFailure.create({ message: 'disk full', type: 'Error' })),
    'run-1',
  );
  expect((error as Error).message).toBe('run run-1 failed: disk full');
});
