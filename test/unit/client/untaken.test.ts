import type { ConnectionLike } from '@temporalio/client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

// What may take an hour is waited for only where somebody has taken it up.

const clock = vi.hoisted(() => ({ slept: [] as number[] }));
vi.mock('node:timers/promises', () => ({
  setTimeout: (milliseconds: number) => Promise.resolve(void clock.slept.push(milliseconds)),
}));
const { AmalurClient } = await import('../../../client/amalur-client.js');

beforeEach(() => void clock.slept.splice(0));
afterEach(() => vi.restoreAllMocks());

/** Registers a silo on a server where the workflow's history is of so many events, and it ends when `ends` does. */
function register(historyLength: number, ends: Promise<unknown>) {
  const handle = {
    ...{ workflowId: 'w', firstExecutionRunId: 'r' },
    result: () => ends,
    describe: () => Promise.resolve({ historyLength }),
  };
  const workflow = { start: () => Promise.resolve(handle), getHandle: () => handle };
  const client = new AmalurClient({ connection: {} as ConnectionLike, keys: [] });
  Object.defineProperty(client.temporal, 'workflow', { value: workflow });
  return client.registerSilo('shop');
}

test('a registration that nobody has taken up after half a minute is given up, and says which worker is missing', async () => {
  await expect(register(2, new Promise(() => undefined))).rejects.toMatchObject({
    ...{ code: 'AMALUR_SERVER_UNREACHABLE', message: expect.stringContaining('within 30 s') },
    suggestion: expect.stringContaining('amalur worker control'),
  });
  expect(clock.slept).toEqual([30_000]);
});

test('one that was taken up is waited for', async () => {
  const done = new Promise((resolve) => setTimeout(resolve, 50, { silo: 'shop' }));
  expect(await register(5, done)).toEqual({ silo: 'shop' });
});
