import { writeFileSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { amalur, refused } from '../../support/command-in-process.js';
// A command loads it when it is run; here that is not to count as a test's time.
import '../../../client/serving/serve.js';

const asked: string[] = [];
vi.mock('../../../client/connect.js', () => ({
  connect: () => Promise.resolve({ connection: { close: () => Promise.resolve() } }),
}));
vi.mock('../../../client/amalur-client.js', () => ({
  AmalurClient: class {
    prepareScoring() {
      asked.push('prepare');
      setImmediate(() => process.emit('SIGTERM'));
      // Silos that take for ever.
      return new Promise(() => undefined);
    }
  },
}));

const folder = mkdtempSync(path.join(tmpdir(), 'amalur-serve-'));
const config = path.join(folder, 'amalur.json');
writeFileSync(config, JSON.stringify({ silos: { s: { tables: { t: { csv: 't.csv' } } } } }));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const serve = (...more: string[]) => ['serve', 'm', '--config', config, ...more];

describe('amalur serve', () => {
  test.each(['25h', '720h', '86400001ms', '0s', '1d', '100000000ms'])(
    'refuses --refresh %s, which a timer cannot keep or which is no span',
    async (span) => {
      expect(await refused(...serve('--refresh', span))).toMatchObject({
        ...{ code: 'AMALUR_INVALID_CONFIG', field: '--refresh' },
        suggestion: expect.stringContaining('24h') as string,
      });
      expect(asked).toEqual([]);
    },
  );

  test('says that the port is taken before a silo is asked', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await refused(...serve('--port', String(port)))).toMatchObject({
      ...{ code: 'AMALUR_DUPLICATE_NAME', field: '--port' },
    });
    expect(asked).toEqual([]);
    other.close();
  });

  test.each(['24h', 'off'])('ends by SIGTERM while silos prepare (--refresh %s)', async (span) => {
    asked.length = 0;
    const { code, out } = await amalur(...serve('--port', '0', '--refresh', span));
    expect([code, out, asked]).toEqual([0, '', ['prepare']]);
  });
});
