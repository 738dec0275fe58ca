import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { failureOf } from '../../../activities/failures.js';
import { failureToThrow, reportOfFailure } from '../../../workflows/failures.js';

const ofActivity = (cause: Error) =>
  new ActivityFailure('failed', 'round', '1', 'MAXIMUM_ATTEMPTS_REACHED', undefined, cause);
const told = (cause: Error) => reportOfFailure(failureToThrow(ofActivity(cause)));
/** The time for all attempts is over, of which the last ended so. */
const late = (cause: Error) =>
  Object.assign(new TimeoutFailure('late', undefined, 'SCHEDULE_TO_CLOSE'), { cause });
const full = failureOf(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));

test('what was tried again and again in vain ends a run with its code and what to do, not as a defect', () => {
  expect(told(full)).toEqual({
    code: 'AMALUR_DISK_FULL',
    message: 'ENOSPC: no space left',
    suggestion: expect.stringContaining('make room'),
  });
  expect(failureToThrow(ofActivity(full))).toMatchObject({ type: 'AMALUR_DISK_FULL', nonRetryable: true });
});

test('the same where the time for it is over', () => {
  expect(told(late(full))).toMatchObject({
    code: 'AMALUR_DISK_FULL',
    message: 'round did not succeed in time: ENOSPC: no space left',
  });
});

test.each([
  ['SCHEDULE_TO_START', 'AMALUR_SILO_UNAVAILABLE', /no worker that takes/],
  ['HEARTBEAT', 'AMALUR_SILO_UNAVAILABLE', /went in the middle of round/],
  ['START_TO_CLOSE', 'AMALUR_TIMED_OUT', /round did not end in time/],
  ['SCHEDULE_TO_CLOSE', 'AMALUR_TIMED_OUT', /round did not end in time/],
] as const)('a time limit %s is told as %s: only a worker that is away is one', (type, code, message) => {
  expect(told(new TimeoutFailure('late', undefined, type))).toMatchObject({
    ...{ code, message: expect.stringMatching(message) },
    suggestion: expect.any(String),
  });
});

test('a database that hangs at each attempt is no silo that is away', () => {
  const hung = new TimeoutFailure('late', undefined, 'START_TO_CLOSE');
  expect(told(late(hung))).toMatchObject({
    code: 'AMALUR_TIMED_OUT',
  });
});

test('what has no code is a defect', () => {
  expect(told(ApplicationFailure.nonRetryable('not a function', 'TypeError'))).toEqual({
    code: 'AMALUR_INTERNAL',
    message: 'not a function',
  });
});
