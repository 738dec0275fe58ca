// Child processes without a shell, so that paths with spaces need no quoting.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { basename } from 'node:path';
import { withProgress } from './report.mjs';

const running = new Set();

/** An interrupted set-up takes its children along: an npm left running would meet that of the next set-up. */
function interrupted(signal) {
  for (const child of running) child.kill('SIGKILL');
  process.exit(128 + constants.signals[signal]);
}

// Listened to only while something runs: afterwards the signals belong to the command that follows.
function track(child) {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  if (running.size === 0) for (const signal of signals) process.on(signal, interrupted);
  running.add(child);
  child.once('close', () => {
    running.delete(child);
    if (running.size === 0) for (const signal of signals) process.off(signal, interrupted);
  });
}

/**
 * Runs a command to its end and returns its standard output.
 * Rejects with the tail of what it printed, when it fails, is missing, or takes longer than `timeout` ms.
 */
export function run(command, args, { cwd, env, timeout = 1_800_000, label } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    track(child);
    let out = '';
    let all = '';
    child.stdout.on('data', (chunk) => ((out += chunk), (all += chunk)));
    child.stderr.on('data', (chunk) => (all += chunk));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error.code === 'ENOENT' ? new Error(`${command} is not installed`) : error);
    });
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      if (code === 0) return resolve(out);
      const lines = all.trim().split('\n');
      // The first lines of npm and tsc say what is wrong, the last ones of most others do.
      const tail = (lines.length > 40 ? [...lines.slice(0, 20), '…', ...lines.slice(-20)] : lines).join('\n');
      const why = signal ? `ended by ${signal} after at most ${timeout / 1000} s` : `exit code ${code}`;
      reject(
        new Error(`${label ?? [command, ...args.slice(0, 3)].join(' ')}: ${why}${tail ? `\n${tail}` : ''}`),
      );
    });
  });
}

/** As `run`, with a line of progress every few seconds. */
export const runLong = (step, command, args, options = {}) =>
  withProgress(
    step,
    () => options.label ?? basename(command),
    () => run(command, args, options),
  );

export const works = (command, args) =>
  run(command, args, { timeout: 15_000 }).then(
    () => true,
    () => false,
  );
