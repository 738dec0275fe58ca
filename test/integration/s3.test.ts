import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import {
  CreateMultipartUploadCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { runChecks } from '../../client/doctor/check.js';
import { storeChecks } from '../../client/doctor/store-checks.js';
import { createS3Store } from '../../core/exchange/s3/s3-store.js';
import { openStore, type S3Options } from '../../core/exchange/index.js';
import { sha256 } from '../../core/json.js';
import { installExample } from '../support/installation.js';
import { jobOf, trained } from '../support/jobs.js';
import { hasS3Server, startS3Server, type S3Server } from '../support/s3-server.js';
import { readModel } from '../support/stored-model.js';
import { testStore } from '../support/store-suite.js';

const PART = 5 * 2 ** 20;
const text = (value: string) => Buffer.from(value, 'utf8');

const available = hasS3Server();
let server: S3Server;
beforeAll(async () => {
  if (available) server = await startS3Server();
});
afterAll(async () => {
  if (available) await server.stop();
});

describe.runIf(available)('a store on S3', () => {
  let bucket = '';
  let prefix = '';
  let tests = 0;
  beforeAll(async () => {
    bucket = await server.freshBucket();
  });
  beforeEach(() => {
    prefix = `some/where-${String(++tests)}/`;
  });
  const open = () => createS3Store({ bucket, prefix }, server.options, PART);
  const at = (hash: string) => ({ Bucket: bucket, Key: `${prefix}blobs/${hash.slice(0, 2)}/${hash}` });

  testStore({
    open,
    alter: async (hash, Body) => {
      await server.client.send(new PutObjectCommand({ ...at(hash), Body }));
    },
    // The server tells times by the second: a mark that any write would take away tells more.
    writtenAt: async (hash) => {
      const { Metadata } = await server.client.send(new HeadObjectCommand(at(hash)));
      if (Metadata?.['mark'] !== undefined) return Metadata['mark'];
      const mark = randomBytes(6).toString('hex');
      const Body = await open().get(hash);
      await server.client.send(new PutObjectCommand({ ...at(hash), Body, Metadata: { mark } }));
      return mark;
    },
  });

  test('a long blob goes up and comes down in parts, and storing it again writes nothing', async () => {
    const bytes = new Uint8Array(2 * PART + 12_345).map((_, i) => (i * i) % 251);
    const hash = await open().put(bytes);
    const before = await server.client.send(new HeadObjectCommand(at(hash)));
    expect(before.ETag).toMatch(/-3"?$/);
    expect(Buffer.compare(await open().get(hash), bytes)).toBe(0);
    await open().put(bytes);
    const after = await server.client.send(new HeadObjectCommand(at(hash)));
    expect(after.LastModified).toEqual(before.LastModified);
    const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    expect(Uploads).toEqual([]);
  });

  test('uploads in parts that nobody has finished are given up once they are old enough, and no others', async () => {
    const [own, other] = [at('ab'.repeat(32)), { Bucket: bucket, Key: `${prefix}elsewhere/x` }];
    for (const object of [own, own, other])
      await server.client.send(new CreateMultipartUploadCommand(object));
    const keys = async () => {
      const { Uploads = [] } = await server.client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
      return Uploads.map(({ Key }) => Key).sort();
    };
    const there = await keys();
    expect(there).toHaveLength(3);
    expect(await open().removeUnfinished(Date.now() - 60_000, false)).toBe(0);
    expect(await open().removeUnfinished(Date.now() + 60_000, true)).toBe(2);
    expect(await keys()).toEqual(there);
    expect(await open().removeUnfinished(Date.now() + 60_000, false)).toBe(2);
    expect(await keys()).toEqual([other.Key]);
  });

  test('a place in the configuration names it', async () => {
    const hash = await openStore(`s3://${bucket}/${prefix}`, server.options).put(text('abc'));
    expect(Buffer.from(await open().get(hash)).toString()).toBe('abc');
  });

  const failing: readonly [string, Partial<S3Options>, string, Record<string, string>][] = [
    ['a server that is not there', { endpoint: 'http://127.0.0.1:1' }, 'AMALUR_STORE_UNREACHABLE', {}],
    ['a wrong secret', {}, 'AMALUR_STORE_DENIED', { AWS_SECRET_ACCESS_KEY: 'wrong' }],
    ['an unknown user', {}, 'AMALUR_STORE_DENIED', { AWS_ACCESS_KEY_ID: 'nobody' }],
  ];
  test.each(failing)('%s is told by a code', async (_what, options, code, environment) => {
    const kept = { ...process.env };
    Object.assign(process.env, environment);
    try {
      const store = createS3Store({ bucket, prefix }, { ...server.options, ...options });
      await expect(store.get(sha256('x'))).rejects.toMatchObject({ code });
    } finally {
      for (const name of Object.keys(environment)) process.env[name] = kept[name];
    }
  });

  test('a bucket that is not there is told by a code', async () => {
    const store = createS3Store({ bucket: 'no-such-bucket', prefix }, server.options);
    await expect(store.readRecord(sha256('x'))).rejects.toMatchObject({ code: 'AMALUR_STORE_MISSING' });
  });
});

describe.runIf(available)('an installation whose stores are on S3', () => {
  test('trains in rounds and predicts to the same bits as one whose stores are folders', async () => {
    const bucket = await server.freshBucket();
    const { endpoint = '' } = server.options;
    const onS3 = async (folder: string) => {
      const file = path.join(folder, 'amalur.config.yaml');
      const lines = [
        `exchange: s3://${bucket}/exchange`,
        `s3: { endpoint: '${endpoint}', region: us-east-1, forcePathStyle: true }`,
      ];
      const written = await readFile(file, 'utf8');
      await writeFile(
        file,
        `${written.replace('  shop:\n', `  shop:\n    store: s3://${bucket}/shop\n`)}\n${lines.join('\n')}\n`,
      );
    };
    const outcome = async (prepare?: (folder: string) => Promise<void>) => {
      const installation = await installExample('orders', prepare);
      try {
        const { client, config } = installation;
        const job = jobOf(installation, 'returns', { strategy: 'factorize' });
        const { strategy, rounds } = await trained(installation, job);
        const { bits } = await readModel(installation, 'returns');
        const scores = await (await client.predict({ model: 'returns', strategy: 'factorize' })).result();
        const findings = await runChecks(storeChecks(config), () => undefined);
        return { strategy, rounds, bits, scores: scores.sha256, findings, config };
      } finally {
        await installation.remove();
      }
    };
    const there = await outcome(onS3);
    const here = await outcome();
    expect(there.rounds).toBeGreaterThan(3);
    const of = ({ strategy, rounds, bits, scores }: typeof there) => ({ strategy, rounds, bits, scores });
    expect(of(there)).toEqual(of(here));
    expect([...there.findings, ...here.findings].filter(({ ok }) => !ok)).toEqual([]);
    expect(there.findings.map(({ detail }) => detail.replace(/, [\d.]+ ms a read$/, ''))).toEqual(
      ['exchange', 'shop'].map(
        (name) => `s3://${bucket}/${name}: written and read, honours conditional writes`,
      ),
    );
    expect(existsSync(path.join(there.config.stateFolder, 'exchange'))).toBe(false);
    // Two installations are made, one after the other.
  }, 120_000);
});

describe('a server that is not fit', () => {
  /** Takes every request, as one does that knows no conditions. */
  async function careless(status: number, seen: string[] = []) {
    const server = createServer((request, response) => {
      seen.push(`${request.method ?? ''} ${request.url ?? ''}`);
      request.resume().on('end', () => response.writeHead(status, { ETag: '"x"' }).end());
    });
    await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
    const endpoint = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    process.env['AWS_ACCESS_KEY_ID'] ??= 'key';
    process.env['AWS_SECRET_ACCESS_KEY'] ??= 'secret';
    const store = createS3Store({ bucket: 'bucket', prefix: '' }, { endpoint, forcePathStyle: true });
    return { store, stop: () => server.close() };
  }

  test('nothing is written to one that ignores conditional writes', async () => {
    const seen: string[] = [];
    const { store, stop } = await careless(200, seen);
    await expect(store.putIfAbsent(sha256('k'), 'record')).rejects.toMatchObject({
      code: 'AMALUR_STORE_UNFIT',
    });
    await expect(store.put(text('abc'))).rejects.toMatchObject({ code: 'AMALUR_STORE_UNFIT' });
    stop();
    expect(seen.filter((one) => !one.includes('conditional-write-probe'))).toEqual([]);
  });

  test('one that is overloaded is tried again, and is then unreachable', async () => {
    const seen: string[] = [];
    const { store, stop } = await careless(503, seen);
    await expect(store.get(sha256('x'))).rejects.toMatchObject({ code: 'AMALUR_STORE_UNREACHABLE' });
    stop();
    expect(seen.length).toBe(4);
  });
});
