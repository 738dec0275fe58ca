import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestInstallation } from './installation.js';

/** `control`, `aggregator` or a silo by name. */
export interface Role {
  readonly role: 'control' | 'aggregator' | 'silo';
  readonly silo?: string;
}

/** The process of a worker of this installation, not that of its supervisor; undefined while it is down. */
export function workerPid({ config }: TestInstallation, { role, silo }: Role): number | undefined {
  const own = `workers/main.js ${role} --config ${config.file}${silo === undefined ? '' : ` --silo ${silo}`}`;
  return find((command) => command.endsWith(own) && !command.includes('supervise.js'));
}

/** The compute child of a silo's worker, or of the aggregator's; undefined before its first operation. */
export function computePid({ config }: TestInstallation, silo?: string): number | undefined {
  const own = `compute-child.js ${config.file}${silo === undefined ? '' : ` ${silo}`}`;
  return find((command) => command.endsWith(own));
}

/** The Temporal server of this installation, not its supervisor; undefined while it is down. */
export function serverPid({ config }: TestInstallation): number | undefined {
  const own = `--db-filename ${config.stateFolder}/temporal-`;
  return find((command) => command.includes(own) && !command.includes('supervise.js'));
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Asks again and again until there is an answer. */
export async function until<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  seconds = 30,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`not within ${String(seconds)} s: ${what}`);
    await sleep(20);
  }
}

function find(wanted: (command: string) => boolean): number | undefined {
  const processes = execFileSync('ps', ['-ww', '-A', '-o', 'pid=,args='], { encoding: 'utf8' }).split('\n');
  for (const line of processes) {
    const [, pid, command = ''] = /^\s*(\d+) (.*?)\s*$/.exec(line) ?? [];
    if (pid !== undefined && wanted(command)) return Number(pid);
  }
  return undefined;
}
