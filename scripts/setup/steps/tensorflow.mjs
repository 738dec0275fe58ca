// tfjs-node's native part. Its own install script downloads a library and an addon without checksums, from a place that
// closed networks do not reach, and fails the whole `npm install` there. So the scripts of packages never run here:
// we take libtensorflow from an artefact with a known checksum and compile the addon (ten seconds) against it.
// There is no "official download" route, because the vendor publishes no checksum to verify one by.
import { createHash } from 'node:crypto';
import { mkdir, readlink, rm, stat, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { exists, link, place, withTemporary } from '../files.mjs';
import { inCache, inRoot, platform } from '../locations.mjs';
import { tensorflow as pin } from '../pins.mjs';
import { mavenJar, wheel } from '../registries.mjs';
import { firstRoute } from '../routes.mjs';
import { buildAddon, compiler, libraryNames, loads } from '../tensorflow-addon.mjs';
import { extract } from '../zip.mjs';

export const name = 'tfjs-node native part';
/** Everything but neural networks works without it. */
export const optional = 'neural networks are unavailable until it succeeds; everything else works';

const packageFolder = inRoot('node_modules', '@tensorflow', 'tfjs-node');
const given = process.env.AMALUR_LIBTENSORFLOW;
const remedy =
  'install Maven, or Python with pip, and a C++ compiler (Debian: apt-get install maven g++); ' +
  'or set AMALUR_LIBTENSORFLOW to a folder holding libtensorflow_cc.so.2 (or libtensorflow.so.2) and libtensorflow_framework.so.2; ' +
  'or run `npm rebuild @tensorflow/tfjs-node`, the official installation, which is used when it is there.';

/** The folder in the cache: named by what it was made from, so that another library never meets an old addon. */
async function folder() {
  const source = given
    ? `${resolve(given)} ${(await Promise.all((await libraryNames(given)).map((file) => stat(join(given, file))))).map((s) => `${s.size} ${s.mtimeMs}`)}`
    : JSON.stringify([pin.maven[platform], pin.wheel[platform]]);
  const key = createHash('sha256').update(source).digest('hex').slice(0, 12);
  return inCache('tfjs-node', `4.22.0-napi8-${platform}-${key}`);
}

const links = (from) => [
  [join(from, 'deps', 'lib'), join(packageFolder, 'deps', 'lib')],
  [join(from, 'lib', 'napi-v8'), join(packageFolder, 'lib', 'napi-v8')],
];
const linkAll = (from) => Promise.all(links(from).map(([to, path]) => link(to, path)));

export async function check() {
  const addon = join(packageFolder, 'lib', 'napi-v8');
  const official =
    (await exists(join(addon, 'tfjs_binding.node'))) && !(await readlink(addon).catch(() => undefined));
  if (official && !given) return 'the official installation in node_modules';
  const from = await folder();
  if (!(await exists(join(from, 'lib', 'napi-v8', 'tfjs_binding.node')))) return undefined;
  await linkAll(from);
  return from;
}

async function libraryFrom(archive, into) {
  // The two names are the same in the jar and in the wheel; only the folders differ.
  for (const file of ['libtensorflow_cc.so.2', 'libtensorflow_framework.so.2'])
    await extract(archive, `/${file}`, join(into, file));
}

export async function execute() {
  if (!(await compiler()))
    throw new Error(`no C++ compiler found (tried CXX, g++, c++, clang++).\n  Remedy: ${remedy}`);
  return withTemporary(async (temporary) => {
    const build = join(temporary, 'build');
    const library = join(build, 'deps', 'lib');
    await mkdir(library, { recursive: true });
    const maven = pin.maven[platform];
    const pypi = pin.wheel[platform];
    const routes = [];
    if (given) {
      const linkGiven = async () => {
        for (const file of await libraryNames(given))
          await symlink(join(resolve(given), file), join(library, file));
      };
      routes.push({ name: 'AMALUR_LIBTENSORFLOW', run: linkGiven });
    } else {
      if (maven)
        routes.push({
          name: 'Maven',
          run: async () => libraryFrom(await mavenJar(name, maven, temporary), library),
        });
      if (pypi)
        routes.push({
          name: 'PyPI wheel',
          run: async () =>
            libraryFrom(await wheel(name, pypi.requirement, pypi.sha256, temporary, pypi.tags), library),
        });
    }
    const route = await firstRoute(name, routes, remedy);
    await buildAddon(name, packageFolder, build);
    const target = await folder();
    await place(build, target);
    await linkAll(target);
    // A cache that does not work must not count as "already there" next time.
    await loads(packageFolder).catch(async (error) => {
      await rm(target, { recursive: true, force: true });
      throw error;
    });
    return route;
  });
}

export const disk = async () => [await folder()];
