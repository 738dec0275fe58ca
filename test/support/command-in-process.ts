import { expect, vi } from 'vitest';
import { run } from '../../client/cli/program.js';
import type { ErrorReport } from '../../core/errors.js';

/** One command line, in this process. */
export async function amalur(...args: string[]) {
  const heard = { out: '', err: '' };
  const write = (to: 'out' | 'err') => (text: string | Uint8Array) => {
    heard[to] += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(write('out'));
  vi.spyOn(process.stderr, 'write').mockImplementation(write('err'));
  const before = process.exitCode;
  process.exitCode = undefined;
  const code = await run(['node', 'amalur', ...args]);
  process.exitCode = before;
  vi.restoreAllMocks();
  return { code, ...heard };
}

/** The error that a command line ends with: the same whether it is told to a person or to a program. */
export async function refused(...args: string[]): Promise<ErrorReport & { exit: number }> {
  const plain = await amalur(...args);
  const { code, out, err } = await amalur(...args, '--json');
  expect([plain.code, plain.out, out]).toEqual([code, '', '']);
  expect(plain.err).not.toContain('    at ');
  const lines = err.trimEnd().split('\n');
  const [last = ''] = lines.slice(-1);
  // Only who watches a run is told more.
  if (!args.includes('--follow')) expect(lines).toHaveLength(1);
  const { error } = JSON.parse(last) as { error: ErrorReport };
  expect(error.suggestion ?? error.message).toMatch(/./);
  for (const word of error.message.split(/\s+/).slice(0, 3)) expect(plain.err).toContain(word);
  return { ...error, exit: code };
}

export async function json(...args: string[]): Promise<unknown> {
  const { code, out } = await amalur(...args, '--json');
  expect(code).toBe(0);
  return JSON.parse(out);
}
