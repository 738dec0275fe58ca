import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keyTokens } from '../../../core/integration/key-tokens.js';
import { parseKeyExpression } from '../../../core/job/key-expression.js';
import { openSource, type TableDefinition } from '../../../core/sources/index.js';
import { matchRows } from '../../support/stars.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-keys-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Texts = readonly (string | null)[];

let files = 0;
/** The key of each row of a CSV file with one column `x`, by an expression such as `lower(x)`. */
async function keyOf(expression: string, cells: Texts, computed: TableDefinition['computed'] = {}) {
  const path = join(folder, `${files++}.csv`);
  const quoted = cells.map((cell) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`));
  await writeFile(path, ['x,row', ...quoted.map((cell, row) => `${cell},${row}`)].join('\n') + '\n');
  const source = openSource({ name: 'table', location: { kind: 'csv', path }, computed });
  const key = [parseKeyExpression(expression, (name) => ['x', ...Object.keys(computed)].includes(name))];
  const { keys } = await source.read({ numeric: [], categorical: [], keys: { key } });
  return keys.get('key') ?? expect.fail('the key was not read');
}

/** The texts that are compared, without their lengths. */
async function computedTexts(...args: Parameters<typeof keyOf>): Promise<Texts> {
  const { codes, values } = await keyOf(...args);
  return Array.from(codes, (code) => values[code]?.replace(/^\d+:/, '') ?? null);
}

describe('a key is computed as by hand, NULL where the cell is NULL', () => {
  const words = ['Zoë MÜLLER', null, ' a  B ', 'ÉCOLE-12', '+31 (0)6 12-34', '١٢ 日本', '--'];
  test.each<[string, Texts]>([
    ['lower(x)', ['zoë müller', null, ' a  b ', 'école-12', '+31 (0)6 12-34', '١٢ 日本', '--']],
    ['upper(x)', ['ZOË MÜLLER', null, ' A  B ', 'ÉCOLE-12', '+31 (0)6 12-34', '١٢ 日本', '--']],
    ['trim(x)', ['Zoë MÜLLER', null, 'a  B', 'ÉCOLE-12', '+31 (0)6 12-34', '١٢ 日本', '--']],
    ['digits(x)', [null, null, null, '12', '31061234', null, null]],
    ['alphanumeric(x)', ['ZoëMÜLLER', null, 'aB', 'ÉCOLE12', '31061234', '١٢日本', null]],
    ['upper(alphanumeric(lower(x)))', ['ZOËMÜLLER', null, 'AB', 'ÉCOLE12', '31061234', '١٢日本', null]],
  ])('%s of text', async (expression, expected) => {
    expect(await computedTexts(expression, words)).toEqual(expected);
  });

  test.each<[string, Texts, Texts]>([
    ['lower(x)', ['7', '10', null], ['7', '10', null]],
    ['lower(x)', ['7.50', '1e3', null], ['7.5', '1000', null]],
    ['upper(x)', ['true', 'false', null], ['TRUE', 'FALSE', null]],
    ['digits(x)', ['2024-03-31', null], ['20240331', null]],
    ['trim(x)', ['2024-03-31 01:30:00', null], ['2024-03-31T01:30:00Z', null]],
  ])('%s of what is no text: %j', async (expression, cells, expected) => {
    expect(await computedTexts(expression, cells)).toEqual(expected);
  });

  test.each<[string, Texts, Texts]>([
    ['dates', ['2024-03-31', '1969-12-31', null], ['2024-03-31', '1969-12-31', null]],
    [
      'timestamps',
      ['2024-03-31 23:59:59.999', '1969-12-31 00:00:00', null],
      ['2024-03-31', '1969-12-31', null],
    ],
    [
      'text that spells both, and some that spells none',
      [
        '2024-03-31',
        '2024-03-31 23:59:59',
        ' 2024-03-31 ',
        '2024-02-30',
        '31.3.2024',
        'soon',
        '20240331',
        null,
      ],
      ['2024-03-31', '2024-03-31', null, null, null, null, null, null],
    ],
    [
      'text with a zone, at the day in UTC',
      ['2024-03-31T23:30:00Z', '2024-03-31T23:30:00-02:00', '2024-03-31 01:00:00+02', 'x'],
      ['2024-03-31', '2024-04-01', '2024-03-30', null],
    ],
  ])('date(x) of %s', async (_what, cells, expected) => {
    expect(await computedTexts('date(x)', cells)).toEqual(expected);
  });

  test('date(x) of an instant with a zone is its day in UTC', async () => {
    const computed = { at: "(x || '+02')::TIMESTAMPTZ" };
    const texts = await computedTexts('date(at)', ['2024-03-31 01:00:00', '2024-03-31 03:00:00'], computed);
    expect(texts).toEqual(['2024-03-30', '2024-03-31']);
  });

  test('date(trim(x)) of a text with spaces around', async () => {
    expect(await computedTexts('date(trim(x))', [' 2024-03-31 ', ' '])).toEqual(['2024-03-31', null]);
  });

  test('date(x) of a number is no date', async () => {
    expect(await computedTexts('date(x)', ['20240331', '7', null])).toEqual([null, null, null]);
  });
});

describe('rows match', () => {
  const match = async (base: Parameters<typeof keyOf>, other: Parameters<typeof keyOf>) =>
    Array.from(matchRows(keyTokens(await keyOf(...base)), keyTokens(await keyOf(...other))).rows);

  test('by what is computed on either side, NULL and what is no date matching nothing', async () => {
    expect(
      await match(
        ['lower(trim(x))', [' Ann@x.org', 'bob@X.ORG ', null, 'cid@x.org']],
        ['lower(x)', ['BOB@x.org', null, 'ann@x.org']],
      ),
    ).toEqual([2, 0, -1, -1]);
    expect(
      await match(
        ['date(x)', ['2024-03-31 01:00:00', 'soon', null, '2024-04-01']],
        ['date(x)', ['soon', '2024-04-01', null, 'never', '2024-03-31']],
      ),
    ).toEqual([4, -1, -1, 1]);
  });

  test('a computed key with a column as it is: text with text, a day with a date, a number with its digits', async () => {
    expect(await match(['lower(x)', ['A', 'b']], ['x', ['b', 'a']])).toEqual([1, 0]);
    expect(
      await match(
        ['date(x)', ['2024-03-31 05:00:00', '2024-01-01 00:00:00']],
        ['x', ['2024-01-01', '2024-03-31']],
      ),
    ).toEqual([1, 0]);
    expect(await match(['digits(x)', ['no. 7', 'no. 8']], ['digits(x)', ['8', '7']])).toEqual([1, 0]);
  });
});
