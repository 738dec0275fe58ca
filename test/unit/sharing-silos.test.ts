import { expect, test } from 'vitest';
import { describeData } from '../../core/planner/data-statistics.js';
import { customers, persons, resolve, sharing, shopTables, united } from '../support/shop-jobs.js';

const sharingSilos = (job: Record<string, unknown>) => describeData(resolve(job), shopTables).sharingSilos;

// Federate has the aggregator in the silo of the base table, where shared columns are trained.

test('parameters leave a silo that supplies columns of T with another one', () => {
  const amounts = sharing({ amount: ['shop.orders.amount', 'crm.customers.amount'] });
  expect(sharingSilos(amounts)).toEqual(['shop', 'crm']);
});

test('they leave a silo of which two tables supply columns, if the base table is elsewhere', () => {
  expect(
    sharingSilos(sharing({ age: ['crm.customers.age', 'crm.persons.age'] }, customers, persons)),
  ).toEqual(['crm']);
});

test('they stay where the tables are in the silo of the base table', () => {
  expect(sharingSilos(united())).toEqual([]);
});
