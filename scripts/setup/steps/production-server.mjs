// The Temporal server that a production installation runs, and its tool for database schemas, for the test of that topology. The
// vendor publishes both as images and archives without a checksum, so Go builds them: it verifies every module as it fetches it.
import { mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, place, withTemporary } from '../files.mjs';
import { inCache } from '../locations.mjs';
import { temporalServer as pin } from '../pins.mjs';
import { line } from '../report.mjs';
import { run, runLong } from '../run.mjs';

export const name = 'Temporal production server';
export const target = inCache('temporal-server', pin.version);

const module = 'go.temporal.io/server';
/** Name as in the vendor's images and archives, package. */
const programs = [
  ['temporal-server', `${module}/cmd/server`],
  ['temporal-sql-tool', `${module}/cmd/tools/sql`],
];
const given = process.env.AMALUR_TEST_TEMPORAL_SERVER;
const hour = 3_600_000;
const remedy =
  `install Go ${pin.go} or later (https://go.dev/doc/install; Debian: apt-get install golang) with access to its module proxy; or take ` +
  `temporal_${pin.version}_*.tar.gz from https://github.com/temporalio/temporal/releases, and set AMALUR_TEST_TEMPORAL_SERVER to the ` +
  'folder that holds its temporal-server and temporal-sql-tool.';

/** Throws unless both programs are there and of the version: another one may ask for other schemas. */
async function verify(folder) {
  for (const [program] of programs) {
    const out = await run(join(folder, program), ['--version'], { timeout: 15_000 });
    if (!out.includes(`version ${pin.version}`))
      throw new Error(`${join(folder, program)} is not of version ${pin.version}: it says ${out.trim()}`);
  }
}

export async function check() {
  if (given) {
    await verify(given).catch((error) => {
      throw new Error(`AMALUR_TEST_TEMPORAL_SERVER: ${error.message}\n  Remedy: ${remedy}`);
    });
    return `AMALUR_TEST_TEMPORAL_SERVER, ${given}`;
  }
  for (const [program] of programs) if (!(await exists(join(target, program)))) return undefined;
  await verify(target);
  return target;
}

/** Go of the machine, as "go1.26"; refuses one that is too old. */
async function goVersion() {
  const out = await run('go', ['version'], { timeout: 60_000 });
  const [, major, minor] = /go(\d+)\.(\d+)/.exec(out) ?? [];
  const [wantedMajor, wantedMinor] = pin.go.split('.').map(Number);
  const enough =
    Number(major) > wantedMajor || (Number(major) === wantedMajor && Number(minor) >= wantedMinor);
  if (!enough) throw new Error(`Go ${pin.go} or later is needed; this is ${out.trim()}`);
  return `go${major}.${minor}`;
}

export async function execute() {
  const go = await goVersion().catch((error) => {
    throw new Error(`${error.message}\n  Remedy: ${remedy}`);
  });
  return withTemporary(async (folder) => {
    const built = join(folder, 'built');
    await mkdir(built);
    const options = { cwd: folder, env: { GOBIN: built, CGO_ENABLED: '0' }, timeout: hour };
    for (const [program, path] of programs) {
      line(name, `${program} is built; both together take some ten minutes, and 2 GB of Go's own cache`);
      const label = `go install ${path}@v${pin.version}`;
      await runLong(name, 'go', ['install', `${path}@v${pin.version}`], { ...options, label }).catch(
        (error) => {
          throw new Error(`${error.message}\n  Remedy: ${remedy}`);
        },
      );
      await rename(join(built, path.split('/').at(-1)), join(built, program));
    }
    await verify(built);
    await place(built, target);
    return go;
  });
}

export const disk = () => [target];
