import { describe, expect, test } from 'vitest';
import { jobSchema } from '../../core/job/schema.js';
import { formatPath, parseWith } from '../../core/parse-with.js';

const job = {
  name: 'late',
  task: 'classification',
  target: { base: 'airline.flights', label: { column: 'arr_delay', atLeast: 15 } },
  integration: { joins: [{ table: 'weather.hourly', on: ['origin', { base: 'a', table: 'b' }] }] },
  model: { type: 'logistic-regression' },
};

/** The job with one field set, `undefined` to take it away. */
function withField(path: readonly PropertyKey[], value: unknown): unknown {
  const copy: unknown = structuredClone(job);
  const last = path.at(-1) ?? '';
  const holder = path
    .slice(0, -1)
    .reduce((at: unknown, step) => (at as Record<PropertyKey, unknown>)[step], copy);
  (holder as Record<PropertyKey, unknown>)[last] = value;
  return JSON.parse(JSON.stringify(copy));
}

describe('parseWith', () => {
  test('fills in defaults', () => {
    expect(parseWith(jobSchema, job, 'job')).toMatchObject({ strategy: 'auto', model: { l2: 0.001 } });
  });

  test.each([
    [['taks'], 1, 'AMALUR_UNKNOWN_FIELD', 'taks', 'did you mean task?'],
    [['model', 'l3'], 1, 'AMALUR_UNKNOWN_FIELD', 'model.l3', 'did you mean l1?'],
    [['model', 'maxRound'], 1, 'AMALUR_UNKNOWN_FIELD', 'model.maxRound', 'did you mean maxRounds?'],
    [
      ['integration', 'joins', 0, 'tabel'],
      1,
      'AMALUR_UNKNOWN_FIELD',
      'integration.joins[0].tabel',
      'did you mean table?',
    ],
    [
      ['integration', 'joins', 0, 'on', 1, 'tabel'],
      1,
      'AMALUR_UNKNOWN_FIELD',
      'integration.joins[0].on[1].tabel',
      'did you mean table?',
    ],
    [['model', 'l2'], 'much', 'AMALUR_WRONG_TYPE', 'model.l2', undefined],
    [['target'], null, 'AMALUR_WRONG_TYPE', 'target', undefined],
    [['strategy'], 3, 'AMALUR_WRONG_TYPE', 'strategy', undefined],
    [['integration', 'joins', 0, 'on', 0], 7, 'AMALUR_WRONG_TYPE', 'integration.joins[0].on[0]', undefined],
    [['strategy'], 'factorise', 'AMALUR_INVALID_JOB', 'strategy', 'did you mean factorize?'],
    [
      ['model', 'type'],
      'logistic',
      'AMALUR_INVALID_JOB',
      'model.type',
      'known: gamma-regression, gaussian-mixture, huber-regression, k-means, linear-regression, logistic-regression, neural-network, nmf, pca, poisson-regression, quantile-regression, softmax-regression',
    ],
    [
      ['model', 'type'],
      'logistic-regresion',
      'AMALUR_INVALID_JOB',
      'model.type',
      'did you mean logistic-regression?',
    ],
    [['model'], undefined, 'AMALUR_INVALID_JOB', 'model', 'expected an object'],
    [['target', 'base'], undefined, 'AMALUR_INVALID_JOB', 'target.base', 'expected a string'],
    [['target', 'base'], 'flights', 'AMALUR_INVALID_JOB', 'target.base', undefined],
    [['target', 'label', 'equals'], 1, 'AMALUR_INVALID_JOB', 'target.label', undefined],
    [['model', 'l2'], -1, 'AMALUR_INVALID_JOB', 'model.l2', undefined],
    [
      ['features'],
      { encode: { 'a.b.c': 'number' } },
      'AMALUR_INVALID_JOB',
      'features.encode["a.b.c"]',
      undefined,
    ],
  ] as const)('%j = %j is %s at %s', (path, value, code, field, suggestion) => {
    expect.assertions(1);
    try {
      parseWith(jobSchema, withField(path, value), 'job');
    } catch (error) {
      expect(error).toMatchObject({ code, field, ...(suggestion !== undefined && { suggestion }) });
    }
  });

  test('of several mistakes the unknown field is told, and how many there are', () => {
    const broken = { ...(withField(['target'], 1) as object), modle: {} };
    expect(() => parseWith(jobSchema, broken, 'job')).toThrow(
      /^modle: there is no such field \(and 1 more\)$/,
    );
  });

  test('something that is not an object at all is a wrong type', () => {
    expect(() => parseWith(jobSchema, [], 'job')).toThrow(
      expect.objectContaining({ code: 'AMALUR_WRONG_TYPE' }) as Error,
    );
    expect(() => parseWith(jobSchema, undefined, 'job')).toThrow(
      expect.objectContaining({ code: 'AMALUR_INVALID_JOB' }) as Error,
    );
  });

  test('paths are written as in code', () => {
    expect(formatPath(['a', 1, 'b-c', 'd.e', 'f'])).toBe('a[1].b-c["d.e"].f');
  });
});
