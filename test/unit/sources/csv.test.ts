import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openSource, type TableDefinition } from '../../../core/sources/index.js';
import { plainKey } from '../../../core/sources/key-column.js';

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
