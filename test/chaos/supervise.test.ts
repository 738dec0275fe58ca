import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { spawnSupervised } from '../../workers/spawn-supervised.js';

const built = new URL('../../dist/workers/spawn-supervised.js', import.meta.url).href;
const fileOf = (name: string) => JSON.stringify(fileURLToPath(new URL(`../../${name}`, import.meta.url)));
/** Says its process id, then runs for ever. */
const sleeper = 'process.stdout.write(String(process.pid)); setInterval(() => {}, 1000);';

async function pidFrom(child: ChildProcess): Promise<number> {
  const [chunk] = (await once(child.stdout!, 'data')) as [Buffer];
  return Number(chunk.toString());
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<boolean> {
  for (let waited = 0; waited < 5_000; waited += 50) {
    if (!isAlive(pid)) return true;
    await sleep(50);
  }
  return false;
}

describe('a supervised command', () => {
  it('dies when the process that started it is killed with -9', async () => {
    const program = `
      import { spawnSupervised } from '${built}';
      spawnSupervised(process.execPath, ['-e', ${JSON.stringify(sleeper)}]).stdout.pipe(process.stdout);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await pidFrom(parent);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    expect(await untilGone(pid)).toBe(true);
  });

  it('gets SIGTERM, and its exit code is passed on', async () => {
    const program = `process.on('SIGTERM', () => process.exit(7)); ${sleeper}`;
    const supervisor = spawnSupervised(process.execPath, ['-e', program]);
    const pid = await pidFrom(supervisor);
    supervisor.kill('SIGTERM');
    expect(await once(supervisor, 'exit')).toEqual([7, null]);
    expect(isAlive(pid)).toBe(false);
  });

  it('is killed after the grace time when it ignores SIGTERM', async () => {
    const program = `process.on('SIGTERM', () => {}); ${sleeper}`;
    const supervisor = spawnSupervised(process.execPath, ['-e', program], { graceSeconds: 0.2 });
    const pid = await pidFrom(supervisor);
    supervisor.stdin?.end();
    expect(await once(supervisor, 'exit')).toEqual([128 + 9, null]);
    expect(isAlive(pid)).toBe(false);
  });

  it('that does not exist ends with 127', async () => {
    expect(await once(spawnSupervised('/no/such/command', []), 'exit')).toEqual([127, null]);
  });
});

describe('a compute child', () => {
  it('ends when its worker is killed with -9, although its event loop has something to wait for', async () => {
    const program = `
      import { fork } from 'node:child_process';
      const child = fork(${fileOf('dist/workers/compute-child.js')}, [${fileOf('examples/orders')}, 'crm'], {
        serialization: 'advanced',
        silent: true,
        execArgv: ['--import', 'data:text/javascript,setInterval(()=>{},1000)'],
      });
      child.once('message', () => process.stdout.write(String(child.pid)));
      child.send({ id: 1, operation: 'ping', input: null });`;
    const worker = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = await pidFrom(worker);
    expect(isAlive(pid)).toBe(true);
    worker.kill('SIGKILL');
    expect(await untilGone(pid)).toBe(true);
  });
});
