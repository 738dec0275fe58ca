import { DuckDBInstance } from '@duckdb/node-api';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'libsql';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  openSource,
  type ReadRequest,
  type TableDefinition,
  type TableLocation,
} from '../../core/sources/index.js';
import { plainKey } from '../../core/sources/key-column.js';
import { duckdbExtensionFolder } from '../../workers/toolchain.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

const KINDS = ['csv', 'parquet', 'sqlite', 'postgres'] as const;
type Kind = (typeof KINDS)[number];
type Cell = string | number | boolean | null;

/** A table as it is written into each kind of source. Types are those of PostgreSQL. */
interface Sample {
  readonly columns: Readonly<Record<string, string>>;
  readonly rows: readonly (readonly Cell[])[];
}

const PEOPLE: Sample = {
  columns: {
    id: 'bigint',
    site: 'text',
    visit: 'bigint',
    name: 'text',
    weight: 'double precision',
    member: 'boolean',
    born: 'date',
    seen: 'timestamp',
    nothing: 'text',
  },
  rows: [
    [1, 'north', 7, 'Zoë "Zo", the\nfirst', 61.5, true, '1990-02-28', '2024-03-31 01:30:00', null],
    [2, 'south', 7, '😀', -0.1, false, '1969-12-31', '1969-12-31 23:59:59.5', null],
    [3, null, 8, '\uFFFDfin', 1e21, null, null, null, null],
    [4, 'north', null, null, null, true, '2000-01-01', '2024-03-31 01:30:00', null],
    [5, 'north', 9, "O'Hara; x", 12, false, '2024-02-29', '2000-01-01 00:00:00', null],
  ],
};

const EVERYTHING: ReadRequest = {
  numeric: ['id', 'weight', 'member', 'born', 'seen', 'nothing'],
  categorical: ['site', 'visit', 'name', 'weight', 'member', 'born', 'seen', 'nothing'],
  keys: { place: ['site', 'visit'].map(plainKey), when: [plainKey('seen')], who: [plainKey('name')] },
  position: { columns: ['id', 'site', 'weight', 'seen', 'member'], seed: 7 },
};

let folder: string;
let server: PostgresServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-sources-'));
  server = await startPostgres();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const open = (definition: TableDefinition) =>
  openSource(definition, { extensionFolder: duckdbExtensionFolder() });
const csv = (path: string, rest: Partial<TableDefinition> = {}) =>
  open({ name: 'people', location: { kind: 'csv', path }, ...rest });

let files = 0;
async function csvOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, `file${files++}.csv`);
  await writeFile(path, content);
  return path;
}

async function store(kind: Kind, { columns, rows }: Sample): Promise<TableLocation> {
  const path = join(folder, `table${files++}.${kind}`);
  const declared = Object.entries(columns).map(([name, type]) => `"${name}" ${type}`);
  const places = declared.map((_, i) => `$${i + 1}`);
  switch (kind) {
    case 'csv': {
      const cell = (value: Cell) =>
        value === null ? '' : typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
      await writeFile(
        path,
        [Object.keys(columns), ...rows].map((row) => row.map(cell).join(',')).join('\r\n') + '\r\n',
      );
      return { kind, path };
    }
    case 'parquet': {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      await connection.run(
        `CREATE TABLE t (${declared.join(', ').replaceAll('timestamp', 'timestamptz')}); SET TimeZone = 'UTC'`,
      );
      for (const row of rows) await connection.run(`INSERT INTO t VALUES (${row.map(literal).join(', ')})`);
      await connection.run(`COPY t TO '${path}'`);
      instance.closeSync();
      return { kind, path };
    }
    case 'sqlite': {
      const database = new Database(path);
      database.exec(`CREATE TABLE people (${declared.join(', ')})`);
      for (const row of rows) database.exec(`INSERT INTO people VALUES (${row.map(literal).join(', ')})`);
      database.close();
      return { kind, path, table: 'people' };
    }
    case 'postgres': {
      const url = await server.freshDatabase();
      const client = new pg.Client(url);
      await client.connect();
      await client.query(`CREATE TABLE people (${declared.join(', ')})`);
      for (const row of [...rows].reverse())
        await client.query(`INSERT INTO people VALUES (${places.join(', ')})`, [...row]);
      await client.end();
      return { kind, url, table: 'public.people' };
    }
  }
}

function literal(value: Cell): string {
  return value === null
    ? 'NULL'
    : typeof value === 'string'
      ? `'${value.replaceAll("'", "''")}'`
      : String(value);
}

const ISO = { 1: '1969-12-31T23:59:59.500000Z', 2: '2000-01-01T00:00:00Z', 3: '2024-03-31T01:30:00Z' };

describe.each(KINDS)('%s', (kind) => {
  test('the same content gives the same data', async () => {
    const source = open({ name: 'people', location: await store(kind, PEOPLE), key: ['id'] });
    const data = await source.read(EVERYTHING);
    expect(data.rows).toBe(5);
    expect(Object.fromEntries(data.numeric)).toEqual({
      id: Float64Array.of(1, 2, 3, 4, 5),
      weight: Float64Array.of(61.5, -0.1, 1e21, NaN, 12),
      member: Float64Array.of(1, 0, NaN, 1, 0),
      born: Float64Array.of(7363, -1, NaN, 10957, 19782),
      seen: Float64Array.of(1711848600, -0.5, NaN, 1711848600, 946684800),
      nothing: new Float64Array(5).fill(NaN),
    });
    const texts = (name: string) => data.categorical.get(name);
    expect(texts('site')).toEqual({ codes: Int32Array.of(0, 1, -1, 0, 0), values: ['north', 'south'] });
    expect(texts('visit')).toEqual({ codes: Int32Array.of(0, 0, 1, -1, 2), values: ['7', '8', '9'] });
    // In UTF-16 the emoji (a surrogate pair) comes before U+FFFD; in UTF-8 after it.
    const names = ["O'Hara; x", 'Zoë "Zo", the\nfirst', '😀', '\uFFFDfin'];
    expect(texts('name')).toEqual({ codes: Int32Array.of(1, 2, 3, -1, 0), values: names });
    expect(texts('weight')?.values).toEqual(['-0.1', '12', '1e+21', '61.5']);
    expect(texts('member')).toEqual({ codes: Int32Array.of(1, 0, -1, 1, 0), values: ['false', 'true'] });
    expect(texts('born')?.values).toEqual(['1969-12-31', '1990-02-28', '2000-01-01', '2024-02-29']);
    expect(texts('seen')).toEqual({ codes: Int32Array.of(2, 0, -1, 2, 1), values: Object.values(ISO) });
    expect(texts('nothing')).toEqual({ codes: new Int32Array(5).fill(-1), values: [] });
    expect(data.keys.get('place')).toEqual({
      codes: Int32Array.of(0, 2, -1, -1, 1),
      values: ['5:north1:7', '5:north1:9', '5:south1:7'],
    });
    expect(data.keys.get('when')?.values).toEqual(
      ['16:1711848600000000', '15:946684800000000', '7:-500000'].sort(),
    );
    expect(data.keys.get('who')?.values).toContain('4:😀');
    expect([...(data.position ?? [])][0]).toBe(positionOf('7|1:15:north4:61.516:17118486000000004:true'));
    expect([...(data.position ?? [])][2]).toBe(positionOf('7|1:3-5:1e+21--'));
  });

  test('the profile counts NULLs and distinct values, and repeats', async () => {
    const source = open({
      name: 'people',
      location: await store(kind, PEOPLE),
      computed: { weekday: 'isodow(born)' },
    });
    const profile = await source.profile();
    const types = {
      id: 'integer',
      site: 'text',
      visit: 'integer',
      name: 'text',
      weight: 'number',
      member: 'boolean',
      born: 'date',
      seen: 'timestamp',
      nothing: 'text',
      weekday: 'integer',
    };
    expect(Object.fromEntries(profile.columns.map((column) => [column.name, column.type]))).toEqual(types);
    const counts = Object.fromEntries(
      profile.columns.map(({ name, nulls, distinct }) => [name, [nulls, distinct]]),
    );
    expect(counts).toMatchObject({
      id: [0, 5],
      site: [1, 2],
      visit: [1, 3],
      member: [1, 2],
      nothing: [5, 0],
      weekday: [1, 3],
    });
    expect(profile).toMatchObject({ table: 'people', rows: 5, keys: [['id']] });
    expect(profile.bytes).toBeGreaterThan(100);
    expect(await source.version()).toBe(profile.contentHash);
    expect(await source.profile()).toEqual(profile);
    expect(JSON.stringify(profile)).not.toMatch(/north|Hara/);
  });

  test('an empty table and a table of one row are tables', async () => {
    const request: ReadRequest = {
      numeric: ['id'],
      categorical: ['site'],
      keys: { key: ['id', 'site'].map(plainKey) },
      position: { columns: ['id'], seed: 0 },
    };
    const empty = open({ name: 'people', location: await store(kind, { ...PEOPLE, rows: [] }) });
    expect(await empty.read(request)).toMatchObject({ rows: 0, position: new Float64Array(0) });
    expect(await empty.profile()).toMatchObject({ rows: 0, keys: [] });
    const one = open({
      name: 'people',
      location: await store(kind, { ...PEOPLE, rows: PEOPLE.rows.slice(0, 1) }),
    });
    expect((await one.read(request)).keys.get('key')).toEqual({
      codes: Int32Array.of(0),
      values: ['1:15:north'],
    });
  });

  test('another content is another version; another computed column is too', async () => {
    const location = await store(kind, PEOPLE);
    const less = await store(kind, { ...PEOPLE, rows: PEOPLE.rows.slice(1) });
    const versions = await Promise.all([
      open({ name: 'people', location }).version(),
      open({ name: 'people', location: less }).version(),
      open({ name: 'people', location, computed: { twice: 'id * 2' } }).version(),
    ]);
    expect(new Set(versions).size).toBe(3);
  });

  test('a declared key that repeats or is NULL is told with counts', async () => {
    const source = open({ name: 'people', location: await store(kind, PEOPLE), key: ['seen'] });
    await expect(source.profile()).rejects.toMatchObject({
      code: 'AMALUR_REPEATED_KEY',
      message: expect.stringMatching(
        /people: \(seen\).* 1 of its values repeat and 1 rows have a NULL/,
      ) as string,
    });
  });

  test('a source that is not there is AMALUR_SOURCE_MISSING', async () => {
    const there = await store(kind, PEOPLE);
    const location =
      'table' in there ? { ...there, table: 'peeple' } : { ...there, path: join(folder, 'gone') };
    await expect(open({ name: 'people', location }).profile()).rejects.toMatchObject({
      code: 'AMALUR_SOURCE_MISSING',
    });
    await expect(open({ name: 'people', location }).version()).rejects.toMatchObject({
      code: 'AMALUR_SOURCE_MISSING',
    });
  });

  test('mistakes of the caller are coded and quote no cell', async () => {
    const source = open({ name: 'people', location: await store(kind, PEOPLE) });
    const request = { numeric: [], categorical: [], keys: {} };
    await expect(source.read({ ...request, categorical: ['stie'] })).rejects.toMatchObject({
      code: 'AMALUR_UNKNOWN_COLUMN',
      suggestion: 'did you mean site?',
    });
    const wrong = await source.read({ ...request, numeric: ['site'] }).catch((error: unknown) => error);
    expect(wrong).toMatchObject({
      code: 'AMALUR_WRONG_TYPE',
      message: expect.stringContaining('4 cells') as string,
    });
    expect(String(wrong)).not.toMatch(/north|south/);
  });
});

/** Position as its docstring defines it, computed without DuckDB. */
function positionOf(text: string): number {
  return Number(createHash('md5').update(text).digest().readBigUInt64LE(8) >> 11n) / 2 ** 53;
}

test('keys are found among pairs where no column is one', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => `${Math.floor(i / 20)},p${i % 20},${i % 7},${i / 3}`);
  const profile = await csv(await csvOf(['hour,place,weekday,measure', ...rows].join('\n'))).profile();
  expect(profile.keys).toEqual([['hour', 'place']]);
});

test('a CSV file has the types that all its cells fit, and nothing is guessed', async () => {
  const content =
    'zip;n;x;mixed;flag;when\n007;1;1;1;TRUE;2024-01-01T00:00:00+02:00\n10;-2;0.5;b;false;2024-01-01 00:00:00\n';
  const { columns } = await csv(await csvOf(content)).profile();
  expect(columns.map(({ type }) => type)).toEqual([
    'text',
    'integer',
    'number',
    'text',
    'boolean',
    'timestamp',
  ]);
});

test.each([
  ['a long row', 'a,b\n1,2\nSECRET,4,5\n', 3],
  ['a short row', 'a,b\n1,2\nSECRET\n', 3],
  ['bad quotes', 'a,b\n1,"SEC"RET\n', 2],
  ['a quote that never ends', 'a,b\n1,"SECRET\n3,4\n', 2],
  ['not UTF-8', Buffer.from('a,b\n1,SECRET\xff\xfe\n', 'latin1'), 2],
  ['no header', '', 1],
  ['a name twice', 'SECRET,SECRET\n1,2\n', 1],
])('a CSV file with %s is refused with the line and without its text', async (_what, content, line) => {
  const error: unknown = await csv(await csvOf(content))
    .profile()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({
    code: 'AMALUR_SOURCE_UNREADABLE',
    message: expect.stringContaining(`line ${line}:`) as string,
  });
  expect(`${String(error)}${JSON.stringify(error)}${String((error as Error).cause)}`).not.toContain('SECRET');
});

test('what is not Parquet or SQLite is AMALUR_SOURCE_UNREADABLE', async () => {
  const path = await csvOf('SECRET,b\n1,2\n'.repeat(100));
  for (const location of [
    { kind: 'parquet', path },
    { kind: 'sqlite', path, table: 't' },
  ] as const) {
    const error: unknown = await open({ name: 'people', location })
      .profile()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'AMALUR_SOURCE_UNREADABLE' });
    expect(String(error)).not.toContain('SECRET');
  }
});

test.each([
  [
    'a server that is not there',
    () => Promise.resolve('postgresql://someone:PASSWORD@127.0.0.1:1/none'),
    'AMALUR_SOURCE_UNREADABLE',
    'cannot be reached',
  ],
  [
    'a database that is not there',
    async () => (await urlWith('postgres')).replace(/\w+$/, 'none'),
    'AMALUR_SOURCE_MISSING',
    'no such database',
  ],
  ['a user that is not there', () => urlWith('nobody'), 'AMALUR_SOURCE_UNREADABLE', 'refuses the login'],
])('PostgreSQL: %s is told without the password', async (_what, urlOf, code, message) => {
  const location = { kind: 'postgres', url: await urlOf(), table: 't' } as const;
  const error: unknown = await open({ name: 'people', location })
    .profile()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) as string });
  expect(`${String(error)}${JSON.stringify(error)}`).not.toContain('PASSWORD');
});

test('PostgreSQL: a server that cannot be reached fails a registration with a field, and what a run asks for with a code to try again', async () => {
  const location = { kind: 'postgres', url: 'postgresql://a:PASSWORD@127.0.0.1:1/none', table: 't' } as const;
  const field = 'silos.shop.tables.people';
  const source = openSource(
    { name: 'people', location },
    { extensionFolder: duckdbExtensionFolder(), field },
  );
  await expect(source.profile()).rejects.toMatchObject({ code: 'AMALUR_SOURCE_UNREADABLE', field });
  const asked = [source.version(), source.read({ numeric: [], categorical: [], keys: {} })];
  for (const answer of await Promise.allSettled(asked)) {
    expect(answer).toMatchObject({ reason: { code: 'AMALUR_SOURCE_UNREACHABLE' } });
    expect(JSON.stringify(answer)).not.toContain('PASSWORD');
  }
});

async function urlWith(user: string): Promise<string> {
  const url = new URL(await server.freshDatabase());
  url.username = user === 'postgres' ? url.username : user;
  url.password ||= 'PASSWORD';
  return url.href;
}

test('types that only PostgreSQL has come as the nearest of ours', async () => {
  const url = await server.freshDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query(`CREATE SCHEMA "My"; CREATE TYPE mood AS ENUM ('sad', 'glad');
    CREATE TABLE "My".t (u uuid, m mood, z timestamptz, d numeric(30, 10), f numeric, j jsonb, a integer[], r real, k smallint);
    INSERT INTO "My".t VALUES ('00000000-0000-0000-0000-000000000001', 'glad', '2024-01-01 00:00:00+02', 12345678901234567890.5,
      1.50, '{"a": 1}', '{1,2}', 0.1, 3), (NULL, NULL, 'infinity', NULL, NULL, NULL, NULL, 'NaN', NULL)`);
  await client.end();
  const source = open({ name: 't', location: { kind: 'postgres', url, table: 'My.t' } });
  const profile = await source.profile();
  expect(profile.columns.map(({ type }) => type)).toEqual([
    'text',
    'text',
    'timestamp',
    'number',
    'number',
    'text',
    'other',
    'number',
    'integer',
  ]);
  expect(profile.columns.map(({ nulls }) => nulls)).toEqual(Array(9).fill(1));
  const data = await source.read({
    numeric: ['f', 'r'],
    categorical: ['u', 'm', 'z', 'd', 'f', 'r', 'k'],
    keys: {},
  });
  const values = [...data.categorical.values()].map((column) => column.values.join());
  expect(values).toEqual([
    '00000000-0000-0000-0000-000000000001',
    'glad',
    '2023-12-31T22:00:00Z',
    '12345678901234567890.5',
    '1.5',
    '0.1',
    '3',
  ]);
});

test('PostgreSQL: NaN as numeric, which would be read as 0, is refused', async () => {
  const url = await server.freshDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query(
    `CREATE TABLE t (f numeric, g double precision); INSERT INTO t VALUES (1, 'NaN'), ('NaN', 2)`,
  );
  await client.end();
  const source = open({ name: 't', location: { kind: 'postgres', url, table: 't' } });
  await expect(source.version()).rejects.toMatchObject({
    code: 'AMALUR_SOURCE_UNREADABLE',
    message: expect.stringContaining('column f has 1 cells') as string,
  });
});

test('a computed column that is no expression is told by its field, and a cell that it cannot take is not quoted', async () => {
  const path = await csvOf('a\nSECRET\n');
  await expect(csv(path, { computed: { b: 'nosuch(a)' } }).profile()).rejects.toMatchObject({
    code: 'AMALUR_INVALID_CONFIG',
    field: 'computed.b',
  });
  await expect(csv(path, { computed: { A: '1' } }).profile()).rejects.toMatchObject({
    code: 'AMALUR_DUPLICATE_NAME',
  });
  const error: unknown = await csv(path, { computed: { b: 'a::INTEGER' } })
    .profile()
    .catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: 'AMALUR_SOURCE_UNREADABLE' });
  expect(String(error)).not.toContain('SECRET');
});

test('without its extension a database is AMALUR_TOOL_MISSING', async () => {
  const location = { kind: 'sqlite', path: await csvOf('x'), table: 't' } as const;
  await expect(openSource({ name: 'people', location }).profile()).rejects.toMatchObject({
    code: 'AMALUR_TOOL_MISSING',
  });
});

test('rows and positions do not depend on the order of storage', async () => {
  const request = {
    numeric: ['id'],
    categorical: [],
    keys: {},
    position: { columns: ['id', 'name'], seed: 3 },
  };
  const forth = await open({ name: 'people', location: await store('parquet', PEOPLE) }).read(request);
  const back = await open({
    name: 'people',
    location: await store('parquet', { ...PEOPLE, rows: [...PEOPLE.rows].reverse() }),
  }).read(request);
  expect([...(back.position ?? [])].reverse()).toEqual([...(forth.position ?? [])]);
  expect(new Set(forth.position).size).toBe(5);
});
