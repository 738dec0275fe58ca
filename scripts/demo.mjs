#!/usr/bin/env node
// `npm run demo`: the set-up, then the demonstration in this same process, which gets all arguments.
import { pathToFileURL } from 'node:url';
import { inRoot } from './setup/locations.mjs';
import { setup } from './setup/main.mjs';

if (!(await setup())) process.exit(1);

// When npm is killed with -9, nobody tells us: our parent changes. Ending by SIGTERM takes the children along.
const parent = process.ppid;
if (process.env.npm_lifecycle_event) {
  setInterval(() => process.ppid !== parent && process.kill(process.pid, 'SIGTERM'), 1000).unref();
}

const main = inRoot('dist', 'client', 'demo', 'main.js');
process.argv[1] = main;
await import(pathToFileURL(main).href);
