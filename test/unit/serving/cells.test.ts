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
    ...[
      '\u00a0\u1680a b\u2000\u200a ',
      '\u202f\u205fb\u3000',
      '\u3000',
      '\u200bnone\ufeff',
      ' \tinner\u00a0\n',
    ],
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
  // As a key a whole number that JSON would round has to be text.
  number: (cell) => {
    const value = Number(cell);
    if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    return value < 9e18 ? BigInt(value).toString() : value.toExponential();
  },
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
  ['number', '0.50'],
  ['number', '.5'],
  ['number', '-0'],
  ['number', '1e-5'],
  ['number', '1e+999'],
  ['number', 9007199254740993],
  ['number', 1e19],
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

test('an exact decimal that is sent as text keeps every digit as a key and as a category', async () => {
  const cells = [
    '0.00001',
    '9007199254740993',
    '10000000000000000000',
    '-1.5',
    '0',
    '100',
    '12345678901234567.25',
  ];
  const file = path.join(folder, 'decimals.csv');
  await writeFile(file, `${['v', ...cells.map((cell) => `"${cell}x"`)].join('\n')}\n`);
  const computed = { d: "CAST(rtrim(v, 'x') AS DECIMAL(30, 5))" };
  const source = openSource({ name: 't', location: { kind: 'csv', path: file }, computed });
  expect((await source.profile()).columns.find((column) => column.name === 'd')?.type).toBe('number');
  const keys = { d: [{ column: 'd', apply: [] }], digits: [{ column: 'd', apply: ['digits' as const] }] };
  const read = await source.read({ numeric: ['d'], categorical: ['d'], keys });
  expect(cells.map((cell) => numberIn('number', cell))).toEqual([...(read.numeric.get('d') ?? [])]);
  const { codes, values } = read.categorical.get('d')!;
  expect(cells.map((cell) => textIn('number', cell, 'category'))).toEqual(
    [...codes].map((code) => values[code]),
  );
  for (const [name, [part]] of Object.entries(keys)) {
    const key = read.keys.get(name)!;
    const texts = cells.map((cell) => keyIn('number', cell, part!.apply) ?? '');
    expect(texts.map((text) => `${String(text.length)}:${text}`)).toEqual(
      [...key.codes].map((code) => key.values[code]),
    );
  }
});

test('a whole number is no fraction, as a feature too', () => {
  expect([numberIn('integer', 1.5), numberIn('integer', Infinity), numberIn('integer', 3)]).toEqual([
    ...[undefined, undefined, 3],
  ]);
});

test('a text is the number that its source takes it for', async () => {
  const spelled = [' 1', '\t-.5\t', '\v5.\f', '+1e3', '7', '1.25E-2 '];
  const others = ['1\u00a0', '1e', '.', '1 1', '\u30001', '1x', '\ufeff2', '0x1'];
  const numbersOf = async (cells: readonly string[]) => {
    const file = path.join(folder, 'spelled.csv');
    await writeFile(file, `${['v', ...cells.map((cell) => `"${cell}|"`)].join('\n')}\n`);
    const computed = { text: "rtrim(v, '|')" };
    const source = openSource({ name: 't', location: { kind: 'csv', path: file }, computed });
    return [
      ...((await source.read({ numeric: ['text'], categorical: [], keys: {} })).numeric.get('text') ?? []),
    ];
  };
  expect(spelled.map((cell) => numberIn('text', cell))).toEqual(await numbersOf(spelled));
  for (const cell of others) {
    expect(numberIn('text', cell), cell).toBeUndefined();
    await expect(numbersOf([cell]), cell).rejects.toThrow('has 1 cells that are not finite numbers');
  }
});

test('a text of a hundred thousand characters is read in no more than its length', () => {
  const began = performance.now();
  expect(numberIn('text', `${'1'.repeat(1e5)}x`)).toBeUndefined();
  expect(keyIn('text', `a${' '.repeat(1e5)}b`, ['trim'])).toHaveLength(1e5 + 2);
  expect(textIn('number', `0.${'0'.repeat(1e5)}`, 'key')).toBeUndefined();
  expect(performance.now() - began).toBeLessThan(500);
});

test('a text that is asked for as a number has to spell one', () => {
  expect([numberIn('text', ' -1.5e3 '), numberIn('text', 'x'), numberIn('text', '1e999')]).toEqual([
    -1500,
    undefined,
    undefined,
  ]);
});
