#!/usr/bin/env node
// The whole chaos tier; HELP says how. The last line is "N passed, N failed".
import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { inRoot } from './setup/locations.mjs';

const HELP = `npm run test:chaos [-- OPTION… PART OF A FILE'S NAME…]

The whole chaos tier: besides the short one, which is part of \`npm test\`, outages of a minute, every model killed in its
middle, load, and a monkey that kills processes at random.

  --seeds N              monkeys, one after the other, of the seeds 1 to N (1)
  --seed S               one monkey, of seed S: the one that has failed
  --minutes M            how long each of them goes on (10)
  --json FILE            what they have found, and on which machine, as JSON
  -t, --testNamePattern  only tests whose name matches, as of Vitest

npm run test:chaos -- monkey --seed 3 --minutes 5   the monkey alone
`;

const refuse = (why) => {
  process.stderr.write(`${why}\n\n${HELP}`);
  process.exit(2);
};

function parse() {
  const text = { type: 'string' };
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        seeds: { ...text, default: '1' },
        seed: text,
        minutes: { ...text, default: '10' },
        json: text,
        testNamePattern: { ...text, short: 't' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    return refuse(error.message);
  }
}

const { values, positionals } = parse();
if (values.help) {
  process.stdout.write(HELP);
  process.exit(0);
}
for (const name of ['seeds', 'seed', 'minutes']) {
  const value = Number(values[name] ?? 1);
  if (!(value > 0 && value < Infinity)) refuse(`--${name} is a number above 0`);
  if (name !== 'minutes' && !Number.isInteger(value)) refuse(`--${name} is a whole number`);
}
const json = values.json === undefined ? undefined : resolve(values.json);
try {
  // Not after an hour of monkeys.
  if (json !== undefined) accessSync(dirname(json), constants.W_OK);
} catch {
  refuse(`--json ${json}: its folder is not there, or not to be written`);
}

const pattern = values.testNamePattern === undefined ? [] : ['-t', values.testNamePattern];
const child = spawn(process.execPath, [inRoot('scripts', 'test.mjs'), 'chaos', ...positionals, ...pattern], {
  stdio: 'inherit',
  env: {
    ...process.env,
    AMALUR_CHAOS: 'long',
    AMALUR_MONKEY_SEEDS: values.seeds,
    ...(values.seed !== undefined && { AMALUR_MONKEY_SEED: values.seed }),
    AMALUR_MONKEY_MINUTES: values.minutes,
    ...(json !== undefined && { AMALUR_MONKEY_JSON: json }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
