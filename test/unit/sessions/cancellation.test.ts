import { asyncLocalStorage, type Context } from '@temporalio/activity';
import { CancelledFailure } from '@temporalio/common';
import { beforeEach, expect, test } from 'vitest';
import { forwardActivities, type ComputePort } from '../../../activities/compute/forward.js';
import { createSessions } from '../../../activities/sessions/activities.js';
import { createStores } from '../../../core/exchange/index.js';
import { Mailbox } from '../../../core/exchange/mailbox.js';
import type { PartySessionInput } from '../../../workflows/contracts/sessions.js';
import { memoryStore } from '../../support/memory-store.js';

const reason = new CancelledFailure('CANCELLED');
const of = { execution: 'e', head: 'h' };
const segment = { ...of, site: 'aggregator', exchanges: 0, most: 10, silo: 'a' } as const;
/** Of a silo that is told of the first exchange only by a message. */
const waiting: PartySessionInput = { ...segment, heads: {}, down: {} };
/** Of one that takes a step first. */
const blob = { home: 'exchange', sha256: 'ab', bytes: 1, kind: 'message' } as const;
const stepping: PartySessionInput = { ...segment, heads: { share: 'h' }, down: { share: blob } };

let run: AbortController;
/** Set when an operation is computed; as our child does, it ends when it is cancelled and not before. */
let computing: (() => void) | undefined;
const compute: ComputePort = {
  call: (_operation, _input, { signal }) =>
    new Promise((_, reject) => {
      computing?.();
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    }),
};
const sessions = createSessions(
  'silo.a',
  new Mailbox(createStores({ exchange: memoryStore(), site: { name: 'silo.a', store: memoryStore() } })),
  compute,
);
const operations = forwardActivities<{ score(input: object): Promise<object> }>(['score'], compute);

beforeEach(() => {
  run = new AbortController();
  computing = undefined;
});

/** Does an activity as a worker does, whose run can be cancelled. */
function within<T>(activity: () => Promise<T>): Promise<T> {
  const context = { cancellationSignal: run.signal, heartbeat: () => undefined, info: { attempt: 1 } };
  return asyncLocalStorage.run(context as unknown as Context, activity);
}

test('a session whose run is cancelled waits for its message no longer', async () => {
  const session = within(() => sessions.partySession(waiting));
  run.abort(reason);
  await expect(session).rejects.toBe(reason);
});

test.each<[string, () => Promise<unknown>]>([
  ['a session', () => sessions.partySession(stepping)],
  ['an operation', () => operations.score({})],
])('%s whose run is cancelled in the middle of its arithmetic ends it', async (_what, activity) => {
  const begun = new Promise<void>((resolve) => (computing = resolve));
  const working = within(activity);
  await begun;
  run.abort(reason);
  await expect(working).rejects.toBe(reason);
});
