// One set-up at a time per cache and per checkout. The lock is a file naming its holder; a dead holder's lock is taken over.
import { randomUUID } from 'node:crypto';
import { link, mkdir, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { read } from './files.mjs';
import { title } from './report.mjs';

const refreshMs = 2_000;
/** A lock not refreshed for this long is dead even where its process can't be seen (another host) or its id was reused. */
const staleMs = 60_000;

async function isDead(path, text) {
  const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
  if (age > staleMs) return true;
  const [pid, host] = text.split(' ');
  if (host !== hostname() || !pid) return false;
  try {
    process.kill(Number(pid), 0);
    return false;
  } catch (error) {
    // EPERM: alive, but another user's.
    return error.code === 'ESRCH';
  }
}

/** Removes a dead lock. Of two who try, only one may: whoever moved a living lock away by mistake puts it back. */
async function takeAway(path, text) {
  const aside = `${path}.${randomUUID()}`;
  await rename(path, aside).catch(() => undefined);
  const moved = await read(aside);
  if (moved !== undefined && moved !== text) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function acquire(path) {
  await mkdir(dirname(path), { recursive: true });
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  for (let told = false; ;) {
    // Written aside and linked, so that nobody ever reads a lock without its holder's name.
    const fresh = `${path}.${randomUUID()}`;
    await writeFile(fresh, mine);
    const got = await link(fresh, path).then(
      () => true,
      (error) => {
        if (error.code === 'EEXIST') return false;
        throw error;
      },
    );
    await rm(fresh, { force: true });
    if (got) break;
    const holder = await read(path);
    if (holder === undefined) continue;
    if (await isDead(path, holder)) {
      await takeAway(path, holder);
      continue;
    }
    if (!told) title(`Another set-up is running (process ${holder.split(' ')[0]}): waiting for it.`);
    told = true;
    await sleep(500);
  }
  const timer = setInterval(
    () => void utimes(path, new Date(), new Date()).catch(() => undefined),
    refreshMs,
  );
  timer.unref();
  return async () => {
    clearInterval(timer);
    if ((await read(path)) === mine) await rm(path, { force: true });
  };
}

/** Runs `work` holding all the locks, taken in the order given by every set-up, so that two never wait for each other. */
export async function withLocks(paths, work) {
  const release = [];
  try {
    for (const path of paths) release.push(await acquire(path));
    return await work();
  } finally {
    for (const one of release.reverse()) await one();
  }
}
