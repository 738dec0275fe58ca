#!/usr/bin/env node
// `npm run test:chaos [-- --seeds N --minutes M --json FILE] [VITEST ARGUMENT…]`: the whole chaos tier, with outages of a
// minute, load tests, and a monkey of N seeds that goes on for M minutes each. The last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from './setup/locations.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seeds: { type: 'string', default: '1' },
    minutes: { type: 'string', default: '10' },
    json: { type: 'string' },
  },
});
for (const name of ['seeds', 'minutes']) {
  const value = Number(values[name]);
  if (!(value > 0) || (name === 'seeds' && !Number.isInteger(value))) {
    process.stderr.write(`--${name} is a number above 0\n`);
    process.exit(2);
  }
}

const child = spawn(process.execPath, [inRoot('scripts', 'test.mjs'), 'chaos', ...positionals], {
  stdio: 'inherit',
  env: {
    ...process.env,
    AMALUR_CHAOS: 'long',
    AMALUR_MONKEY_SEEDS: values.seeds,
    AMALUR_MONKEY_MINUTES: values.minutes,
    ...(values.json !== undefined && { AMALUR_MONKEY_JSON: resolve(values.json) }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
