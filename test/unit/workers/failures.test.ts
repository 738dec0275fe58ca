import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { ComputeLostError, withFailures } from '../../../activities/failures.js';

const leaving = (error: Error) =>
  withFailures({ fail: () => Promise.reject(error) })
    .fail()
    .catch((thrown: unknown) => thrown);

test('a cancellation leaves an activity as it is, so that a worker that stops gives its step to the next', async () => {
  const cancelled = new CancelledFailure('WORKER_SHUTDOWN');
  expect(await leaving(cancelled)).toBe(cancelled);
});

test('a lost child is retried, a defect is not', async () => {
  expect(await leaving(new ComputeLostError('gone'))).toMatchObject({ nonRetryable: false });
  const defect = await leaving(new TypeError('not a function'));
  expect(defect).toBeInstanceOf(ApplicationFailure);
  expect(defect).toMatchObject({ type: 'AMALUR_INTERNAL', nonRetryable: true });
});
