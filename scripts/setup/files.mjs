// Small file helpers: checksums, atomic placing, links.
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import {
  access,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cache } from './locations.mjs';

export const exists = (path) =>
  access(path).then(
    () => true,
    () => false,
  );
export const read = (path) => readFile(path, 'utf8').catch(() => undefined);

export async function sha256(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

export async function verify(path, expected) {
  const actual = await sha256(path);
  if (actual !== expected) throw new Error(`checksum differs: expected ${expected}, found ${actual}`);
}

/** A temporary folder on the cache's own file system, so that `place` is one rename; removed afterwards. */
export async function withTemporary(work) {
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, '.tmp-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Removes what killed set-ups left behind; for the holder of the lock, who is the only one. */
export async function removeTemporary() {
  for (const name of await readdir(cache).catch(() => [])) {
    if (name.startsWith('.tmp-')) await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** Moves a finished file or folder to its place in one step; a half-written one is never seen there. */
export async function place(from, to) {
  await mkdir(dirname(to), { recursive: true });
  if ((await stat(from)).isDirectory()) await rm(to, { recursive: true, force: true });
  await rename(from, to);
}

export const writeStamp = (path, text) => writeFile(path, `${text}\n`);

/** Makes `path` a symbolic link to `target`, replacing what is there. */
export async function link(target, path) {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  await mkdir(dirname(path), { recursive: true });
  const fresh = `${path}.${randomUUID()}`;
  await symlink(target, fresh);
  await rm(path, { recursive: true, force: true });
  await rename(fresh, path);
}

/** One hash over the names and contents of all files below the given paths; missing paths count as empty. */
export async function hashTree(base, paths, wanted = () => true) {
  const hash = createHash('sha256');
  const visit = async (path) => {
    const info = await stat(path).catch(() => undefined);
    if (!info) return;
    if (info.isDirectory()) {
      for (const name of (await readdir(path)).sort())
        if (name !== 'node_modules') await visit(join(path, name));
    } else if (wanted(path)) {
      const content = await readFile(path).catch(() => '');
      hash.update(`${relative(base, path)}\0${content.length}\0`).update(content);
    }
  };
  for (const path of paths) await visit(join(base, path));
  return hash.digest('hex');
}
