#!/usr/bin/env node
// Prepares a clone to run: `npm run setup`. Plain Node without dependencies, because it runs before node_modules exists.
//   --with-tests   also what only the tests need
//   --no-build     everything but the compilation
import { setup } from './setup/main.mjs';

const args = process.argv.slice(2);
const known = ['--with-tests', '--no-build'];
const unknown = args.find((arg) => !known.includes(arg));
if (unknown) {
  process.stderr.write(`Unknown option ${unknown}. Known: ${known.join(', ')}\n`);
  process.exit(2);
}
process.exitCode = (await setup({
  withTests: args.includes('--with-tests'),
  build: !args.includes('--no-build'),
}))
  ? 0
  : 1;
