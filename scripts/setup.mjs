#!/usr/bin/env node
// Prepares a clone to run: `npm run setup`. Plain Node without dependencies, because it runs before node_modules exists.
//   --with-tests               also what only the tests need
//   --with-production-server   also a Temporal server as production has it, built by Go, for test/integration/production.test.ts
//   --no-build                 everything but the compilation
import { setup } from './setup/main.mjs';

const args = process.argv.slice(2);
const known = ['--with-tests', '--with-production-server', '--no-build'];
const unknown = args.find((arg) => !known.includes(arg));
if (unknown) {
  process.stderr.write(`Unknown option ${unknown}. Known: ${known.join(', ')}\n`);
  process.exit(2);
}
process.exitCode = (await setup({
  withTests: args.includes('--with-tests'),
  withProductionServer: args.includes('--with-production-server'),
  build: !args.includes('--no-build'),
}))
  ? 0
  : 1;
