import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { jsonErrorOffset } from '../../../client/cli/json-position.js';
import { parseText } from '../../../client/cli/job-file.js';
import { AmalurError } from '../../../core/errors.js';

function errorOf(text: string, isJson = true): AmalurError {
  try {
    parseText(text, 'job.json', isJson);
  } catch (error) {
    if (error instanceof AmalurError) return error;
  }
  throw new Error('was accepted');
}

describe('a job file', () => {
  test('that is not JSON is refused with line and column', () => {
    expect(errorOf('{\n  "a": 1,\n  "b": 2,\n}').message).toContain('line 4, column 1');
    expect(errorOf('{\n  "a": 1\n  "b": 2\n}').message).toContain('line 3, column 3');
    expect(errorOf('{"a": [1, 2').message).toContain('line 1, column 12');
    expect(errorOf("{'a': 1}").message).toContain('line 1, column 2');
    expect(errorOf('').code).toBe('AMALUR_INVALID_JOB');
  });

  test('that names a field twice is refused', () => {
    expect(errorOf('{"a": 1,\n "b": 2,\n "a": 3}').message).toBe(
      'job.json, line 3, column 2: this field is there twice',
    );
    expect(errorOf('a: 1\na: 2\n', false).message).toContain('line 2, column 1');
  });

  test('is read as JSON and as YAML alike', () => {
    expect(parseText('{"a": [1, 2.5e-3, "x\\u0041", null, true]}', 'j.json', true)).toEqual({
      a: [1, 0.0025, 'xA', null, true],
    });
    expect(parseText('a: [1, 0.0025]\n', 'j.yaml', false)).toEqual({ a: [1, 0.0025] });
  });
});

test('the place of a mistake is found exactly where JSON.parse refuses a text', () => {
  const broken = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, put]) => {
    const place = at % (text.length + 1);
    return text.slice(0, place) + put + text.slice(place + 1);
  });
  fc.assert(
    fc.property(fc.oneof(fc.json(), broken), (text) => {
      let valid = true;
      try {
        JSON.parse(text);
      } catch {
        valid = false;
      }
      expect(jsonErrorOffset(text) === undefined).toBe(valid);
    }),
    { numRuns: 2000 },
  );
});
