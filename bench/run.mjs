#!/usr/bin/env node
// `node bench/run.mjs NAME …`: compiles bench/ and what it imports, then runs bench/NAME.ts.
import { spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [name, ...args] = process.argv.slice(2);
const run = (script, ...rest) =>
  spawnSync(process.execPath, [script, ...rest], { cwd: root, stdio: 'inherit' }).status ?? 1;

const compiled = run(join(root, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', join(root, 'bench'));
process.exitCode =
  compiled === 0 ? run(join(root, '.amalur', 'bench', 'bench', `${name}.js`), ...args) : compiled;
