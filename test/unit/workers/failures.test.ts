import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { expect, test } from 'vitest';
import { ComputeLostError, withFailures } from '../../../activities/failures.js';
import { AmalurError } from '../../../core/errors.js';

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

// Codes of Prisma for a database that is away or busy, of the operating system, and our own of a server of objects.
test.each(['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2034', 'ECONNREFUSED', 'ENOSPC', 'EIO'])(
  '%s may be over in a moment: the activity is tried again, and keeps the code',
  async (code) => {
    const error = Object.assign(new Error('away'), { code });
    expect(await leaving(error)).toMatchObject({ type: code, nonRetryable: false });
  },
);

test('a store that is away is tried again and says why at the end; one that is not there, or refuses, is not', async () => {
  const of = async (code: AmalurError['code']) => {
    const { nonRetryable, details } = (await leaving(new AmalurError(code, 'm'))) as ApplicationFailure;
    return [nonRetryable, details];
  };
  expect(await of('AMALUR_STORE_UNREACHABLE')).toEqual([
    false,
    [{ code: 'AMALUR_STORE_UNREACHABLE', message: 'm' }],
  ]);
  for (const code of ['AMALUR_STORE_MISSING', 'AMALUR_STORE_DENIED', 'AMALUR_STORE_UNFIT'] as const)
    expect(await of(code)).toEqual([true, [{ code, message: 'm' }]]);
});

test('a row that a database refuses is no passing failure', async () => {
  const refused = Object.assign(new Error('unique constraint'), { code: 'P2002' });
  expect(await leaving(refused)).toMatchObject({ type: 'AMALUR_INTERNAL', nonRetryable: true });
});
