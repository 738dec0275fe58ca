import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startServerProcess } from '../../client/local/server-process.js';
import { temporalBinary } from '../../workers/toolchain.js';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur server '));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

/** A server that ends as one does whose port is in use, so many times, and writes down what it was asked. */
async function refusing(times: number): Promise<void> {
  const program = join(folder, 'temporal');
  const lines = [
    '#!/bin/sh',
    `echo "$@" >> '${folder}/asked'`,
    `[ "$(wc -l < '${folder}/asked')" -gt ${String(times)} ] || exit 1`,
    `exec '${temporalBinary()}' "$@"`,
  ];
  await writeFile(program, `${lines.join('\n')}\n`);
  await chmod(program, 0o755);
  vi.stubEnv('AMALUR_TEMPORAL_BIN', program);
}

const options = () => ({
  stateFolder: folder,
  logFile: join(folder, 'temporal.log'),
  say: () => undefined,
  onRestart: () => undefined,
});

async function portsAsked(): Promise<string[]> {
  const asked = await readFile(join(folder, 'asked'), 'utf8');
  return [...asked.matchAll(/--port (\d+)/g)].map(([, port = '']) => port);
}

test('a server whose port another process has taken since is started on another', async () => {
  await refusing(1);
  const server = await startServerProcess(options());
  await server.stop();
  const [first, second] = await portsAsked();
  expect(server.address).toBe(`127.0.0.1:${second ?? ''}`);
  expect(second).not.toBe(first);
});

test('but on none that nobody has asked for where a port was asked for', async () => {
  await refusing(9);
  await expect(startServerProcess({ ...options(), port: 47_233 })).rejects.toThrow('while starting');
  expect(await portsAsked()).toEqual(['47233']);
});
