import { spawn } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';

// Ties a command's life to that of the process that started this one:
//
//   node supervise.js [--grace SECONDS] -- COMMAND [ARGUMENT…]
//
// The parent keeps the other end of our standard input (a pipe) or of an IPC channel. The kernel closes both when the parent
// ends in whatever way, kill -9 included; we then stop the command. What the parent writes to the pipe is discarded.

const signals = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
const defaultGraceSeconds = 10;

interface Supervised {
  readonly command: string;
  readonly args: readonly string[];
  /** Seconds between SIGTERM and SIGKILL. */
  readonly graceSeconds: number;
}

function parse(argv: readonly string[]): Supervised {
  const at = argv.indexOf('--');
  const [command, ...args] = at < 0 ? [] : argv.slice(at + 1);
  const options = argv.slice(0, Math.max(at, 0));
  const graceSeconds = options[0] === '--grace' ? Number(options[1]) : defaultGraceSeconds;
  if (command === undefined || !Number.isFinite(graceSeconds) || ![0, 2].includes(options.length)) {
    throw new Error('usage: supervise [--grace SECONDS] -- COMMAND [ARGUMENT…]');
  }
  return { command, args, graceSeconds };
}

/** Runs the command, and exits with its code; 128 + n when signal n ended it, 127 when it could not be started. */
function supervise({ command, args, graceSeconds }: Supervised): void {
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  let stopping = false;
  const stop = (signal: NodeJS.Signals): void => {
    child.kill(signal);
    if (stopping) return;
    stopping = true;
    setTimeout(() => child.kill('SIGKILL'), graceSeconds * 1000).unref();
  };
  for (const signal of signals)
    process.on(signal, () => {
      stop(signal);
    });
  const parentGone = (): void => {
    stop('SIGTERM');
  };
  process.on('disconnect', parentGone);
  // With an IPC channel standard input may well be closed from the beginning, and says nothing.
  if (!process.connected) process.stdin.on('end', parentGone).on('error', parentGone).resume();
  // Nobody may be left to read what we write: that is no reason to die before the command.
  process.stdout.on('error', () => undefined);
  process.stderr.on('error', () => undefined);

  child.on('error', (error) => {
    process.stderr.write(`${command}: ${error.message}\n`);
    process.exit(127);
  });
  child.on('exit', (code, signal) => {
    process.exit(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) {
  try {
    supervise(parse(process.argv.slice(2)));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n`);
    process.exit(2);
  }
}
