import { setTimeout as sleep } from 'node:timers/promises';
import type { WorkflowHandle } from '@temporalio/client';
import { AmalurError } from '../core/errors.js';

const LOOK_MS = 1500;

/**
 * A run that workers cannot read does not fail: it waits for a worker that can. Whoever waits for its result is told instead, from
 * what the first refusal left in the history.
 * @param result ends the watch when it settles
 * @throws AMALUR_CODEC_KEY; else it never settles
 */
export async function untilRefused(handle: WorkflowHandle, result: Promise<unknown>): Promise<never> {
  const ended = result.then(
    () => true,
    () => true,
  );
  for (;;) {
    const over = await Promise.race([sleep(LOOK_MS, false, { ref: false }), ended]);
    const refusal = over ? 'taken up' : await refusalOf(handle).catch(() => undefined);
    if (refusal === 'taken up') return new Promise(() => undefined);
    if (refusal !== undefined) throw refusal;
  }
}

/** Why workers refuse the run; `taken up` when one does not; undefined as long as none has tried. */
async function refusalOf(handle: WorkflowHandle): Promise<AmalurError | 'taken up' | undefined> {
  const { events } = await handle.fetchHistory();
  for (const {
    workflowTaskFailedEventAttributes: failed,
    workflowTaskCompletedEventAttributes: completed,
  } of events ?? []) {
    if (completed) return 'taken up';
    const { message } = failed?.failure ?? {};
    if (message?.includes('AMALUR_CODEC_KEY') === true) {
      return new AmalurError('AMALUR_CODEC_KEY', `the worker refuses the run: ${message}`, {
        suggestion:
          'give client and workers the same keys; the run waits on the server: cancel it, or start a worker with its key',
      });
    }
  }
  return undefined;
}
