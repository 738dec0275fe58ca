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

test('a lost child is retried, and told of with what to do; a defect is not', async () => {
  expect(await leaving(new ComputeLostError('gone'))).toMatchObject({
    ...{ type: 'AMALUR_COMPUTE_LOST', nonRetryable: false },
    details: [
      { code: 'AMALUR_COMPUTE_LOST', message: 'gone', suggestion: expect.stringContaining('memory') },
    ],
  });
  const defect = await leaving(new TypeError('not a function'));
  expect(defect).toBeInstanceOf(ApplicationFailure);
  expect(defect).toMatchObject({ type: 'AMALUR_INTERNAL', nonRetryable: true });
});

// Codes of Prisma for a database that is away or busy, of the operating system, and our own of a server of objects.
test.each([
  ...['P1001', 'P1002', 'P1008', 'P1017', 'P2024', 'P2028', 'P2034', 'ECONNREFUSED'].map(
    (code): [string, string] => [code, 'AMALUR_SERVER_UNREACHABLE'],
  ),
  ['ENOSPC', 'AMALUR_DISK_FULL'],
  ['EDQUOT', 'AMALUR_DISK_FULL'],
  ['EIO', 'AMALUR_HOST_FAILED'],
])(
  '%s may be over in a moment: the activity is tried again, and at the end says %s and what to do',
  async (code, ours) => {
    const error = Object.assign(new Error('away'), { code });
    expect(await leaving(error)).toMatchObject({
      ...{ type: ours, nonRetryable: false },
      details: [{ code: ours, message: 'away', suggestion: expect.any(String) }],
    });
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
