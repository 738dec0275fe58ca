import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyIn, numberIn, textIn } from '../../../core/serving/cells.js';
import { openSource } from '../../../core/sources/index.js';
import type { ColumnType } from '../../../core/sources/profile.js';
import type { KeyFunction } from '../../../core/sources/key-column.js';

// A cell that comes as JSON has to give what its source makes of it: what DuckDB reads is the reference.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur cells '));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Cells as a CSV file has them; all fit the type. */
const CELLS: Readonly<Record<Exclude<ColumnType, 'other'>, readonly string[]>> = {
  integer: ['0', '7', '-12', '9007199254740991', '9223372036854775807', '-9223372036854775808'],
  number: [
    ...['0.1', '-0.0', '1.5', '3.0', '1e15', '123456789012345680.0', '8.9e18', '9.1e18', '1e21', '1.25e300'],
    ...['0.0001', '0.00012345', '0.00001', '1e-7', '-2.5e-5', '0.30000000000000004', '5e-324', '1e16'],
    ...['1234567.891', '-1e-10', '12345678901234567.5', '4503599627370497.5'],
  ],
  boolean: ['true', 'false'],
  date: ['1970-01-01', '2013-01-31', '1969-12-31', '0001-01-01', '9999-12-31', '2024-02-29'],
  timestamp: [
    ...[
      '2013-01-31T05:00:00Z',
      '2013-01-31 05:00:00',
      '1969-12-31T23:59:59.999999Z',
      '2013-06-01T00:00:00+02:00',
    ],
    ...[
      '2013-01-31T05:00:00.5',
      '0001-01-01 00:00:00',
      '9999-12-31 23:59:59.000001',
      '2013-01-31T05:00:00-05:30',
    ],
  ],
  text: [
    'a',
    'Ab C',
    ' trimmed  ',
    '\ttab\t',
    'Straße',
    'ÄÖÜ-é',
    '12-34 x',
    'İı',
    '日本 5',
    '-',
    '"q"',
    'ǆ',
    '½',
    'ᾳ ῃ ᾀ ᾯ',
    'ﬀ ŉ ΐ ᾷ',
  ],
};

const asJson: Readonly<Record<string, (cell: string) => unknown>> = {
  integer: (cell) => (Number.isSafeInteger(Number(cell)) ? Number(cell) : cell),
  number: Number,
  boolean: (cell) => cell === 'true',
};

const FUNCTIONS: readonly (readonly KeyFunction[])[] = [
  [],
  ['lower'],
  ['upper'],
  ['trim'],
  ['digits'],
  ['alphanumeric'],
  ['trim', 'lower', 'digits'],
];

describe.each(Object.entries(CELLS))('a cell of type %s', (name, cells) => {
  const type = name as ColumnType;
  const value = (cell: string) => (asJson[type] ?? String)(cell);
  const functions = type === 'date' || type === 'timestamp' ? [...FUNCTIONS, ['date'] as const] : FUNCTIONS;

  test('is the number, the category and the key that its source makes of it', async () => {
    const file = path.join(folder, `${type}.csv`);
    const lines = cells.map((cell) => `"${cell.replaceAll('"', '""')}"`);
    await writeFile(file, `${['v', ...lines].join('\n')}\n`);
    const source = openSource({ name: 't', location: { kind: 'csv', path: file } });
    expect((await source.profile()).columns[0]?.type).toBe(type);
    const read = await source.read({
      numeric: type === 'text' ? [] : ['v'],
      categorical: ['v'],
      keys: Object.fromEntries(functions.map((apply) => [apply.join() || 'plain', [{ column: 'v', apply }]])),
    });
    if (type !== 'text') {
      expect(cells.map((cell) => numberIn(type, value(cell)))).toEqual([...(read.numeric.get('v') ?? [])]);
    }
    const { codes, values } = read.categorical.get('v')!;
    expect(cells.map((cell) => textIn(type, value(cell), 'category'))).toEqual(
      [...codes].map((code) => values[code]),
    );
    for (const apply of functions) {
      const key = read.keys.get(apply.join() || 'plain')!;
      const written = cells.map((cell) => {
        const text = keyIn(type, value(cell), apply);
        return text === null || text === undefined ? undefined : `${String(Buffer.byteLength(text))}:${text}`;
      });
      expect(written, apply.join()).toEqual([...key.codes].map((code) => key.values[code]));
    }
  });
});

test('NULL, and what is left out, is NULL in every type', () => {
  for (const type of Object.keys(CELLS) as ColumnType[]) {
    expect(numberIn(type, null)).toBeNaN();
    expect([textIn(type, undefined, 'key'), keyIn(type, null, ['lower'])]).toEqual([null, null]);
  }
});

test.each<[ColumnType, unknown]>([
  ['integer', 1.5],
  ['integer', 1e20],
  ['integer', '007'],
  ['integer', true],
  ['number', '0.5'],
  ['number', Infinity],
  ['number', [1]],
  ['boolean', 1],
  ['boolean', 'true'],
  ['text', 7],
  ['text', {}],
  ['date', '2013-02-30'],
  ['date', '2013-1-3'],
  ['date', 15000],
  ['timestamp', '2013-01-31T25:00:00Z'],
  ['timestamp', 'yesterday'],
  ['timestamp', 1357016400],
])('a cell of type %s is not %j', (type, value) => {
  expect(textIn(type, value, 'key')).toBeUndefined();
  expect(keyIn(type, value, ['lower'])).toBeUndefined();
});

test('a text that is asked for as a number has to spell one', () => {
  expect([numberIn('text', ' -1.5e3 '), numberIn('text', 'x'), numberIn('text', '1e999')]).toEqual([
    -1500,
    undefined,
    undefined,
  ]);
});
