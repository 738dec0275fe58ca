import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { duckdbExtensionFolder, temporalBinary } from '../../workers/toolchain.js';
import { inPackage } from '../package-root.js';
import { Wrong, type Check } from './check.js';

const run = promisify(execFile);
const SETUP = 'npm run setup';

/** What the machine must have, whatever the configuration. */
export function machineChecks(): Check[] {
  return [
    { name: 'Node', run: checkNode },
    { name: 'TensorFlow', run: checkTensorflow },
    { name: 'Temporal server', run: checkTemporal },
    { name: 'DuckDB extensions', run: async () => orSetup(duckdbExtensionFolder) },
  ];
}

async function checkNode(): Promise<string> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19) || major === 23) {
    throw new Wrong(`this is Node ${process.versions.node}`, 'install Node 20.19 or later, 22 or 24');
  }
  return process.versions.node;
}

// In a child: the native part prints as it likes, takes 280 MB, and a wrong library ends the process that loads it.
const LOAD_TENSORFLOW = `
  const util = require('node:util');
  util.isNullOrUndefined ??= (x) => x == null;
  util.isArray ??= Array.isArray;
  const tf = require('@tensorflow/tfjs-node');
  if (tf.tensor([1, 2, 3]).sum().dataSync()[0] !== 6) throw new Error('it cannot add');
  console.log(tf.version['tfjs-core'] + ', backend ' + tf.getBackend());`;

async function checkTensorflow(): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, ['-e', LOAD_TENSORFLOW], {
      cwd: inPackage(),
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: '2' },
      timeout: 60_000,
    });
    return stdout.trim().split('\n').at(-1) ?? '';
  } catch (error) {
    throw new Wrong(
      `the native part does not load: ${firstError(error)}`,
      `${SETUP}; without it all but neural networks works`,
    );
  }
}

async function checkTemporal(): Promise<string> {
  const binary = orSetup(temporalBinary);
  const { stdout } = await run(binary, ['--version'], { timeout: 20_000 });
  return stdout.trim();
}

function orSetup(find: () => string): string {
  try {
    return find();
  } catch (error) {
    throw new Wrong((error as Error).message, SETUP);
  }
}

function firstError(error: unknown): string {
  const { stderr = '', message } = error as { stderr?: string; message: string };
  return stderr.split('\n').find((line) => line.includes('Error')) ?? message.split('\n')[0] ?? message;
}
