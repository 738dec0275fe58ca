import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { isIP } from 'node:net';
import type { TLSConfig } from '@temporalio/client';

/** What came of a handshake: the code of an error of Node's or OpenSSL's, or one of these. */
export type Handshake = 'SECURE' | 'CLOSED' | 'SILENT' | (string & {});

/** A server that asks for a client certificate refuses only after the client's side of the handshake; else it begins to speak at once. */
const SPEAKS_WITHIN_MS = 1000;
const CONNECTS_WITHIN_MS = 3000;

/**
 * Makes a TLS handshake as a gRPC client would, and hears whether the server lets it stand.
 * @param tls authority, certificate and name as the profile has them; undefined: any certificate of the server will do
 */
export function tlsHandshake(address: string, tls: TLSConfig | undefined): Promise<Handshake> {
  return new Promise((resolve) => {
    let socket: TLSSocket | undefined;
    let secure = false;
    const timer = setTimeout(() => end(secure ? 'SECURE' : 'SILENT'), CONNECTS_WITHIN_MS);
    const end = (outcome: Handshake): void => {
      clearTimeout(timer);
      socket?.destroy();
      resolve(outcome);
    };
    try {
      socket = connect({ ...hostAndPort(address), ALPNProtocols: ['h2'], ...optionsOf(tls) });
    } catch (error) {
      // A certificate or key that is none.
      end(codeOf(error));
      return;
    }
    socket
      .on('secureConnect', () => {
        secure = true;
        setTimeout(() => end('SECURE'), SPEAKS_WITHIN_MS).unref();
      })
      .on('data', () => end('SECURE'))
      .on('error', (error) => end(codeOf(error)))
      .on('close', () => end(secure ? 'CLOSED' : 'ECONNRESET'));
  });
}

function optionsOf(tls: TLSConfig | undefined): ConnectionOptions {
  if (tls === undefined) return { rejectUnauthorized: false };
  const { serverNameOverride, serverRootCACertificate, clientCertPair } = tls;
  return {
    ...(serverNameOverride && { servername: serverNameOverride }),
    ...(serverRootCACertificate && { ca: Buffer.from(serverRootCACertificate) }),
    ...(clientCertPair && { cert: Buffer.from(clientCertPair.crt), key: Buffer.from(clientCertPair.key) }),
  };
}

function hostAndPort(address: string): Pick<ConnectionOptions, 'host' | 'port' | 'servername'> {
  const url = new URL(`tls://${address}`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return { host, port: Number(url.port || 7233), ...(isIP(host) === 0 && { servername: host }) };
}

function codeOf(error: unknown): string {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
