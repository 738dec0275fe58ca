import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runChild, transpileTo } from '../support/core-in-child.js';

// Three threads that do all the work between them, in a process of their own: what it sends is Tᵀ (T X) of a fixed table.
const SCRIPT = `
  import { setTimeout as sleep } from 'node:timers/promises';
  import { dense, denseMatrix } from './core/algebra/dense.js';
  import { factorizedTable } from './core/algebra/factorized-table.js';
  import { forkMode, runningThreads, setThreads } from './core/algebra/threads/pool.js';
  const [threads, endless] = process.argv.slice(2);
  setThreads(Number(threads));
  while (runningThreads() < Number(threads)) await sleep(5);
  if (threads > 1) forkMode.value = 'others';
  const numbers = (length) => Float64Array.from({ length }, (_, at) => Math.sin(at * at));
  const table = factorizedTable(9001, [
    { table: denseMatrix(dense(9001, 3, numbers(27003))), index: Int32Array.from({ length: 9001 }, (_, row) => row) },
    { table: denseMatrix(dense(2500, 4, numbers(10000))), index: Int32Array.from({ length: 9001 }, (_, row) => (row * 7) % 2501 - 1) },
  ]);
  const squared = () => [...table.transposedMultiply(table.multiply(dense(7, 2, numbers(14)))).data];
  process.send(squared());
  while (endless) squared();
`;

let folder: string;
let script: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-threads-'));
  const files = await readdir(join(import.meta.dirname, '../../core/algebra'), { recursive: true });
  await transpileTo(
    folder,
    files.filter((file) => file.endsWith('.ts')).map((file) => `core/algebra/${file}`),
  );
  script = join(folder, 'child.mjs');
  await writeFile(script, SCRIPT);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('processes of one, two and three threads compute the same bits, and end by themselves', async () => {
  const [alone, ...others] = await Promise.all(['1', '2', '3'].map((threads) => runChild(script, [threads])));
  expect(alone).toHaveLength(1);
  for (const result of others) expect(result).toEqual(alone);
});

test('a process that is told to end in the middle of threads at work is gone at once, with its threads', async () => {
  const child = fork(script, ['3', 'endless'], { stdio: 'inherit' });
  await once(child, 'message');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
  expect(() => process.kill(child.pid!, 0)).toThrow('ESRCH');
});
