import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { processesNaming } from '../support/processes.js';
import { until } from '../support/worker-processes.js';

const script = fileURLToPath(new URL('../../scripts/demo.mjs', import.meta.url));

/** The demo makes its folder here, and its processes name that folder. */
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur-demo-test-'));
});
afterAll(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));

describe('the demo, in the middle of its first training,', () => {
  let demo: ChildProcess;
  let told = '';

  async function training(): Promise<void> {
    told = '';
    demo = spawn(process.execPath, [script], {
      env: { ...process.env, TMPDIR: folder },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    demo.stderr!.setEncoding('utf8').on('data', (text: string) => (told += text));
    await until('the training begins', () => (told.includes('materialize: ') ? true : undefined), 60);
    expect(processesNaming(folder).length).toBeGreaterThan(5);
  }

  test('Ctrl-C stops everything', async () => {
    await training();
    const gone = once(demo, 'exit');
    demo.kill('SIGINT');
    expect(await gone, told).toEqual([130, null]);
    expect(processesNaming(folder)).toEqual([]);
  });

  test('kill -9 leaves no process behind', async () => {
    await training();
    demo.kill('SIGKILL');
    await until('they are gone', () => (processesNaming(folder).length === 0 ? true : undefined), 30);
  });
});
