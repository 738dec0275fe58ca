import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** What a local installation tells the commands that are run in its folder. */
export interface LocalAddress {
  readonly address: string;
  readonly namespace: string;
  /** Of the web UI. */
  readonly ui: string;
  /** Process that holds the installation together. */
  readonly pid: number;
  /** Supervisor of the Temporal server: while it lives, the server's database is in use. */
  readonly serverPid: number;
  readonly startedAt: string;
}

function fileIn(stateFolder: string): string {
  return join(stateFolder, 'up.json');
}

export async function writeLocalAddress(stateFolder: string, local: LocalAddress): Promise<void> {
  await mkdir(stateFolder, { recursive: true });
  const temporary = `${fileIn(stateFolder)}.${local.pid}`;
  await writeFile(temporary, `${JSON.stringify(local, null, 2)}\n`);
  await rename(temporary, fileIn(stateFolder));
}

/** What was written last, also by an installation that is gone. */
export async function readLocalAddress(stateFolder: string): Promise<LocalAddress | undefined> {
  try {
    return JSON.parse(await readFile(fileIn(stateFolder), 'utf8')) as LocalAddress;
  } catch {
    return undefined;
  }
}

/** The installation that is up in this folder now. */
export async function findLocalAddress(stateFolder: string): Promise<LocalAddress | undefined> {
  const local = await readLocalAddress(stateFolder);
  return local !== undefined && isAlive(local.pid) ? local : undefined;
}

export async function removeLocalAddress(stateFolder: string): Promise<void> {
  await rm(fileIn(stateFolder), { force: true });
}

export function isAlive(pid: number): boolean {
  // To 0 and below the system gives another meaning: groups of processes.
  if (pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
