import type { FastifyInstance } from 'fastify';

/**
 * Ends a server: what has been asked is answered. Connections on which nothing was asked in full are not waited for longer than the
 * grace, in milliseconds.
 */
export async function closeWithin(app: FastifyInstance, graceMs: number): Promise<void> {
  const late = setTimeout(() => {
    app.server.closeAllConnections();
  }, graceMs).unref();
  try {
    await app.close();
  } finally {
    clearTimeout(late);
  }
}
