import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Libsql from 'libsql';
import { AmalurError } from '../../core/errors.js';
import { isAlive, readLocalAddress } from '../up-file.js';

/**
 * Makes this process the only one that runs an installation in the state folder, until it calls the function returned or ends in
 * whatever way: the lock is SQLite's own, on a file of its own, which the system drops with the process. A second Temporal server on
 * the same database would damage it, so the lock also waits for the server of a predecessor that was killed to be gone.
 * @throws AMALUR_DUPLICATE_NAME when an installation is up in this folder
 */
export async function lockInstallation(stateFolder: string): Promise<() => void> {
  await mkdir(stateFolder, { recursive: true });
  const lock = new Libsql(join(stateFolder, 'up.lock'));
  try {
    lock.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw await alreadyUp(stateFolder, error);
  }
  try {
    await predecessorGone(stateFolder);
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => void lock.close();
}

async function alreadyUp(stateFolder: string, cause: unknown): Promise<AmalurError> {
  const local = await readLocalAddress(stateFolder);
  const who =
    local === undefined ? 'is starting' : `is up (process ${local.pid}, server at ${local.address})`;
  return new AmalurError(
    'AMALUR_DUPLICATE_NAME',
    `an installation ${who} in ${stateFolder}`,
    { suggestion: 'use that one, or stop it first by Ctrl-C where it was started' },
    { cause },
  );
}

/** A server whose parent was killed ends by itself some seconds later. */
async function predecessorGone(stateFolder: string): Promise<void> {
  const earlier = await readLocalAddress(stateFolder);
  if (earlier === undefined) return;
  const deadline = Date.now() + 15_000;
  while (isAlive(earlier.serverPid)) {
    await sleep(200);
    if (Date.now() < deadline) continue;
    // The process id may have been given to another program since: then nobody listens any more.
    if (!(await listens(earlier.address))) return;
    throw new AmalurError(
      'AMALUR_DUPLICATE_NAME',
      `the Temporal server of an earlier installation still runs at ${earlier.address}`,
      { suggestion: `end process ${earlier.serverPid}` },
    );
  }
}

function listens(address: string): Promise<boolean> {
  const { hostname, port } = new URL(`tcp://${address}`);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 1_000 });
    const answer = (yes: boolean) => () => {
      socket.destroy();
      resolve(yes);
    };
    socket.on('connect', answer(true)).on('error', answer(false)).on('timeout', answer(false));
  });
}
