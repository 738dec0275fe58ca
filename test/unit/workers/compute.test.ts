import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { ComputeLostError } from '../../../activities/failures.js';
import { ComputeChild } from '../../../workers/compute.js';
import { isAlive, until } from '../../support/worker-processes.js';

/** A child without arithmetic: it does what the operation is called. Unlike ours it lives on when its channel is closed. */
const SCRIPT = `
  const operations = {
    answer: () => process.pid,
    answerIn: (ms) => new Promise((done) => setTimeout(() => done(process.pid), ms)),
    hang: () => new Promise(() => undefined),
    async compute() {
      // What has been sent must be through before: arithmetic lets nothing else happen.
      await new Promise((done) => setTimeout(done, 50));
      for (;;) Math.sqrt(2);
    },
    end: () => process.exit(1),
    async disconnect(lingerMs) {
      // What has been sent must be through before.
      await new Promise((done) => setTimeout(done, 50));
      process.disconnect();
      await new Promise((done) => setTimeout(done, lingerMs));
      process.exit(0);
    },
  };
  process.on('message', async ({ id, operation, input }) => {
    process.send({ id, progress: 'begun' });
    const output = await operations[operation](input);
    process.send({ id, output });
  });
`;

let folder: string;
let file: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-compute-'));
  file = join(folder, 'child.mjs');
  await writeFile(file, SCRIPT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let compute: ComputeChild;
beforeEach(() => {
  compute = new ComputeChild([], { file });
});
afterEach(() => {
  compute.stop();
});

/** A call; `begun` when the child is at it. */
function call(operation: string, input?: unknown) {
  const controller = new AbortController();
  let begin = () => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const options = { signal: controller.signal, onProgress: begin };
  const result = compute.call(operation, input, options);
  // Looked at later than it may fail.
  result.catch(() => undefined);
  const cancel = () => {
    controller.abort(new Error('cancelled'));
  };
  return { result, begun, cancel };
}

describe('an operation whose child is lost fails as lost, and the next one has a child again', () => {
  test('when the child ends', async () => {
    const [lost, waiting] = [call('end'), call('answer')];
    await expect(lost.result).rejects.toBeInstanceOf(ComputeLostError);
    expect(await waiting.result).toBeTypeOf('number');
  });

  test.each([0, 300])(
    'when a call arrives, and the child needs %i ms from the end of its channel to its own',
    async (ms) => {
      const lost = call('disconnect', ms);
      await lost.begun;
      await sleep(150);
      const next = call('answer');
      await expect(lost.result).rejects.toBeInstanceOf(ComputeLostError);
      expect(await next.result).toBeTypeOf('number');
    },
  );

  test('when the child closes its channel and does not end', async () => {
    await expect(call('disconnect', 60_000).result).rejects.toBeInstanceOf(ComputeLostError);
    expect(await call('answer').result).toBeTypeOf('number');
  });

  test('when the child cannot be started', async () => {
    compute = new ComputeChild([], { file, executable: join(folder, 'no-such-program') });
    const calls = [call('answer'), call('answer')];
    for (const { result } of calls) await expect(result).rejects.toBeInstanceOf(ComputeLostError);
    await expect(call('answer').result).rejects.toThrow('ENOENT');
  });

  test('when it is stopped, with all that wait', async () => {
    const calls = [call('hang'), call('answer')];
    await calls[0]?.begun;
    compute.stop();
    for (const { result } of calls) await expect(result).rejects.toBeInstanceOf(ComputeLostError);
    expect(await call('answer').result).toBeTypeOf('number');
  });
});

describe('cancelling', () => {
  test('an operation that waits disturbs neither the one before it nor the one behind', async () => {
    const current = call('answerIn', 200);
    const cancelled = call('answer');
    const behind = call('answer');
    await current.begun;
    cancelled.cancel();
    await expect(cancelled.result).rejects.toThrow('cancelled');
    expect(await behind.result).toBe(await current.result);
  });

  test('the operation that is computed ends its child only: what waits is done by the next', async () => {
    const pid = await call('answer').result;
    const current = call('hang');
    const waiting = call('answer');
    await current.begun;
    current.cancel();
    await expect(current.result).rejects.toThrow('cancelled');
    const next = await waiting.result;
    expect(next).toBeTypeOf('number');
    expect(next).not.toBe(pid);
  });

  test('an operation in the middle of its arithmetic ends the arithmetic: its process is gone', async () => {
    const pid = (await call('answer').result) as number;
    const current = call('compute');
    await current.begun;
    await sleep(100);
    current.cancel();
    await expect(current.result).rejects.toThrow('cancelled');
    await until('the end of the child', () => (isAlive(pid) ? undefined : true), 10);
  });

  test('beforehand starts nothing', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    const options = { signal, onProgress: () => {} };
    await expect(compute.call('answer', undefined, options)).rejects.toThrow('cancelled');
  });
});

test('operations are done in the order in which they were asked for, one at a time', async () => {
  const begun: string[] = [];
  const started = ['first', 'second', 'third'].map((name, i) =>
    compute
      .call('answerIn', 60 - 20 * i, {
        signal: new AbortController().signal,
        onProgress: () => begun.push(`${name} begins`),
      })
      .then(() => begun.push(`${name} ends`)),
  );
  await Promise.all(started);
  const order = ['first', 'second', 'third'].flatMap((name) => [`${name} begins`, `${name} ends`]);
  expect(begun).toEqual(order);
});

test('how long a child has said nothing of its operation is known; of none it owes nothing', async () => {
  expect(compute.silentMs).toBe(0);
  const hanging = call('hang');
  await hanging.begun;
  await sleep(120);
  expect(compute.silentMs).toBeGreaterThan(100);
  const behind = call('answer');
  hanging.cancel();
  await behind.result;
  expect(compute.silentMs).toBe(0);
});
