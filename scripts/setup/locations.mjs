// Where the set-up puts each thing. `workers/toolchain.ts` reads the same places at run time: change both together.
//
//   <cache>/temporal/<version>/temporal                          the Temporal CLI with its dev server
//   <cache>/temporal-server/<version>/temporal-server,           the server of the test of production, and its tool for schemas
//                                     temporal-sql-tool
//   <cache>/seaweedfs/<version>/weed                             the S3 server of the tests
//   <cache>/duckdb/<version>/<platform>/<name>.duckdb_extension  DuckDB extensions
//   <cache>/tfjs-node/<key>/deps/lib, lib/napi-v8                libtensorflow and the addon, linked into node_modules
//   <cache>/setup.lock                                           one set-up at a time
//   <repository>/node_modules/.amalur-*                          stamps of what was installed, generated and built
//
// <cache> is AMALUR_CACHE, else XDG_CACHE_HOME/amalur, else ~/.cache/amalur.
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..');
export const inRoot = (...parts) => join(root, ...parts);

export const cache = process.env.AMALUR_CACHE
  ? resolve(process.env.AMALUR_CACHE)
  : join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'amalur');
export const inCache = (...parts) => join(cache, ...parts);

export const platform = `${process.platform}-${process.arch}`;
export const stamp = (name) => inRoot('node_modules', `.amalur-${name}`);
