#!/usr/bin/env node
// `npm test [-- TIER… [VITEST ARGUMENT…]]`: the set-up, then the tests of the tiers (unit, integration, chaos).
// The last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inRoot } from './setup/locations.mjs';
import { setup } from './setup/main.mjs';

const known = ['unit', 'integration', 'chaos'];
const args = process.argv.slice(2);
const tiers = [];
while (known.includes(args[0])) tiers.push(args.shift());
if (tiers.length === 0) tiers.push(...known);

// Unit tests import the sources; only the others start processes from dist/.
if (!(await setup({ withTests: true, build: tiers.some((tier) => tier !== 'unit') }))) finish(0, 1);

const folder = await mkdtemp(join(tmpdir(), 'amalur-test-'));
const report = join(folder, 'report.json');
const vitest = [
  inRoot('node_modules', 'vitest', 'vitest.mjs'),
  'run',
  ...tiers.flatMap((tier) => ['--project', tier]),
];
const code = await new Promise((resolve) => {
  const child = spawn(
    process.execPath,
    [...vitest, '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...args],
    {
      cwd: inRoot(),
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', resolve);
});
const results = await readFile(report, 'utf8').then(JSON.parse, () => undefined);
await rm(folder, { recursive: true, force: true });

// A file that does not even load has no failed test of its own, but has failed; so has a run that crashed or tested nothing.
const broken = (results?.testResults ?? []).filter(
  (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
).length;
const passed = results?.numPassedTests ?? 0;
const failed = (results?.numFailedTests ?? 0) + broken;
finish(passed, failed === 0 && (code !== 0 || passed === 0) ? 1 : failed);

function finish(passed, failed) {
  process.stdout.write(`${passed} passed, ${failed} failed\n`, () => process.exit(failed === 0 ? 0 : 1));
}
