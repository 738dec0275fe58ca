#!/usr/bin/env node
// `node scripts/generate-docs.mjs [--check]`, after a build: writes what docs/ takes from the code, or fails where it is stale.
import { readFile, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { generatedFiles } from './docs/generated-files.mjs';
import { inRoot, root } from './setup/locations.mjs';

const check = process.argv.includes('--check');
const { z } = await import('zod');
const { jobSchema } = await import(pathToFileURL(inRoot('dist', 'core', 'job', 'schema.js')).href);

for (const [file, text] of await generatedFiles(z.toJSONSchema(jobSchema, { io: 'input' }))) {
  const name = relative(root, file);
  const present = await readFile(file, 'utf8').catch(() => undefined);
  if (present === text) continue;
  if (check) {
    process.stderr.write(`${name} is stale: run node scripts/generate-docs.mjs\n`);
    process.exitCode = 1;
  } else {
    await writeFile(file, text);
    process.stderr.write(`wrote ${name}\n`);
  }
}
