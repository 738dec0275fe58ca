// Compiles tfjs-node's binding directly: node-gyp would download Node's headers, which the N-API does not need.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exists } from './files.mjs';
import { inRoot } from './locations.mjs';
import { run, runLong, works } from './run.mjs';

export async function compiler() {
  for (const command of [process.env.CXX, 'g++', 'c++', 'clang++'].filter(Boolean)) {
    if (await works(command, ['--version'])) return command;
  }
  return undefined;
}

/** File names of the library in `folder`: the C++ build or the C library, both of which export the C API. */
export async function libraryNames(folder) {
  for (const main of ['libtensorflow_cc.so.2', 'libtensorflow.so.2']) {
    const names = [main, 'libtensorflow_framework.so.2'];
    if ((await exists(join(folder, names[0]))) && (await exists(join(folder, names[1])))) return names;
  }
  throw new Error(
    `AMALUR_LIBTENSORFLOW: ${folder} holds no libtensorflow_cc.so.2 or libtensorflow.so.2 with libtensorflow_framework.so.2`,
  );
}

/** Builds `<into>/lib/napi-v8/tfjs_binding.node` against `<into>/deps/lib`. */
export async function buildAddon(step, packageFolder, into) {
  const output = join(into, 'lib', 'napi-v8');
  await mkdir(output, { recursive: true });
  const sources = ['tfjs_backend.cc', 'tfjs_binding.cc'].map((file) => join(packageFolder, 'binding', file));
  const libraries = (await libraryNames(join(into, 'deps', 'lib'))).map((file) => `-l:${file}`);
  const flags = [
    '-shared',
    '-fPIC',
    '-O1',
    '-std=c++17',
    '-w',
    '-DNAPI_VERSION=8',
    '-DBUILDING_NODE_EXTENSION',
  ];
  const includes = [
    `-I${inRoot('node_modules', 'node-api-headers', 'include')}`,
    `-I${inRoot('scripts', 'setup', 'tensorflow-headers')}`,
  ];
  const linking = [`-L${join(into, 'deps', 'lib')}`, ...libraries, '-Wl,-rpath,$ORIGIN/../../deps/lib'];
  const args = [...flags, ...includes, ...sources, '-o', join(output, 'tfjs_binding.node'), ...linking];
  await runLong(step, await compiler(), args);
}

// Node 23 removed the two functions that tfjs-node 4.22 still calls.
const trial = `
  const util = require('node:util');
  util.isNullOrUndefined ??= (x) => x == null;
  util.isArray ??= Array.isArray;
  const tf = require(process.argv[1]);
  if (tf.getBackend() !== 'tensorflow') throw new Error('backend is ' + tf.getBackend());
  if (tf.matMul([[1, 2]], [[3], [4]]).dataSync()[0] !== 11) throw new Error('wrong product');
`;

/** Proves that the addon loads and multiplies, in a process of its own. */
export const loads = (packageFolder) =>
  run(process.execPath, ['-e', trial, packageFolder], {
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    timeout: 60_000,
  });
