import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { loadConfig } from '../../core/config/index.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'amalur-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function load(text: string, name = 'amalur.config.yaml') {
  writeFileSync(join(folder, name), text);
  return loadConfig(folder, { environment: { CRM_URL: 'postgresql://me:PASSWORD@host/crm' } });
}

/** What loading throws. */
function mistake(text: string): unknown {
  try {
    return load(text);
  } catch (error) {
    return error;
  }
}

const EXAMPLE = `
silos:
  airline:
    tables:
      flights: { parquet: data/flights.parquet, key: [id], computed: { weekday: "isodow(time_hour)" } }
  crm:
    store: /var/crm
    tables:
      orders: { sqlite: crm.db, table: orders }
      people: { postgres: "\${CRM_URL}", table: public.people }
      notes: { csv: notes.csv }
`;

describe('loadConfig', () => {
  test('fills in defaults and makes paths absolute from the folder of the file', () => {
    const state = join(folder, '.amalur');
    expect(load(EXAMPLE)).toEqual({
      file: join(folder, 'amalur.config.yaml'),
      catalogUrl: `file:${join(state, 'catalog.db')}`,
      exchange: join(state, 'exchange'),
      s3: {},
      predictions: join(folder, 'predictions'),
      stateFolder: state,
      retentionMs: 30 * 86_400_000,
      threads: 1,
      silos: [
        {
          name: 'airline',
          store: join(state, 'silos', 'airline'),
          threads: 1,
          tables: [
            {
              name: 'flights',
              location: { kind: 'parquet', path: join(folder, 'data/flights.parquet') },
              key: ['id'],
              computed: { weekday: 'isodow(time_hour)' },
            },
          ],
        },
        {
          name: 'crm',
          store: '/var/crm',
          threads: 1,
          tables: [
            { name: 'orders', location: { kind: 'sqlite', path: join(folder, 'crm.db'), table: 'orders' } },
            {
              name: 'people',
              location: {
                kind: 'postgres',
                url: 'postgresql://me:PASSWORD@host/crm',
                table: 'public.people',
              },
            },
            { name: 'notes', location: { kind: 'csv', path: join(folder, 'notes.csv') } },
          ],
        },
      ],
    });
  });

  test.each(['amalur.config.yml', 'amalur.config.json'])(
    '%s is read as well, also when it is named itself',
    (name) => {
      const config = load('{ "catalog": "file:c.db", "silos": {} }', name);
      expect(config.catalogUrl).toBe(`file:${join(folder, 'c.db')}`);
      expect(loadConfig(join(folder, name))).toEqual(config);
    },
  );

  test('threads are those of the silo, else of the installation', () => {
    const { threads, silos } = load('threads: 2\nsilos: { a: { threads: 4 }, b: {} }');
    expect([threads, ...silos.map((silo) => silo.threads)]).toEqual([2, 4, 2]);
  });

  test('an empty file is a configuration without silos', () => {
    expect(load('').silos).toEqual([]);
  });

  test('without a file it says how to get one, with two which', () => {
    expect(() => loadConfig(folder)).toThrow(
      expect.objectContaining({
        code: 'AMALUR_INVALID_CONFIG',
        suggestion: expect.stringContaining('amalur init') as string,
      }) as Error,
    );
    load('', 'amalur.config.json');
    expect(mistake('')).toMatchObject({
      code: 'AMALUR_INVALID_CONFIG',
      message: expect.stringContaining('two') as string,
    });
  });

  test.each([
    ['silo: {}', 'AMALUR_UNKNOWN_FIELD', 'silo', 'did you mean silos?'],
    ['silos: { a: { tabels: {} } }', 'AMALUR_UNKNOWN_FIELD', 'silos.a.tabels', 'did you mean tables?'],
    [
      'silos: { a: { tables: { t: { parkuet: x } } } }',
      'AMALUR_UNKNOWN_FIELD',
      'silos.a.tables.t.parkuet',
      'did you mean parquet?',
    ],
    ['silos: { a: { tables: { t: { csv: 3 } } } }', 'AMALUR_WRONG_TYPE', 'silos.a.tables.t.csv', undefined],
    [
      'silos: { a: { tables: { t: { csv: x, key: id } } } }',
      'AMALUR_WRONG_TYPE',
      'silos.a.tables.t.key',
      undefined,
    ],
    [
      'threads: 1.5',
      'AMALUR_INVALID_CONFIG',
      'threads',
      "write 1, or how many cores of the site's host its arithmetic may take",
    ],
    ['silos: { a: { threads: 65 } }', 'AMALUR_INVALID_CONFIG', 'silos.a.threads', undefined],
    ['threads: "2"', 'AMALUR_WRONG_TYPE', 'threads', 'write it without quotation marks'],
    ['silos: []', 'AMALUR_WRONG_TYPE', 'silos', undefined],
    ['silos: { a: { tables: { t: {} } } }', 'AMALUR_INVALID_CONFIG', 'silos.a.tables.t', undefined],
    [
      'silos: { a: { tables: { t: { csv: x, parquet: y } } } }',
      'AMALUR_INVALID_CONFIG',
      'silos.a.tables.t',
      undefined,
    ],
    [
      'silos: { a: { tables: { t: { sqlite: x } } } }',
      'AMALUR_INVALID_CONFIG',
      'silos.a.tables.t.table',
      undefined,
    ],
    [
      'silos: { a: { tables: { t: { postgres: x, table: t } } } }',
      'AMALUR_INVALID_CONFIG',
      'silos.a.tables.t.postgres',
      undefined,
    ],
    ['silos: { a.b: {} }', 'AMALUR_INVALID_CONFIG', 'silos["a.b"]', undefined],
    ['catalog: mysql://x', 'AMALUR_INVALID_CONFIG', 'catalog', undefined],
    ['exchange: "${NOT_SET}"', 'AMALUR_INVALID_CONFIG', 'exchange', 'set NOT_SET where this process starts'],
    ['silos:\n  a: {}\n  b: {}\n  a: {}', 'AMALUR_DUPLICATE_NAME', 'silos.a', undefined],
    [
      '{"silos": {"a": {"tables": {"t": {"csv": "x"}, "t": {"csv": "y"}}}}}',
      'AMALUR_DUPLICATE_NAME',
      'silos.a.tables.t',
      undefined,
    ],
    [
      'silos: { a: { tables: { t: { csv: x, key: [{b: 1, b: 2}] } } } }',
      'AMALUR_DUPLICATE_NAME',
      'silos.a.tables.t.key[0].b',
      undefined,
    ],
  ])('%s is %s at %s', (text, code, field, suggestion) => {
    expect(mistake(text)).toMatchObject({ code, field, ...(suggestion !== undefined && { suggestion }) });
  });

  test('text that is not YAML is told by its line and not quoted', () => {
    const error = mistake('silos:\n  a: "PASSWORD\n  b');
    expect(error).toMatchObject({
      code: 'AMALUR_INVALID_CONFIG',
      message: expect.stringMatching(/line \d/) as string,
    });
    expect(String(error)).not.toContain('PASSWORD');
  });
});
