import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainKey } from '../../../core/sources/key-column.js';
import {
  openSource,
  readVersion,
  type TableDefinition,
  type TableSource,
} from '../../../core/sources/index.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-csv-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

let files = 0;
async function sourceOf(content: string, rest: Partial<TableDefinition> = {}) {
  const path = join(folder, `${files++}.csv`);
  await writeFile(path, content);
  return openSource(
    { name: 'cards', location: { kind: 'csv', path }, ...rest },
    { field: 'silos.a.tables.b' },
  );
}

test.each([
  ['of 20 digits', '12345678901234567890', '12345678901234567891'],
  ['with a sign', '-12345678901234567890', '-12345678901234567891'],
  ['just beyond BIGINT', '9223372036854775807', '9223372036854775808'],
])('whole numbers %s stay text, so that two of them are two keys', async (_what, one, other) => {
  const source = await sourceOf(`card\n${one}\n${other}\n`);
  expect((await source.profile()).columns[0]).toMatchObject({ type: 'text', distinct: 2 });
  const { keys } = await source.read({ numeric: [], categorical: [], keys: { card: [plainKey('card')] } });
  expect(keys.get('card')?.values).toEqual([one, other].map((id) => `${String(id.length)}:${id}`).sort());
});

test('numbers with a fraction or an exponent stay numbers, however large', async () => {
  const { columns } = await (await sourceOf('x\n12345678901234567890.5\n1e30\n-2\n')).profile();
  expect(columns[0]?.type).toBe('number');
});

test('what is wrong with a source is told without its place and without its expressions', async () => {
  const failure = async (source: Promise<{ profile(): Promise<unknown> }>) =>
    (await source).profile().catch((error: unknown) => error);
  const gone = { kind: 'csv', path: join(folder, 'gone', 'SECRET.csv') } as const;
  const missing = await failure(sourceOf('', { location: gone }));
  expect(missing).toMatchObject({ code: 'AMALUR_SOURCE_MISSING', field: 'silos.a.tables.b.csv' });
  const wrong = await Promise.all(
    ['SECRET(x)', 'x +* SECRET', 'SECRET + 1', "x = 'SECRET"].map((expression) =>
      failure(sourceOf('x\n1\n', { computed: { y: expression } })),
    ),
  );
  for (const error of wrong) {
    expect(error).toMatchObject({ code: 'AMALUR_INVALID_CONFIG', field: 'silos.a.tables.b.computed.y' });
  }
  for (const error of [missing, ...wrong]) {
    expect(`${String(error)}${JSON.stringify(error)}`).not.toMatch(/SECRET|amalur-csv-/);
  }
});

describe('a file that changes while it is read', () => {
  const request = { numeric: ['x'], categorical: [], keys: {} };

  /** A source whose file is changed by somebody when it has been read, or just before. */
  function disturbed(
    source: TableSource,
    change: () => Promise<void>,
    when: 'before' | 'after',
  ): TableSource {
    return {
      definition: source.definition,
      profile: () => source.profile(),
      version: () => source.version(),
      async read(wanted) {
        if (when === 'before') await change();
        const data = await source.read(wanted);
        if (when === 'after') await change();
        return data;
      },
    };
  }

  const pathOf = ({ definition: { location } }: TableSource) => ('path' in location ? location.path : '');

  test('is told of, whether rows of both versions were read or it could not be read at all', async () => {
    for (const [when, content] of [
      ['after', 'x\n1\n2\n3\n'],
      ['before', 'x\n1\n2\n3\n'],
      ['before', 'x\n1\n"2\n'],
      ['before', 'y\n1\n'],
    ] as const) {
      const source = await sourceOf('x\n1\n2\n');
      const version = await source.version();
      expect((await readVersion(source, version, request)).rows).toBe(2);
      const changing = disturbed(source, () => writeFile(pathOf(source), content), when);
      await expect(readVersion(changing, version, request)).rejects.toMatchObject({
        code: 'AMALUR_SOURCE_CHANGED',
      });
    }
  });

  test('is read where it has the same content as before, and what else is wrong with it is told as it is', async () => {
    const source = await sourceOf('x\n1\n2\n');
    const version = await source.version();
    const rewritten = disturbed(source, () => writeFile(pathOf(source), 'x\n1\n2\n'), 'before');
    expect((await readVersion(rewritten, version, request)).rows).toBe(2);
    await expect(readVersion(source, version, { ...request, numeric: ['z'] })).rejects.toMatchObject({
      code: 'AMALUR_UNKNOWN_COLUMN',
    });
  });

  test('is not read at all where it is another from the beginning', async () => {
    const source = await sourceOf('x\n1\n');
    const reading = disturbed(source, () => expect.fail('it was read'), 'before');
    await expect(readVersion(reading, 'another', request)).rejects.toMatchObject({
      code: 'AMALUR_SOURCE_CHANGED',
    });
  });
});
