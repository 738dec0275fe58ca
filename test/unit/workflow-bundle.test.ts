import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { builtinModules } from 'node:module';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, it } from 'vitest';

// A worker loads the bundle before its first task: what slips into it costs every start, and may not run in the sandbox.

const root = fileURLToPath(new URL('../..', import.meta.url));
let code: string;
/** Files of which the bundle is made: paths from the root, or what the bundler calls its own parts. */
let files: string[];

beforeAll(async () => {
  ({ code } = await bundleWorkflowCode({
    workflowsPath: fileURLToPath(new URL('../../workflows/index.ts', import.meta.url)),
    logger: new DefaultLogger('ERROR'),
  }));
  const map = code.slice(code.lastIndexOf('base64,') + 'base64,'.length);
  const { sources } = JSON.parse(Buffer.from(map, 'base64').toString()) as { sources: string[] };
  files = sources.map((source) => (source.startsWith(root) ? source.slice(root.length) : source));
}, 60_000);

it('the bundle of workflows is under 3 MB', () => {
  expect(Buffer.byteLength(code)).toBeLessThan(3_000_000);
});

it('it has the workflows, and of this project only what may run in a workflow', () => {
  const own = files.filter((file) => /^[^/|]+\//.test(file) && !file.startsWith('node_modules/'));
  for (const name of ['train-model', 'run-inference', 'register-silo', 'plan-training', 'read-catalog']) {
    expect(own).toContain(`workflows/${name}.ts`);
  }
  const foreign = own.filter(
    (file) =>
      !/^(workflows\/|core\/(entry-of|errors|json|passing-codes)\.ts|core\/evaluation\/(left-out|main-measure|promotion)\.ts|core\/(job|training|validation|planner)\/|webpack\/)/.test(
        file,
      ),
  );
  expect(foreign).toEqual([]);
});

it('it has no packages but the workflow runtime and what that needs', () => {
  const packages = new Set(
    files.flatMap((file) => /.*node_modules\/((?:@[^/]+\/)?[^/|]+)/.exec(file)?.[1] ?? []),
  );
  expect(packages).toContain('@temporalio/workflow');
  const runtime = /^(@temporalio\/(common|worker|workflow)|long|ms|nexus-rpc)$/;
  expect([...packages].filter((name) => !runtime.test(name))).toEqual([]);
});

it('it asks for no module of Node, TensorFlow, Prisma or DuckDB', () => {
  const program = code.slice(0, code.lastIndexOf('//# sourceMappingURL'));
  const required = [...program.matchAll(/\b(?:require|import)\(\s*["']([^"']+)["']\s*\)/g)].map(
    ([, name]) => name ?? '',
  );
  const forbidden = required.filter(
    (name) =>
      builtinModules.includes(name.replace(/^node:/, '')) ||
      /tensorflow|prisma|duckdb|libsql|(^|\/)pg$/.test(name),
  );
  expect(forbidden).toEqual([]);
  expect(files.filter((file) => /tensorflow|prisma|duckdb|libsql|external /.test(file))).toEqual([]);
});
