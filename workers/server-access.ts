import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { NativeConnectionOptions } from '@temporalio/worker';
import type { ServerAccess } from './run-workers.js';

/** The Temporal server by TEMPORAL_ADDRESS, TEMPORAL_PROFILE, … as the Temporal CLI reads them; default localhost:7233. */
export function serverAccess(): ServerAccess {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  // Both kinds of connection take address, TLS and API key under the same names.
  return { connection: connectionOptions as NativeConnectionOptions, namespace: namespace ?? 'default' };
}
