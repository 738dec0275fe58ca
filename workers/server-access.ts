import { loadClientConnectConfig } from '@temporalio/envconfig';
import { devNull } from 'node:os';
import type { ServerAccess } from './run-workers.js';

/** The Temporal server by TEMPORAL_ADDRESS, TEMPORAL_PROFILE, … as the Temporal CLI reads them; default localhost:7233. */
export function serverAccess(): ServerAccess {
  // A local installation names no file to keep the person's own profiles out; the library can't read an empty one.
  const disableFile = process.env.TEMPORAL_CONFIG_FILE === devNull;
  const { connectionOptions, namespace } = loadClientConnectConfig({ disableFile });
  const { address, apiKey, tls, metadata } = connectionOptions;
  return {
    connection: {
      // An empty variable names no server.
      ...(address !== undefined && address !== '' && { address }),
      ...(apiKey !== undefined && { apiKey }),
      ...(tls !== undefined && { tls }),
      ...(metadata !== undefined && { metadata }),
    },
    namespace: namespace ?? 'default',
  };
}
