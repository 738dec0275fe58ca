import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import getPort from 'get-port';
import type { S3Options } from '../../core/exchange/index.js';
import { cacheFolder } from '../../workers/toolchain.js';

/** An S3 server for tests; its credentials are set in this process's environment, as a user's would be. */
export interface S3Server {
  readonly options: S3Options;
  readonly client: S3Client;
  /** Makes a bucket and returns its name. */
  freshBucket(): Promise<string>;
  stop(): Promise<void>;
}

/** The version that scripts/setup/pins.mjs has. */
const VERSION = '4.48';

function findBinary(): string | undefined {
  const folders = [
    join(cacheFolder(), 'seaweedfs', VERSION),
    ...(process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== ''),
  ];
  return folders.map((folder) => join(folder, 'weed')).find((file) => existsSync(file));
}

const given = process.env['AMALUR_TEST_S3_URL'];
const binary = findBinary();

/** Whether there is a server to test with; where there is none that is said aloud, once for each file of tests. */
export function hasS3Server(): boolean {
  if (given !== undefined || binary !== undefined) return true;
  process.stderr.write(
    'THE TESTS OF S3 ARE LEFT OUT: there is no S3 server. Run `npm run setup -- --with-tests`, or set AMALUR_TEST_S3_URL.\n',
  );
  return false;
}

/** Uses the server of `AMALUR_TEST_S3_URL`, or starts one of its own that ends with this process. */
export async function startS3Server(): Promise<S3Server> {
  if (given !== undefined) {
    const { protocol, host, username, password } = new URL(given);
    return serverAt(`${protocol}//${host}`, [username, password], () => Promise.resolve());
  }
  if (binary === undefined) throw new Error('there is no S3 server');
  const folder = await mkdtemp(join(tmpdir(), 'amalur-s3-'));
  const [accessKey, secretKey] = ['amalur', 'amalur-secret'] as const;
  const actions = ['Admin', 'Read', 'Write', 'List'];
  const identities = [{ name: 'amalur', credentials: [{ accessKey, secretKey }], actions }];
  await writeFile(join(folder, 's3.json'), JSON.stringify({ identities }));
  const ports = await Promise.all([getPort(), getPort(), getPort(), getPort()]);
  const grpc = await Promise.all([getPort(), getPort(), getPort(), getPort()]);
  const roles = ['master', 'volume', 'filer', 's3'];
  const flags = [
    ...['server', `-dir=${folder}`, '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-filer', '-s3', '-s3.iam=false'],
    ...[`-s3.config=${join(folder, 's3.json')}`, '-master.telemetry=false', '-volume.max=100'],
    ...['-master.volumeSizeLimitMB=64', '-master.volumePreallocate=false'],
    ...roles.flatMap((role, at) => [`-${role}.port=${ports[at]!}`, `-${role}.port.grpc=${grpc[at]!}`]),
  ];
  // The shell reads our pipe, which the kernel closes when this process ends in whatever way, and then stops the server at once.
  const script = '"$@" & server=$!; cat >/dev/null; kill -KILL $server; wait $server';
  const shell = spawn('sh', ['-c', script, 'sh', binary, ...flags], {
    cwd: folder,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  return serverAt(`http://127.0.0.1:${ports[3]}`, [accessKey, secretKey], async () => {
    const gone = new Promise((resolve) => shell.once('exit', resolve));
    shell.stdin.end();
    await gone;
    await rm(folder, { recursive: true, force: true });
  });
}

async function serverAt(
  endpoint: string,
  [accessKeyId, secretAccessKey]: readonly [string, string],
  stop: () => Promise<void>,
): Promise<S3Server> {
  process.env['AWS_ACCESS_KEY_ID'] = accessKeyId;
  process.env['AWS_SECRET_ACCESS_KEY'] = secretAccessKey;
  const options = { endpoint, region: 'us-east-1', forcePathStyle: true };
  const client = new S3Client(options);
  const freshBucket = async () => {
    const Bucket = `amalur-test-${randomBytes(6).toString('hex')}`;
    for (let attempt = 1; ; attempt += 1) {
      try {
        await client.send(new CreateBucketCommand({ Bucket }));
        return Bucket;
      } catch (error) {
        if (attempt === 200) throw error;
        await sleep(100);
      }
    }
  };
  await freshBucket();
  return {
    options,
    client,
    freshBucket,
    stop: async () => {
      client.destroy();
      await stop();
    },
  };
}
