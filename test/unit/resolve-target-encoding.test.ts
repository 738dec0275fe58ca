import { describe, expect, test } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { encodesByLabels } from '../../core/job/resolved.js';
import { linksOf } from '../../workflows/party-link.js';
import { customers, joining, odd, resolve, united } from '../support/shop-jobs.js';

const EMAIL = 'shop.orders.email';
const encode = (columns: Record<string, unknown> = { [EMAIL]: 'target' }) => ({
  features: { encode: columns },
});

function refusal(change: Record<string, unknown>): AmalurError {
  try {
    resolve(change);
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
}

describe('a column of the base table that is encoded by labels', () => {
  const featureOf = (asked: unknown, features: object = {}) =>
    resolve({ features: { ...features, encode: { [EMAIL]: asked } } }).parties[0]?.features.find(
      ({ name }) => name === 'email',
    );

  test('is one whatever levels it has, with the defaults of all columns where it has no settings of its own', () => {
    expect(featureOf('target')).toEqual({ name: 'email', encoding: 'target' });
    expect(featureOf({ type: 'target', smooth: 'auto', minCount: 1 })).toEqual(featureOf('target'));
    expect(featureOf('target', { scale: 'robust', minCount: 5, maxTextLength: 30 })).toEqual({
      ...{ name: 'email', encoding: 'target', scale: 'robust', minCount: 5, maxTextLength: 30 },
    });
    expect(featureOf({ type: 'target', smooth: 0, scale: 'none', minCount: 2 }, { scale: 'robust' })).toEqual(
      {
        ...{ name: 'email', encoding: 'target', smooth: 0, scale: 'none', minCount: 2 },
      },
    );
  });

  test('may be in a table with others joined to it, also many to many, and with weights', () => {
    for (const change of [
      joining(customers),
      joining(customers, odd),
      { target: { ...base, weight: 'amount' } },
    ])
      expect(encodesByLabels(resolve({ ...change, ...encode() }))).toBe(true);
    expect(encodesByLabels(resolve(joining(customers)))).toBe(false);
  });

  test('has the silo make folds of its rows by their key, for training alone', () => {
    const resolved = resolve({ ...joining(customers), ...encode(), split: { seed: 3 } });
    const links = (purpose: 'training here' | 'training in rounds' | 'inference' | 'explanation') =>
      ['shop', 'crm'].flatMap((silo) =>
        linksOf({ resolved }, silo, { site: 'aggregator', purpose, compared: false, secret: false }).map(
          ({ target }) => target,
        ),
      );
    const folds = { columns: ['order_id'], seed: 3 };
    expect(links('training here')).toEqual([folds, undefined]);
    expect(links('training in rounds')).toEqual([folds, undefined]);
    for (const purpose of ['inference', 'explanation'] as const)
      expect(links(purpose)).toEqual([undefined, undefined]);
  });
});

const base = { base: 'shop.orders', label: { column: 'returned' } };

// prettier-ignore
test.each([
  ['of a joined table', { ...joining(customers), ...encode({ 'crm.customers.city': 'target' }) }, 'features.encode["crm.customers.city"]', 'shop.orders alone'],
  ['of the base table joined once more', { integration: { joins: [{ table: 'shop.orders', as: 'again', on: ['order_id'] }] }, ...encode({ 'shop.again.email': 'target' }) }, 'features.encode["shop.again.email"]', 'shop.orders alone'],
  ['that several tables supply', { ...united({}, { encode: { email: 'target' } }), target: { ...base, label: { column: 'returned' } } }, 'features.encode["email"]', 'alone'],
  ['with many classes', { ...encode(), model: { type: 'softmax-regression' } }, `features.encode["${EMAIL}"]`, 'classes'],
  ['without labels', { ...encode(), task: 'clustering', target: { base: 'shop.orders' }, model: { type: 'k-means', clusters: 3 } }, `features.encode["${EMAIL}"]`, 'a clustering has none'],
  ['with an offset', { ...encode(), target: { ...base, offset: 'amount' } }, `features.encode["${EMAIL}"]`, 'offset'],
  ['with validation', { ...encode(), validation: { folds: 3 } }, 'validation', 'the fold that a model is measured on'],
] as const)('is refused: a column %s', (_, change, field, why) => {
  const { code, field: found, message, suggestion } = refusal(change);
  expect({ code, field: found }).toEqual({ code: 'AMALUR_INVALID_JOB', field });
  expect(message).toContain(why);
  expect(suggestion).toContain('"categorical" or "hash"');
});

test('labels of another table than the base refuse it as well', () => {
  const change = united(
    {
      columns: {
        customer: ['shop.orders.customer', 'shop.archive.client'],
        returned: ['shop.orders.returned', 'shop.archive.sent_back'],
        mine: ['shop.orders.email'],
      },
    },
    { encode: { mine: 'target' }, exclude: ['note', 'flag', 'amount', 'day', 'mood', 'order_id'] },
  );
  const { code, message } = refusal(change);
  expect(code).toBe('AMALUR_INVALID_JOB');
  expect(message).toContain('shop.archive has labels');
});

// prettier-ignore
test.each([
  ['a negative smoothing', { type: 'target', smooth: -1 }, 'AMALUR_INVALID_JOB', '.smooth'],
  ['an unknown smoothing', { type: 'target', smooth: 'much' }, 'AMALUR_INVALID_JOB', '.smooth'],
  ['an indicator', { type: 'target', indicator: true }, 'AMALUR_UNKNOWN_FIELD', '.indicator'],
] as const)('%s is refused at its field', (_, asked, code, at) => {
  expect(() => resolve(encode({ [EMAIL]: asked }))).toThrow(
    expect.objectContaining({ code, field: `features.encode["${EMAIL}"]${at}` }) as Error,
  );
});
