import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Options of {@link spawnSupervised}. */
export interface SuperviseOptions {
  readonly cwd?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds between SIGTERM and SIGKILL when the command is stopped. @default 10 */
  readonly graceSeconds?: number;
  /** Where the command's standard output and standard error go: a file descriptor, or pipes to read. @default 'pipe' */
  readonly output?: 'pipe' | 'inherit' | 'ignore' | number;
}

// Tests run this file as TypeScript, where the supervisor is found in the build.
const supervisor = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../dist/workers/supervise.js' : './supervise.js',
    import.meta.url,
  ),
);

/**
 * Starts a command that ends when this process ends, in whatever way: also by kill -9. See supervise.ts.
 * The returned process is the supervisor: SIGTERM and SIGINT sent to it reach the command, and it exits with the command's code.
 * Do not close its standard input before the command should end.
 */
export function spawnSupervised(
  command: string,
  args: readonly string[],
  options: SuperviseOptions = {},
): ChildProcess {
  const { cwd, env, graceSeconds = 10, output = 'pipe' } = options;
  return spawn(process.execPath, [supervisor, '--grace', String(graceSeconds), '--', command, ...args], {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    stdio: ['pipe', output, output],
    // In a process group of its own: Ctrl-C then reaches only this process, which stops its children in the right order.
    detached: true,
  });
}
