// DuckDB's readers of SQLite and PostgreSQL. DuckDB verifies the signature of each file whenever it loads it.
import { copyFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, place, withTemporary } from '../files.mjs';
import { inCache, inRoot, platform } from '../locations.mjs';
import { duckdb as pin } from '../pins.mjs';
import { wheel } from '../registries.mjs';
import { firstRoute } from '../routes.mjs';
import { run } from '../run.mjs';
import { extract } from '../zip.mjs';

export const name = 'DuckDB extensions';
export const target = inCache('duckdb', pin.version, platform);
const given = process.env.AMALUR_DUCKDB_EXTENSIONS;
const fileOf = (extension) => `${extension}.duckdb_extension`;
const remedy =
  'install Python with pip; or run INSTALL sqlite_scanner and INSTALL postgres_scanner in DuckDB ' +
  `${pin.version} on a connected machine, and set AMALUR_DUCKDB_EXTENSIONS to the folder with the two .duckdb_extension files.`;

const allIn = async (folder) =>
  (await Promise.all(pin.extensions.map((one) => exists(join(folder, fileOf(one)))))).every(Boolean);

/** Runs SQL in a process of its own: what a broken extension takes down is then not the set-up. */
function sql(statements, timeout) {
  const program = `
    const { DuckDBInstance } = await import('@duckdb/node-api');
    const connection = await (await DuckDBInstance.create()).connect();
    for (const statement of JSON.parse(process.argv[1])) await connection.run(statement);
    process.exit(0);
  `;
  return run(process.execPath, ['--input-type=module', '-e', program, JSON.stringify(statements)], {
    cwd: inRoot(),
    timeout,
    label: 'DuckDB',
  });
}

const quote = (path) => `'${path.replaceAll("'", "''")}'`;
const load = (path) => sql([`LOAD ${quote(path)}`], 60_000);

export async function check() {
  if (given) {
    if (!(await allIn(given)))
      throw new Error(`AMALUR_DUCKDB_EXTENSIONS: ${given} lacks ${pin.extensions.map(fileOf).join(' or ')}`);
    return `AMALUR_DUCKDB_EXTENSIONS, ${given}`;
  }
  return (await allIn(target)) ? target : undefined;
}

async function fromVendor(folder) {
  const at = join(folder, 'official');
  // DuckDB's own HTTP client has no connection timeout that we could set: the process is given 20 s altogether.
  const install = pin.extensions.map((one) => `INSTALL ${one}`);
  await sql([`SET extension_directory = ${quote(at)}`, ...install], 20_000).catch((error) => {
    throw new Error(/\w+ Error: .*/.exec(error.message)?.[0] ?? error.message);
  });
  for (const path of await readdir(at, { recursive: true })) {
    if (path.endsWith('.duckdb_extension'))
      await copyFile(join(at, path), join(folder, path.split(/[\\/]/).at(-1)));
  }
}

async function fromWheels(folder) {
  for (const one of pin.extensions) {
    const requirement = `duckdb-extension-${one.replace('_', '-')}==${pin.version}`;
    const file = await wheel(name, requirement, pin.wheel[platform][one], join(folder, one));
    await extract(file, `/${fileOf(one)}`, join(folder, fileOf(one)));
  }
}

export async function execute() {
  return withTemporary(async (folder) => {
    const finish = async () => {
      for (const one of pin.extensions) await load(join(folder, fileOf(one)));
    };
    const routes = [{ name: 'official download', run: () => fromVendor(folder).then(finish) }];
    if (pin.wheel[platform]) routes.push({ name: 'PyPI wheels', run: () => fromWheels(folder).then(finish) });
    const route = await firstRoute(name, routes, remedy);
    for (const one of pin.extensions) await place(join(folder, fileOf(one)), join(target, fileOf(one)));
    return route;
  });
}

export const disk = () => [target];
