// npm packages, exactly as locked. Lifecycle scripts never run: what they would do is done by the steps that follow.
import { readFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { read, writeStamp } from '../files.mjs';
import { inRoot, platform, stamp } from '../locations.mjs';
import { runLong } from '../run.mjs';

export const name = 'npm packages';
const stampFile = stamp('lock-hash');

async function wanted() {
  const lock = await readFile(inRoot('package-lock.json'));
  // Native packages differ by platform: a checkout shared between two must not be taken for installed.
  return `${createHash('sha256').update(lock).digest('hex')} ${platform}`;
}

/** True when npm's own record says that what is locked is installed, by whoever ran it. */
async function installedByHand() {
  const record = await read(inRoot('node_modules', '.package-lock.json'));
  if (record === undefined) return false;
  const there = JSON.parse(record).packages;
  const locked = JSON.parse(await readFile(inRoot('package-lock.json'), 'utf8')).packages;
  return Object.entries(locked).every(
    ([path, { version, optional }]) =>
      path === '' || (there[path] ? there[path].version === version : optional === true),
  );
}

export async function check() {
  const key = await wanted();
  const found = (await read(stampFile))?.trim();
  if (found === key) return 'node_modules';
  if ((found && !found.endsWith(` ${platform}`)) || !(await installedByHand())) return undefined;
  await writeStamp(stampFile, key);
  return 'node_modules, installed by hand';
}

export async function execute() {
  const key = await wanted();
  try {
    await runLong(
      name,
      process.platform === 'win32' ? 'npm.cmd' : 'npm',
      ['ci', '--ignore-scripts', '--no-audit', '--no-fund'],
      { cwd: inRoot() },
    );
  } catch (error) {
    throw new Error(
      `${error.message}\n  Remedy: check that npm reaches its registry (npm ping), then run npm run setup again.`,
    );
  }
  await writeStamp(stampFile, key);
  return 'npm ci';
}

export const disk = () => [inRoot('node_modules')];
