import { Connection } from '@temporalio/client';
import type { ServerAccess } from './run-workers.js';

/** Opens a client's connection, for five seconds at most. Throws what gRPC does. */
export function openClientConnection({
  address,
  apiKey,
  tls,
  metadata,
}: ServerAccess['connection']): Promise<Connection> {
  return Connection.connect({
    connectTimeout: '5s',
    ...(address !== undefined && { address }),
    ...(apiKey !== undefined && { apiKey }),
    ...(tls !== undefined && { tls }),
    ...(metadata !== undefined && { metadata }),
  });
}
