// What the user sees: one line a step, and a sign of life every few seconds while something takes long.
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const width = 26;
// Standard output belongs to the command that follows the set-up.
const say = (text) => process.stderr.write(`${text}\n`);

export const line = (name, text) => say(`  ${name.padEnd(width)} ${text}`);
export const title = (text) => say(text);

export const seconds = (ms) => `${(ms / 1000).toFixed(ms < 9950 ? 1 : 0)} s`;
export const megabytes = (bytes) => `${(bytes / 1e6).toFixed(bytes < 9.95e6 ? 1 : 0)} MB`;

/** Bytes on disk under `path`, links not followed; 0 when it does not exist. */
export async function diskUse(path) {
  const stat = await lstat(path).catch(() => undefined);
  if (!stat) return 0;
  if (!stat.isDirectory()) return stat.blocks * 512;
  const names = await readdir(path).catch(() => []);
  let total = 0;
  for (const name of names) total += await diskUse(join(path, name));
  return total;
}

/** Runs `work`, printing `describe()` every three seconds: plain lines, so that it works without a TTY. */
export async function withProgress(name, describe, work) {
  const started = Date.now();
  const timer = setInterval(async () => {
    const detail = await describe();
    line(name, `… ${detail ? `${detail}, ` : ''}${seconds(Date.now() - started)}`);
  }, 3000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
