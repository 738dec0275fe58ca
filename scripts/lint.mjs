#!/usr/bin/env node
// `npm run lint`: types of everything, rules and import boundaries, format. All three run, so that one look shows all there is.
import { spawnSync } from 'node:child_process';
import { inRoot } from './setup/locations.mjs';
import { setup } from './setup/main.mjs';

// Types need the packages and the generated catalog client.
if (!(await setup({ withTests: true, build: false }))) process.exit(1);

const checks = [
  ['types', ['typescript', 'bin', 'tsc'], ['-p', 'tsconfig.all.json']],
  ['rules', ['eslint', 'bin', 'eslint.js'], ['.', '--max-warnings', '0']],
  ['format', ['prettier', 'bin', 'prettier.cjs'], ['--check', '--log-level', 'warn', '.']],
];
const failed = checks.filter(([name, bin, args]) => {
  process.stderr.write(`${name} …\n`);
  const { status } = spawnSync(process.execPath, [inRoot('node_modules', ...bin), ...args], {
    cwd: inRoot(),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status !== 0;
});
process.stderr.write(
  failed.length === 0 ? 'lint: clean\n' : `lint: failed in ${failed.map(([name]) => name).join(', ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
