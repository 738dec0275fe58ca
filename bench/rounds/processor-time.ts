import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';

/** Processor time that a process and all below it have used, in milliseconds; none where there is no /proc. */
export async function processorMs(root: number | undefined): Promise<number | null> {
  if (root === undefined || process.platform !== 'linux') return null;
  const family = new Set([root]);
  const listed = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const parents = listed.map((line) => line.trim().split(/\s+/).map(Number));
  for (let grown = true; grown;) {
    grown = false;
    for (const [pid = 0, parent = 0] of parents) {
      if (!family.has(parent) || family.has(pid)) continue;
      family.add(pid);
      grown = true;
    }
  }
  let ticks = 0;
  for (const pid of family) ticks += await ticksOf(pid);
  return ticks * (1000 / TICKS_PER_SECOND);
}

/** USER_HZ: what Linux counts in towards programs. */
const TICKS_PER_SECOND = 100;

async function ticksOf(pid: number): Promise<number> {
  try {
    const text = await readFile(`/proc/${String(pid)}/stat`, 'utf8');
    // Fields 14 and 15, counted behind the name in brackets, which may have blanks (proc(5)).
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return Number(fields[11]) + Number(fields[12]);
  } catch {
    return 0;
  }
}
