import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from '@temporalio/worker';
import { expect, test } from 'vitest';
import { runWorkers } from '../../../workers/run-workers.js';

/** A worker that fails when told to stop, or by itself; it takes so long to end. */
function worker(milliseconds: number, error?: Error) {
  const seen = { stopped: false, ended: false };
  let stop: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const one = {
    getState: () => (seen.ended ? 'STOPPED' : 'RUNNING'),
    shutdown: () => {
      seen.stopped = true;
      stop();
    },
    run: async () => {
      if (error === undefined) await stopped;
      await sleep(milliseconds);
      seen.ended = true;
      if (error) throw error;
    },
  };
  return { seen, worker: one as unknown as Worker };
}

test('workers end together when one of them fails: what they use is closed after the last, and why the first failed is told', async () => {
  const refused = new Error('permission denied');
  const slow = worker(100);
  const failing = worker(5, refused);
  await expect(runWorkers([slow.worker, failing.worker], undefined, {})).rejects.toBe(refused);
  expect(slow.seen).toEqual({ stopped: true, ended: true });
});
