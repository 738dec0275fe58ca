import { randomBytes } from 'node:crypto';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { requireSearchAttributes } from '../../workers/search-attributes.js';
import { temporalBinary } from '../../workers/toolchain.js';
import { amalur, runProgram } from '../support/command.js';
import { until } from '../support/worker-processes.js';

const namespace = `bare-${randomBytes(4).toString('hex')}`;
const address = inject('temporalAddress');
const server = { TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: namespace };
let folder: string;
let connection: Connection;

function temporal(...args: string[]) {
  return runProgram(temporalBinary(), [...args, '--address', address]);
}

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur-bare-'));
  await cp(fileURLToPath(new URL('../../examples/orders', import.meta.url)), folder, { recursive: true });
  expect(await temporal('operator', 'namespace', 'create', '--namespace', namespace)).toMatchObject({
    code: 0,
  });
  connection = await Connection.connect({ address });
});
afterAll(async () => {
  await connection.close();
  await rm(folder, { recursive: true, force: true });
});

test('on a server without the search attributes no run begins that would hang; the remedy that is told helps', async () => {
  const { code, stderr } = await amalur(folder, ['worker', 'control'], {
    ...server,
    AMALUR_LOG_FORMAT: 'text',
  });
  expect(code).toBe(1);
  expect(stderr).toContain(`the namespace ${namespace} of the Temporal server lacks`);
  const [command = ''] = /temporal operator .*/.exec(stderr) ?? [];
  const doctor = await amalur(folder, ['doctor'], server);
  expect(doctor.stdout).toContain(command);

  const [, ...args] = command.trim().split(' ');
  expect(await temporal(...args)).toMatchObject({ code: 0 });
  await until('the attributes are known', () =>
    requireSearchAttributes(connection, namespace).then(
      () => true,
      () => undefined,
    ),
  );
});
