import type { NativeConnection, Worker } from '@temporalio/worker';
import type { Store } from '../../core/exchange/index.js';
import type { ComputeChild } from '../compute.js';

type Check = () => Promise<void>;

/** Every worker of the process runs and asks for what it has registered. */
export function polls(workers: readonly Worker[]): Check {
  return async () => {
    for (const worker of workers) {
      const { runState, workflowPollerState, activityPollerState } = worker.getStatus();
      const states = [workflowPollerState, activityPollerState];
      const polling = states.includes('POLLING') && !states.includes('FAILED');
      if (runState !== 'RUNNING' || !polling) throw Object.assign(new Error('no'), { code: 'NOT_POLLING' });
    }
  };
}

export function serverAnswers(connection: NativeConnection): Check {
  return async () => {
    await connection
      .withDeadline(Date.now() + 4000, () => connection.workflowService.getSystemInfo({}))
      .catch((error: unknown) => {
        throw Object.assign(new Error('the server does not answer', { cause: error }), {
          code: 'UNREACHABLE',
        });
      });
  };
}

const PROBE = new TextEncoder().encode('amalur');

/** A blob of six bytes, always the same, can be stored and read back. */
export function storeAnswers(store: Store): Check {
  return async () => {
    await store.get(await store.put(PROBE, 'cached'));
  };
}

/** An operation has two hours (workflows/activity-proxies.ts): who says nothing of it for half an hour more hangs. */
const STUCK_MS = 2.5 * 3_600_000;

/** A child that computes is at work, unless it has hung; one that does not must answer, and is started for that if there is none. */
export function computeAnswers(
  compute: Pick<ComputeChild, 'busy' | 'call' | 'silentMs'>,
  stuckMs: number = STUCK_MS,
): Check {
  let asked: Promise<unknown> | undefined;
  return async () => {
    if (compute.silentMs > stuckMs) throw Object.assign(new Error('the operation hangs'), { code: 'STUCK' });
    if (compute.busy && asked === undefined) return;
    // Not taken back when nobody waits any more: that would end the child.
    const { signal } = new AbortController();
    asked ??= compute.call('ping', {}, { signal, onProgress: () => undefined }).finally(() => {
      asked = undefined;
    });
    await asked;
  };
}
