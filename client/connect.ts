import { devNull } from 'node:os';
import type { Connection } from '@temporalio/client';
import type { CodecKeysAt } from '../core/config/index.js';
import { AmalurError } from '../core/errors.js';
import { loadKeys, type CodecKey } from '../workers/codec/keys.js';
import { openClientConnection } from '../workers/client-connection.js';
import type { ServerAccess } from '../workers/run-workers.js';
import { serverAccess } from '../workers/server-access.js';
import { whyNotConnected } from '../workers/why-not-connected.js';
import { findLocalAddress, readLocalAddress, type LocalAddress } from './up-file.js';

export interface ConnectOptions {
  /** State folder of an installation that `amalur up` may have started on this machine. @default none is looked for */
  readonly stateFolder?: string;
  /** Where the keys are by which payloads are sealed. @default as the environment says, or none */
  readonly codec?: CodecKeysAt | undefined;
}

export interface Connected {
  readonly connection: Connection;
  readonly namespace: string;
  readonly address: string;
  /** Where the server was found: in the environment or profile, or in the folder of `amalur up`. */
  readonly local: LocalAddress | undefined;
  /** The keys of the payload codec; none: nothing is sealed. */
  readonly keys: readonly CodecKey[];
}

/** Where the server is, and how client and workers speak to it. */
export interface FoundServer extends ServerAccess {
  readonly address: string;
  readonly local: LocalAddress | undefined;
}

/**
 * Connects to the server that findServer finds.
 * @throws AMALUR_SERVER_UNREACHABLE, AMALUR_SERVER_REFUSED
 */
export async function connect(options: ConnectOptions = {}): Promise<Connected> {
  const keys = loadKeys(options.codec);
  const { connection: settings, namespace, address, local } = await findServer(options);
  const connection = await connectClient({ ...settings, address });
  return { connection, namespace, address, local, keys };
}

/** @throws AMALUR_SERVER_UNREACHABLE, AMALUR_SERVER_REFUSED */
export async function connectClient(access: ServerAccess['connection']): Promise<Connection> {
  try {
    return await openClientConnection(access);
  } catch (error) {
    throw await whyNotConnected(access, error);
  }
}

/**
 * Finds the server as the Temporal CLI does: by TEMPORAL_ADDRESS, TEMPORAL_PROFILE and the other TEMPORAL_… variables; else it is that of
 * the installation that is up in the state folder; else that of the profile file; else the one on localhost:7233, but not
 * where an installation of this folder was killed: the server there now is likely that of another.
 * @throws AMALUR_SERVER_UNREACHABLE when the profile cannot be read, or the folder's own installation was killed
 */
export async function findServer({ stateFolder }: ConnectOptions): Promise<FoundServer> {
  const local = stateFolder === undefined || isGiven() ? undefined : await findLocalAddress(stateFolder);
  if (local !== undefined) {
    const { address, namespace } = local;
    return { connection: { address }, namespace, address, local };
  }
  const access = serverAccess();
  const { address } = access.connection;
  if (address === undefined && stateFolder !== undefined) await refuseIfKilled(stateFolder);
  return { ...access, address: address ?? 'localhost:7233', local };
}

/** An installation that is stopped removes its address; one that was killed leaves it. */
async function refuseIfKilled(stateFolder: string): Promise<void> {
  const killed = await readLocalAddress(stateFolder);
  if (killed === undefined) return;
  throw new AmalurError(
    'AMALUR_SERVER_UNREACHABLE',
    `the installation of this folder, which was at ${killed.address}, has ended without being stopped`,
    { suggestion: '`amalur up` starts it again where it was; another server is named by TEMPORAL_ADDRESS' },
  );
}

/** Environment in which the Temporal tools, SDK and CLI alike, speak with the local server, whatever this process's own says. */
export function localEnvironment(local: Pick<LocalAddress, 'address' | 'namespace'>): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: local.address,
    TEMPORAL_NAMESPACE: local.namespace,
    TEMPORAL_TLS: 'false',
    TEMPORAL_PROFILE: '',
    TEMPORAL_CONFIG_FILE: devNull,
  };
}

/** The person has said in the environment which server is meant. */
function isGiven(): boolean {
  const { TEMPORAL_ADDRESS, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE } = process.env;
  return [TEMPORAL_ADDRESS, TEMPORAL_PROFILE, TEMPORAL_CONFIG_FILE].some((value) => Boolean(value));
}
