import type { PayloadCodec } from '@temporalio/common';
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import { bareHost, type ListenAddress } from '../../core/config/address.js';
import { AmalurError } from '../../core/errors.js';
import { portTaken } from '../telemetry/port-taken.js';

export interface CodecServerOptions {
  readonly codec: PayloadCodec;
  readonly address: ListenAddress;
  /** Origins of the web UIs whose pages may ask, e.g. `http://localhost:8233`. */
  readonly origins: readonly string[];
  /** Who asks must send it as `Authorization: Bearer TOKEN`. Default: whoever reaches the port may ask. */
  readonly token?: string;
}

const bodySchema = z.object({
  payloads: z
    .array(z.object({ metadata: z.record(z.string(), z.string()).optional(), data: z.string().optional() }))
    .optional(),
});

/** A page of a history, base64 included: no payload is larger than 2 MB, and the UI asks for a page at a time. */
const MOST_BYTES = 64 * 2 ** 20;

/**
 * Temporal's remote codec: POST /encode and /decode take and give `{"payloads": [{"metadata": {…}, "data": …}]}`, all values in base64
 * (docs.temporal.io, "Codec Server"). The web UI and the Temporal CLI read sealed histories by it.
 * @throws AMALUR_DUPLICATE_NAME when the port is taken
 */
export async function startCodecServer(options: CodecServerOptions): Promise<Server> {
  const server = createServer((request, response) => {
    void answer(options, request, response).catch((error: unknown) => {
      const known = error instanceof AmalurError ? error.message : 'the request cannot be answered';
      send(response, error instanceof AmalurError || error instanceof BadRequest ? 400 : 500, {
        error: error instanceof BadRequest ? error.message : known,
      });
    });
  });
  const { port } = options.address;
  server.listen(port, bareHost(options.address));
  try {
    await once(server, 'listening');
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'EADDRINUSE' ? portTaken(port, 'codec') : error;
  }
  return server;
}

class BadRequest extends Error {}

async function answer(
  { codec, origins, token }: CodecServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { origin = '' } = request.headers;
  response.setHeader('vary', 'origin');
  if (origins.includes(origin)) {
    response.setHeader('access-control-allow-origin', origin);
    response.setHeader('access-control-allow-credentials', 'true');
    response.setHeader('access-control-allow-methods', 'POST, OPTIONS');
    response.setHeader('access-control-allow-headers', 'content-type, x-namespace, authorization');
  }
  if (request.method === 'OPTIONS') {
    response.writeHead(204).end();
    return;
  }
  const [path = '/'] = (request.url ?? '/').split('?');
  const work = (['encode', 'decode'] as const).find((one) => path.endsWith(`/${one}`));
  // A page that may not read the answer may not ask either: encoding seals by the first key.
  const foreign = origin !== '' && !origins.includes(origin);
  const stranger = token !== undefined && !same(request.headers.authorization ?? '', `Bearer ${token}`);
  if (foreign) send(response, 403, { error: 'origin' });
  else if (stranger) send(response, 401, { error: 'token' });
  else if (work === undefined) send(response, 404, { error: 'there are /encode and /decode' });
  else if (request.method !== 'POST') send(response, 405, { error: 'POST only' });
  else send(response, 200, await worked(codec[work].bind(codec), await bodyOf(request)));
}

async function worked(work: PayloadCodec['decode'], body: string): Promise<object> {
  const { payloads = [] } = parsed(body);
  const made = await work(
    payloads.map(({ metadata = {}, data = '' }) => ({
      metadata: mapped(metadata, (value) => Buffer.from(value, 'base64')),
      data: Buffer.from(data, 'base64'),
    })),
  );
  return {
    payloads: made.map(({ metadata, data }) => ({
      metadata: mapped(metadata ?? {}, (value) => Buffer.from(value).toString('base64')),
      data: Buffer.from(data ?? []).toString('base64'),
    })),
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
  response.end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new BadRequest('the request is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function parsed(text: string): z.infer<typeof bodySchema> {
  try {
    return bodySchema.parse(JSON.parse(text));
  } catch {
    throw new BadRequest('the body is not {"payloads": […]} of base64');
  }
}

function mapped<A, B>(values: Readonly<Record<string, A>>, change: (value: A) => B): Record<string, B> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

/** Compares in a time that does not tell how much is right. */
function same(given: string, wanted: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(given), hash(wanted));
}
