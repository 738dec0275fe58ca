import fc from 'fast-check';
import { createHmac } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { keyTokens, tokenAt, TOKEN_BYTES, type KeyTokens } from '../../../core/integration/key-tokens.js';
import { requireMatches } from '../../../core/integration/lay-out.js';
import { sha256 } from '../../../core/json.js';
import { dictionaryOf, type Text } from '../../support/arbitrary-tables.js';
import { layOutStar, matchRows } from '../../support/stars.js';

const tokens = (texts: readonly Text[], secret?: Uint8Array): KeyTokens =>
  keyTokens(dictionaryOf(texts), secret);
const match = (base: readonly Text[], dimension: readonly Text[]) =>
  matchRows(tokens(base), tokens(dimension));

/** What matching throws where a model is to be learned. */
function mistake(base: readonly Text[], dimension: readonly Text[]): unknown {
  try {
    const { layout, joins } = layOutStar({
      base: 'airline.flights',
      baseRows: base.length,
      dimensions: [{ party: 'weather.hourly', baseKeys: tokens(base), keys: tokens(dimension) }],
    });
    requireMatches(layout, joins);
    return undefined;
  } catch (error) {
    return error;
  }
}

const texts = fc.array(
  fc.option(fc.constantFrom('', 'a', 'b', 'ab', 'a\0', 'A', '\u00e9', 'e\u0301'), { nil: null }),
  {
    maxLength: 10,
  },
);
const repeats = (keys: readonly Text[]) =>
  keys.filter((key, row) => key !== null && keys.indexOf(key) < row).length;

describe('matching', () => {
  test('finds the one row of equal key, as nested loops do', () => {
    const unique = texts.map((keys) => keys.filter((key, row) => key === null || keys.indexOf(key) === row));
    fc.assert(
      fc.property(texts, unique, (base, dimension) => {
        const naive = base.map((key) =>
          dimension.findIndex((candidate) => key !== null && candidate !== null && candidate === key),
        );
        const matched = naive.filter((row) => row >= 0).length;
        expect(match(base, dimension)).toEqual({ rows: Int32Array.from(naive), matched });
      }),
      { numRuns: 500 },
    );
  });

  test('NULL matches nothing, not even NULL, and may repeat', () => {
    expect(match([null, 'a', null], [null, 'a', null])).toEqual({
      rows: Int32Array.of(-1, 1, -1),
      matched: 1,
    });
  });

  test('the base may repeat a key', () => {
    expect(match(['a', 'b', 'a'], ['b', 'a']).rows).toEqual(Int32Array.of(1, 0, 1));
  });

  test('a value that only a dictionary still has matches nothing', () => {
    const gone = keyTokens({ codes: Int32Array.of(1), values: ['a', 'b'] });
    expect(matchRows(tokens(['a', 'b']), gone).rows).toEqual(Int32Array.of(-1, 0));
  });

  test('one row on either side is enough', () => {
    expect(match(['a'], ['a'])).toEqual({ rows: Int32Array.of(0), matched: 1 });
  });

  test('a key that repeats on the "one" side is refused, whether or not a row asks for it', () => {
    fc.assert(
      fc.property(texts, texts, (base, dimension) => {
        const count = repeats(dimension);
        fc.pre(count > 0);
        expect(mistake(base, dimension)).toMatchObject({
          code: 'AMALUR_REPEATED_KEY',
          field: 'integration.joins[0]',
          message: expect.stringMatching(new RegExp(`weather\\.hourly .*\\b${count} rows`)) as string,
        });
      }),
    );
  });

  test.each<[string, Text[], Text[]]>([
    ['an empty dimension', ['a'], []],
    ['a base key that is NULL in every row', [null, null], ['a']],
    ['a dimension key that is NULL in every row', ['a'], [null]],
    ['keys of which none is in both', ['a', 'A'], ['b']],
  ])('nothing is learned from %s, and the table is named', (_what, base, dimension) => {
    expect(match(base, dimension)).toEqual({ rows: new Int32Array(base.length).fill(-1), matched: 0 });
    expect(mistake(base, dimension)).toMatchObject({
      code: 'AMALUR_EMPTY_JOIN',
      field: 'integration.joins[0]',
      message: expect.stringContaining('weather.hourly') as string,
    });
  });

  test('an empty base table lacks rows, not matches', () => {
    expect(mistake([], ['a'])).toBeUndefined();
  });

  test('no message quotes a key', () => {
    const errors = [mistake(['SECRET-KEY'], ['SECRET-KEY', 'SECRET-KEY']), mistake(['SECRET-KEY'], [])];
    for (const error of errors) {
      expect(error).toBeInstanceOf(AmalurError);
      expect(JSON.stringify([String(error), error])).not.toContain('SECRET-KEY');
    }
  });
});

describe('key tokens', () => {
  test('equal keys have equal tokens, different keys different ones', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 20 }), (values) => {
        const all = keyTokens({ codes: new Int32Array(0), values }).tokens;
        expect(all.length).toBe(values.length * TOKEN_BYTES);
        const each = values.map((_, at) => tokenAt(all, at));
        expect(new Set(each).size).toBe(values.length);
        values.forEach((value, at) => {
          expect(tokenAt(keyTokens({ codes: new Int32Array(0), values: [value] }).tokens, 0)).toBe(each[at]);
        });
      }),
    );
  });

  test('they are the first bytes of SHA-256, or of HMAC-SHA-256 under the secret', () => {
    const hex = ({ tokens: bytes }: KeyTokens) => Buffer.from(bytes).toString('hex');
    const secret = Buffer.from('secret of a run');
    expect(hex(tokens(['3:EWR']))).toBe(sha256('3:EWR').slice(0, 2 * TOKEN_BYTES));
    expect(hex(tokens(['3:EWR'], secret))).toBe(
      createHmac('sha256', secret)
        .update('3:EWR')
        .digest('hex')
        .slice(0, 2 * TOKEN_BYTES),
    );
  });

  test('under another secret, or none, no token is the same', () => {
    const keys = Array.from({ length: 100 }, (_, i) => `key ${i}`);
    const sets = [undefined, Buffer.from('a'), Buffer.from('b')].map((secret) => {
      const { tokens: bytes } = tokens(keys, secret);
      return keys.map((_, at) => tokenAt(bytes, at));
    });
    expect(new Set(sets.flat()).size).toBe(300);
  });

  test('a token is read from a view at any offset', () => {
    const { tokens: bytes } = tokens(['a', 'b']);
    const shifted = new Uint8Array(bytes.length + 5);
    shifted.set(bytes, 5);
    expect(tokenAt(shifted.subarray(5), 1)).toBe(tokenAt(bytes, 1));
  });
});
