import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import {
  connect,
  createSecureServer,
  type ClientHttp2Session,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Certificates } from './certificates.js';

/** What of a request belongs to its connection. */
const OF_THE_CONNECTION = ['connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'host'];

export interface SecureEndpoint {
  readonly port: number;
  /** Calls that were let through, and those that were refused for their key. */
  readonly calls: { passed: number; refused: number };
  stop(): Promise<void>;
}

export interface SecureEndpointOptions {
  /** host:port of a server that speaks without TLS. */
  readonly to: string;
  readonly certificates: Certificates;
  /** Whether a client has to show a certificate of the authority. @default true */
  readonly asksForCertificate?: boolean;
  /** The key that every call must bear; undefined: none is asked for. */
  readonly apiKey?: string;
}

/** An entrance to a gRPC server as a cloud has it: by TLS, with a client certificate, and `authorization: Bearer KEY` in each call. */
export async function startSecureEndpoint({
  to,
  certificates,
  asksForCertificate = true,
  apiKey,
}: SecureEndpointOptions): Promise<SecureEndpoint> {
  const upstream = connect(`http://${to}`);
  const own = certificates.of('server');
  const server = createSecureServer({
    cert: readFileSync(own.certificate),
    key: readFileSync(own.key),
    ca: readFileSync(certificates.authority),
    requestCert: asksForCertificate,
    rejectUnauthorized: asksForCertificate,
  });
  const calls = { passed: 0, refused: 0 };
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => {
    sessions.add(session);
    session.on('close', () => sessions.delete(session)).on('error', () => undefined);
  });
  server.on('stream', (stream, headers) => {
    stream.on('error', () => undefined);
    if (apiKey !== undefined && headers.authorization !== `Bearer ${apiKey}`) {
      calls.refused += 1;
      refuse(stream);
    } else {
      calls.passed += 1;
      forward(stream, headers, upstream);
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    calls,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const session of sessions) session.destroy();
      upstream.destroy();
      await closed;
    },
  };
}

/** 16 is UNAUTHENTICATED. */
function refuse(stream: ServerHttp2Stream): void {
  stream.respond(
    { ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '16', 'grpc-message': 'no' },
    { endStream: true },
  );
}

function forward(
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
  upstream: ClientHttp2Session,
): void {
  const own = Object.entries(headers).filter(([name]) => !OF_THE_CONNECTION.includes(name));
  const request = upstream.request({ ...Object.fromEntries(own), ':scheme': 'http' });
  request.on('error', () => stream.destroy());
  stream.on('aborted', () => request.close()).pipe(request);
  let trailers: IncomingHttpHeaders = {};
  request.on('trailers', (given) => (trailers = given));
  request.on('response', (answer, flags) => {
    if (stream.destroyed) return;
    // An answer without a body has its trailers in its head.
    const endStream = (flags & END_STREAM) !== 0;
    stream.respond(answer, endStream ? { endStream } : { waitForTrailers: true });
    if (endStream) return;
    stream.on('wantTrailers', () => stream.sendTrailers(trailers));
    request.pipe(stream);
  });
}

const END_STREAM = 1;
