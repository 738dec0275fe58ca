#!/usr/bin/env node
// `npm run lint`: types of everything, rules and import boundaries, format. All three run, side by side, so that one look shows all there is.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { inRoot } from './setup/locations.mjs';
import { setup } from './setup/main.mjs';

// Types need the packages and the generated catalog client.
if (!(await setup({ withTests: true, build: false }))) process.exit(1);

const checks = [
  ['types', ['typescript', 'bin', 'tsc'], ['-p', 'tsconfig.all.json']],
  ['rules', ['eslint', 'bin', 'eslint.js'], ['.', '--max-warnings', '0']],
  ['format', ['prettier', 'bin', 'prettier.cjs'], ['--check', '--log-level', 'warn', '.']],
];
process.stderr.write(`${checks.map(([name]) => name).join(', ')} …\n`);
const outcomes = await Promise.all(
  checks.map(async ([name, bin, args]) => {
    const check = spawn(process.execPath, [inRoot('node_modules', ...bin), ...args], {
      cwd: inRoot(),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    const [status] = await once(check, 'exit');
    return { name, passed: status === 0 };
  }),
);
const failed = outcomes.filter(({ passed }) => !passed);
process.stderr.write(
  failed.length === 0 ? 'lint: clean\n' : `lint: failed in ${failed.map(({ name }) => name).join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
