import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { spawn } from 'node:child_process';

/** A process of a test's own, which ends with the test in whatever way that ends. */
export interface TiedProcess {
  /** Of the command itself. */
  readonly pid: number;
  /** Its exit code, once it has ended; 128 + n by signal n. */
  readonly ended: Promise<number>;
  /** What it has written so far. */
  said(): Promise<string>;
  /** SIGTERM, and SIGKILL after ten seconds. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
}

export interface TiedOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** File to which both of its outputs are added. */
  readonly log: string;
}

/** The outer shell tells the command's id and waits for it; the inner one reads our pipe, which ends when this process does. */
const SCRIPT = `
  log=$1
  shift
  exec 3<&0
  "$@" </dev/null >>"$log" 2>&1 3<&- & child=$!
  echo $child
  { cat <&3 >/dev/null; kill -KILL $child; } >/dev/null 2>&1 & watch=$!
  exec 3<&- 0</dev/null
  wait $child
  code=$?
  kill $watch
  exit $code`;
const GRACE_MS = 10_000;

export async function startTied(
  command: string,
  args: readonly string[],
  { env = {}, cwd, log }: TiedOptions,
): Promise<TiedProcess> {
  const shell = spawn('sh', ['-c', SCRIPT, 'sh', log, command, ...args], {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  let over = false;
  const ended = once(shell, 'exit').then(([code]) => {
    over = true;
    return Number(code);
  });
  const [told] = (await once(shell.stdout, 'data')) as [Buffer];
  const pid = Number(told.toString());
  const signal = (name: NodeJS.Signals): void => {
    if (!over) process.kill(pid, name);
  };
  const end = async (): Promise<void> => {
    await ended;
    shell.stdin.end();
  };
  return {
    pid,
    ended,
    said: () => readFile(log, 'utf8'),
    async stop() {
      signal('SIGTERM');
      const timer = setTimeout(() => signal('SIGKILL'), GRACE_MS);
      await end();
      clearTimeout(timer);
    },
    async kill() {
      signal('SIGKILL');
      await end();
    },
  };
}
