import { describe, expect, test } from 'vitest';
import { describeIntegration } from '../../core/integration/describe.js';
import { describeData } from '../../core/planner/data-statistics.js';
import { exchangeWidth, numbersPerRow } from '../../core/planner/operator-costs.js';
import { customers, newest, resolve, sharing, shopTables, united } from '../support/shop-jobs.js';

const statisticsOf = (change: Record<string, unknown>) => {
  const data = describeData(resolve(change), shopTables);
  return { ...data, of: (id: string) => data.parties.find((party) => party.id === id)! };
};

describe('of columns that several tables supply the planner knows', () => {
  test('that T has them once, whatever else their tables have', () => {
    // Shared: amount; of each table alone: one more number, or a text of forty levels.
    const features = {
      include: ['amount', 'shop.orders.order_id', 'crm.customers.age', 'crm.customers.city'],
    };
    const columns = { amount: ['shop.orders.amount', 'crm.customers.amount'] };
    const { targetNumeric, targetCategories, targetColumns } = statisticsOf({
      ...sharing(columns),
      features,
    });
    expect({ targetNumeric, targetCategories, targetColumns }).toEqual({
      ...{ targetNumeric: 3, targetCategories: 1 },
      targetColumns: 3 + 41,
    });
  });

  test('that each group of them has messages of its own', () => {
    const { of } = statisticsOf(sharing({ amount: ['shop.orders.amount', 'crm.customers.amount'] }));
    expect([of('shop.orders').shares, of('crm.customers').shares]).toEqual([2, 2]);
  });

  test('that tokens of cells travel where tables may have the same ones, and not of rows that are only united', () => {
    const { of } = statisticsOf(sharing({ amount: ['shop.orders.amount', 'crm.customers.amount'] }));
    expect(of('crm.customers').cellBytes).toBe(4 * 250 + 16 * 77);
    expect(statisticsOf(united()).of('shop.archive').cellBytes).toBe(0);
  });
});

test('what defines rows is their label, weight and age, and a byte for the side of the split', () => {
  const target = { base: 'shop.orders', label: { column: 'returned' }, weight: 'amount' };
  const { of } = statisticsOf({ ...newest({ 'shop.orders': 'changed' }), target });
  expect(of('shop.orders').rowBytes).toBe(1000 * (8 * 3 + 1));
});

test('the target table takes what its encoded columns take, a date as many numbers as its parts', () => {
  const features = { include: ['shop.orders.day'], encode: { 'shop.orders.day': 'date' } };
  const resolved = resolve({ integration: { joins: [customers] }, features });
  const survey = { rows: 1000, joins: [], patterns: [], overlaps: [] };
  // A year, and sine and cosine of month, day and weekday.
  expect(describeIntegration(resolved, shopTables, survey).redundancy.bytesOfTarget).toBe(1000 * 8 * 7);
});

describe('of a model that learns every value of its label as a class the planner knows', () => {
  const model = { type: 'softmax-regression' } as const;

  test('how many classes travel as columns; of any other model one does', () => {
    expect(statisticsOf({}).classes).toBe(1);
    const { classes } = statisticsOf({ model });
    expect(classes).toBe(2);
    const spec = resolve({ model }).job.model;
    expect(exchangeWidth(spec, { classes: 7 })).toBe(7);
    // m = 20 pairs and the gradient, products of it and residuals, for each class; label and weight.
    expect(numbersPerRow(spec, { classes: 7 })).toBe(7 * (2 * 20 + 1 + 2) + 2);
  });
});
