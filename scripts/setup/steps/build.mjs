// TypeScript to dist/, and the workflows to one bundle, with which a worker starts in a third of the time.
import { rm } from 'node:fs/promises';
import { exists, hashTree, read, writeStamp } from '../files.mjs';
import { inRoot } from '../locations.mjs';
import { run, runLong } from '../run.mjs';

export const name = 'build';
const stampFile = inRoot('dist', '.amalur-build');
const sources = [
  'core',
  'catalog',
  'activities',
  'workflows',
  'workers',
  'client',
  'examples',
  'prisma',
  'tsconfig.json',
  'package-lock.json',
];
const wanted = () => hashTree(inRoot(), sources, (path) => /\.(ts|sql|json|prisma)$/.test(path));

export async function check() {
  return (await read(stampFile))?.trim() === (await wanted()) ? 'dist' : undefined;
}

async function bundleWorkflows() {
  const entry = inRoot('dist', 'workflows', 'index.js');
  if (!(await exists(entry))) return;
  // In a process of its own, because the set-up itself starts before there are packages to import.
  const program = `
    import { writeFile } from 'node:fs/promises';
    import { bundleWorkflowCode } from '@temporalio/worker';
    const quiet = { log() {}, trace() {}, debug() {}, info() {}, warn: console.warn, error: console.error };
    const { code } = await bundleWorkflowCode({ workflowsPath: process.argv[1], logger: quiet });
    await writeFile(process.argv[2], code);
  `;
  await run(
    process.execPath,
    ['--input-type=module', '-e', program, entry, inRoot('dist', 'workflow-bundle.js')],
    { cwd: inRoot() },
  );
}

export async function execute() {
  const key = await wanted();
  await rm(stampFile, { force: true });
  // tsc forgets nothing: without its output an old record of what was built would make it write nothing.
  if (!(await exists(inRoot('dist', 'core')))) await rm(inRoot('dist', '.tsbuildinfo'), { force: true });
  try {
    await runLong(
      name,
      process.execPath,
      [inRoot('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json', '--pretty', 'false'],
      {
        cwd: inRoot(),
        label: 'tsc',
      },
    );
  } catch (error) {
    throw new Error(
      `${error.message}\n  Remedy: mend the type errors above; npm run build shows them again.`,
    );
  }
  await bundleWorkflows();
  await writeStamp(stampFile, key);
  return 'tsc';
}

export const disk = () => [inRoot('dist')];
