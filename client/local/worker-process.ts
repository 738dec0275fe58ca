import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readableLine } from '../../workers/telemetry/log-line.js';
import { spawnSupervised } from '../../workers/spawn-supervised.js';

// Tests run this file as TypeScript, where the worker's entry point is found in the build.
const entryPoint = fileURLToPath(
  new URL(
    import.meta.url.endsWith('.ts') ? '../../dist/workers/main.js' : '../../workers/main.js',
    import.meta.url,
  ),
);

export interface WorkerProcessOptions {
  /** What it is called in messages: `control`, `silo airline`. */
  readonly name: string;
  /** Arguments of the worker's entry point. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly say: (line: string) => void;
  /** Whether it has been seen to work: then it is what happens to it, and not the worker, that ends it. */
  readonly hasWorked: () => boolean;
  /** The worker ended several times just after it was started and never worked: another start would not help. */
  readonly onGivenUp: (error: Error) => void;
}

export interface WorkerProcess {
  readonly name: string;
  stop(): Promise<void>;
}

/** Ending so soon after the start, so many times in a row, is no accident. */
const SOON_MS = 10_000;
const QUICK_ENDS = 3;
const RESTART_MS = 1_000;
/** A site worker gives what it is at 20 seconds, and itself 30. */
const GRACE_SECONDS = 35;
const LONGEST_WAIT_MS = 30_000;

/** Keeps a worker running: one that ends is started again, after a second or, if it ends soon again, after longer. It ends with this process. */
export function startWorkerProcess(options: WorkerProcessOptions): WorkerProcess {
  const { name, say } = options;
  let child: ChildProcess | undefined;
  let timer: NodeJS.Timeout | undefined;
  let stopping = false;
  let quickEnds = 0;

  const start = (): void => {
    const startedAt = Date.now();
    child = spawn(options);
    child.once('exit', (code, signal) => {
      if (stopping) return;
      quickEnds = Date.now() - startedAt < SOON_MS ? quickEnds + 1 : 0;
      if (quickEnds >= QUICK_ENDS && !options.hasWorked()) {
        options.onGivenUp(new Error(`the worker ${name} does not start:\n${lastLines(options.logFile)}`));
        return;
      }
      const wait = Math.min(LONGEST_WAIT_MS, RESTART_MS * 2 ** Math.max(0, quickEnds - QUICK_ENDS));
      const log = quickEnds >= QUICK_ENDS ? `; see ${options.logFile}` : '';
      say(
        `the worker ${name} ended (${signal ?? `code ${String(code)}`}); it is started again in ${wait / 1000} s${log}`,
      );
      timer = setTimeout(start, wait);
    });
  };
  start();

  return {
    name,
    async stop() {
      stopping = true;
      clearTimeout(timer);
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
    },
  };
}

function spawn({ args, env, logFile }: WorkerProcessOptions): ChildProcess {
  const log = openSync(logFile, 'a');
  try {
    return spawnSupervised(process.execPath, [entryPoint, ...args], {
      ...{ env, output: log, graceSeconds: GRACE_SECONDS },
    });
  } finally {
    closeSync(log);
  }
}

function lastLines(file: string): string {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n').slice(-12);
  return [...lines.map(readableLine), `(the end of ${file})`].join('\n');
}
