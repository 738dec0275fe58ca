import { execFileSync } from 'node:child_process';

/** Command lines of the processes that name a text, say a folder of the test's own; not of the test itself. */
export function processesNaming(text: string): string[] {
  const lines = execFileSync('ps', ['-eo', 'pid,args', '-ww'], { encoding: 'utf8' }).split('\n');
  return lines.filter((line) => line.includes(text) && !line.trim().startsWith(`${process.pid} `));
}
