#!/usr/bin/env node
// Compares the models of the catalog with its migrations, and writes the migration that is missing. Prisma's own CLI does
// the same (`prisma migrate diff`, `migrate dev`) with a binary that is downloaded from its own server; this runs the same
// engine as WebAssembly, from the npm registry, over the adapters that the catalog uses.
//
//   node scripts/prisma-engine.mjs sqlite                         prints what is missing, if anything (exit 2)
//   node scripts/prisma-engine.mjs sqlite add_policies            writes it to prisma/sqlite/migrations/<time>_add_policies
//   node scripts/prisma-engine.mjs postgresql add_policies URL    PostgreSQL needs a server, where it makes a database of its own
//
// Run `npm run build` first: the adapters are taken from dist/.
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import * as glue from '@prisma/schema-engine-wasm/schema_engine_bg';

const root = fileURLToPath(new URL('..', import.meta.url));
const filters = { externalTables: [], externalEnums: [] };

/**
 * SQL that turns what the migrations make into what the models say; empty when they agree. The migrations are run in a
 * shadow database, which the adapter gives.
 *
 * @param {'sqlite' | 'postgresql'} provider
 * @param {import('@prisma/driver-adapter-utils').SqlMigrationAwareDriverAdapterFactory} adapter
 * @returns {Promise<string>}
 */
export const missingMigration = (provider, adapter) =>
  withEngine(provider, adapter, async (engine, files, migrations) => {
    const from = { tag: 'migrations', ...migrations };
    const to = { tag: 'schemaDatamodel', files };
    const { exitCode, stdout } = await engine.diff({ from, to, script: true, exitCode: true, filters });
    return exitCode === 0 ? '' : (stdout ?? '');
  });

/**
 * What `prisma migrate status` finds in the adapter's database: migrations that failed, were edited after they were
 * applied, or are not applied (`history`, null when there is none such).
 *
 * @param {'sqlite' | 'postgresql'} provider
 * @param {import('@prisma/driver-adapter-utils').SqlMigrationAwareDriverAdapterFactory} adapter
 */
export const migrationStatus = (provider, adapter) =>
  withEngine(provider, adapter, (engine, _files, migrationsList) =>
    engine.diagnoseMigrationHistory({ migrationsList, optInToShadowDatabase: false, filters }),
  );

async function withEngine(provider, adapter, work) {
  load();
  const folder = join(root, 'prisma', provider);
  const files = ['schema.prisma', 'models.prisma'].map((name) => ({
    path: join(folder, name),
    content: readFileSync(join(folder, name), 'utf8'),
  }));
  const connections = forEngine(provider, adapter);
  const datamodels = files.map(({ path, content }) => [path, content]);
  const bound = bindMigrationAwareSqlAdapterFactory(connections);
  const engine = await glue.SchemaEngine.new({ datamodels }, () => undefined, bound);
  try {
    return await work(engine, files, migrationList(join(folder, 'migrations')));
  } finally {
    engine.free();
    await connections.close();
  }
}

/**
 * Prisma's adapter for a PostgreSQL URL, with a shadow database that works: the stock one lets a URL win over the name of
 * the shadow database, and drops that while it is still connected to it.
 *
 * @param {string} url
 */
export function postgresAdapter(url) {
  const stock = new PrismaPg({ connectionString: url });
  return {
    provider: stock.provider,
    adapterName: stock.adapterName,
    connect: () => stock.connect(),
    async connectToShadowDb() {
      const name = `prisma_migrate_shadow_db_${randomUUID()}`;
      const main = await stock.connect();
      await main.executeScript(`CREATE DATABASE "${name}"`);
      const shadowUrl = new URL(url);
      shadowUrl.pathname = `/${name}`;
      const shadow = await new PrismaPg({ connectionString: shadowUrl.href }).connect();
      const disconnect = shadow.dispose.bind(shadow);
      shadow.dispose = async () => {
        await disconnect();
        await main.executeScript(`DROP DATABASE IF EXISTS "${name}"`);
        await main.dispose();
      };
      return shadow;
    },
  };
}

/** What the engine expects of an adapter beyond what the client does, added to each connection. */
function forEngine(provider, adapter) {
  const prepare = provider === 'sqlite' ? runningScripts : readingCatalogs;
  const open = [];
  const opened = (connection) => {
    open.push(connection);
    return prepare(connection);
  };
  return {
    provider: adapter.provider,
    adapterName: adapter.adapterName,
    connect: async () => opened(await adapter.connect()),
    connectToShadowDb: async () => opened(await adapter.connectToShadowDb()),
    // The engine ends its shadow connection and forgets the other; ending a connection twice is no error here.
    close: () => Promise.allSettled(open.map((connection) => connection.dispose())),
  };
}

/** The engine hands over a whole migration as if it were one statement, of which SQLite would run the first. */
function runningScripts(connection) {
  const executeRaw = connection.executeRaw.bind(connection);
  connection.executeRaw = async (query) => {
    if (query.args.length > 0) return executeRaw(query);
    await connection.executeScript(query.sql);
    return 0;
  };
  return connection;
}

const PG_CHAR = 18;
const PG_BPCHAR = 1042;

/**
 * The engine describes a PostgreSQL database from its system catalogs, where some columns are of the one-byte type "char",
 * which the adapter does not know. It reads them as text here, and the engine is told that they are characters.
 */
function readingCatalogs(connection) {
  const pool = connection.underlyingDriver();
  const query = pool.query.bind(pool);
  let characters = []; // columns of the last result; the engine asks one question at a time
  pool.query = async (...args) => {
    const result = await query(...args);
    characters = [];
    for (const [column, field] of (result.fields ?? []).entries()) {
      if (field.dataTypeID !== PG_CHAR) continue;
      field.dataTypeID = PG_BPCHAR;
      characters.push(column);
    }
    return result;
  };
  const queryRaw = connection.queryRaw.bind(connection);
  connection.queryRaw = async (sql) => {
    const result = await queryRaw(sql);
    for (const column of characters) result.columnTypes[column] = ColumnTypeEnum.Character;
    return result;
  };
  return connection;
}

let loaded = false;

/** Node does not import WebAssembly modules yet, so the package's own entry cannot be used. */
function load() {
  if (loaded) return;
  const wasm = join(
    createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg'),
    '..',
    'schema_engine_bg.wasm',
  );
  const module = new WebAssembly.Module(readFileSync(wasm));
  const instance = new WebAssembly.Instance(module, { './schema_engine_bg.js': glue });
  glue.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  // Where the engine leaves the message of a panic before it traps.
  globalThis.PRISMA_WASM_PANIC_REGISTRY ??= {
    set_message: (message) => process.stderr.write(`${message}\n`),
  };
  loaded = true;
}

function migrationList(baseDir) {
  const names = readdirSync(baseDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
  return {
    baseDir,
    lockfile: {
      path: 'migration_lock.toml',
      content: readFileSync(join(baseDir, 'migration_lock.toml'), 'utf8'),
    },
    shadowDbInitScript: '',
    migrationDirectories: names.map((path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: readFileSync(join(baseDir, path, 'migration.sql'), 'utf8') },
      },
    })),
  };
}

async function main([provider, title, url]) {
  if (provider !== 'sqlite' && provider !== 'postgresql')
    throw new Error('Give a provider: sqlite or postgresql.');
  if (provider === 'postgresql' && !url) throw new Error('Give a name and the URL of a PostgreSQL server.');
  if (title && !/^[a-z0-9_]+$/.test(title))
    throw new Error('The name of a migration has lower-case letters, digits and _.');
  const { sqliteAdapter } = await import('../dist/catalog/prisma/sqlite-adapter.js');
  const adapter = provider === 'sqlite' ? sqliteAdapter(':memory:') : postgresAdapter(url);
  const sql = await missingMigration(provider, adapter);
  if (sql === '') {
    process.stdout.write('Models and migrations agree.\n');
    return 0;
  }
  if (!title) {
    process.stdout.write(sql);
    return 2;
  }
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join(root, 'prisma', provider, 'migrations', `${time}_${title}`);
  await mkdir(folder);
  await writeFile(join(folder, 'migration.sql'), sql);
  process.stdout.write(`${join(folder, 'migration.sql')}\n`);
  return 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.exitCode = await main(process.argv.slice(2)).catch((error) => {
    process.stderr.write(`${error.message}\n`);
    return 1;
  });
}
