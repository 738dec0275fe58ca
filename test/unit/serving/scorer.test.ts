import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput } from '../../../core/job/schema.js';
import type { Scorer } from '../../../core/serving/scorer.js';
import { compareRows, someTables } from '../../support/served-tables.js';
import { MODEL_TYPES, smallSpec } from '../../support/small-models.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur scorer '));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A snowflake whose columns are encoded in every way, with a key that is computed. */
function jobOf(scenario: 'left' | 'inner', spec: object, encode: Record<string, unknown> = {}): JobInput {
  return {
    ...{
      name: 'served',
      task: 'regression',
      target: { base: 's.fact', label: { column: 'label' }, rowKey: ['id'] },
    },
    integration: {
      scenario,
      joins: [
        { table: 'p.people', on: [{ base: 'person', table: 'key' }] },
        { table: 'p.cities', to: 'p.people', on: [{ base: 'city', table: 'name' }] },
        { table: 'w.shops', on: [{ base: 'lower(alphanumeric(shop))', table: 'code' }] },
      ],
    },
    features: { exclude: ['s.fact.id', 's.fact.person'], encode, indicator: true },
    model: spec,
    strategy: 'factorize',
  } as JobInput;
}

const CURVES = {
  's.fact.amount': { type: 'spline', knots: 3 },
  's.fact.big': { type: 'bins', count: 3 },
  's.fact.day': { type: 'date', cyclic: false },
  's.fact.word': { type: 'hash', buckets: 8 },
  's.fact.moment': { type: 'date', parts: ['hour', 'weekday'] },
  's.fact.shop': 'target',
};

function compare(scenario: 'left' | 'inner', spec: object, encode = {}, secret?: Uint8Array) {
  const whole = smallSpec((spec as { type: 'linear-regression' }).type, spec);
  const job = jobOf(scenario, { type: 'linear-regression' }, encode);
  return compareRows(folder, someTables('orders of a day'), job, whole, secret && { secret });
}

describe('each row, scored by itself, is what an inference over all rows says of it, to the bit', () => {
  test.each(MODEL_TYPES)('by a model of type %s', async (type) => {
    await compare('left', { type });
  });

  test('whatever its columns are encoded as', async () => {
    await compare('left', { type: 'logistic-regression' }, CURVES);
  });

  test('and keys hashed under a secret', async () => {
    await compare('left', { type: 'poisson-regression' }, {}, Uint8Array.from([1, 2, 3]));
  });

  test('a row that an inner join leaves out is refused', async () => {
    const { left, rows } = await compare('inner', { type: 'linear-regression' });
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(rows.length);
  });
});

describe('a row', () => {
  let scorer: Scorer;
  beforeAll(async () => {
    ({ scorer } = await compare('left', { type: 'linear-regression' }));
  });

  test('is told which tables have no row for it; one of NULLs has none', () => {
    expect(scorer.score({}).unmatched).toEqual(['p.people', 'p.cities', 'w.shops']);
    expect(scorer.score({ shop: 'A-1', person: 777 }).unmatched).toEqual(['p.people', 'p.cities']);
    expect(scorer.score({}).predicted).toEqual(scorer.score({ person: null, shop: 'unheard of' }).predicted);
  });

  test('of a category that training has not seen is scored', () => {
    expect(scorer.score({ word: 'never seen' }).predicted['prediction']).toEqual(expect.any(Number));
  });

  test('with a column that the table lacks, or a value of another type, is refused without its value', () => {
    const refused = (row: object) => {
      try {
        scorer.score(row as Record<string, unknown>);
      } catch (error) {
        return error as { code: string; field: string; suggestion: string; message: string };
      }
      return expect.fail('it was scored');
    };
    expect(refused({ amuont: 1 })).toMatchObject({
      ...{ code: 'AMALUR_UNKNOWN_COLUMN', field: 'amuont', suggestion: 'did you mean amount?' },
    });
    const wrong = refused({ person: 'SECRET' });
    expect(wrong).toMatchObject({ code: 'AMALUR_WRONG_TYPE', field: 'person' });
    expect(JSON.stringify([wrong.message, wrong.suggestion])).not.toContain('SECRET');
    expect(refused({ flag: 1 })).toMatchObject({ code: 'AMALUR_WRONG_TYPE', field: 'flag' });
    expect(refused({ toString: 1 })).toMatchObject({ code: 'AMALUR_UNKNOWN_COLUMN' });
  });

  test('may have columns that the model does not use', () => {
    expect(scorer.score({ id: 3, label: 'anything' })).toEqual(scorer.score({}));
  });
});
