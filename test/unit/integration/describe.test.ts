import { expect, test } from 'vitest';
import { describeIntegration } from '../../../core/integration/describe.js';
import { archive, customers, odd, persons, resolve, shopTables, united } from '../../support/shop-jobs.js';

test('an integration says in a sentence how each table comes in, with keys as the job computes them', () => {
  const on = [{ base: 'lower(trim(email))', table: 'lower(email)' }];
  const joins = [archive, { ...customers, on }, { ...odd, scenario: 'inner', to: 'crm.customers' }, persons];
  const resolved = resolve(united({ joins }));
  const found = resolved.joins.map(({ party }, at) => ({
    ...{ party, matched: 1000 + at, unmatched: at, unreferenced: 7 },
  }));
  const survey = { rows: 1400, joins: found, patterns: [], overlaps: [] };
  expect(describeIntegration(resolved, shopTables, survey).mappings).toEqual([
    'shop.orders: the base, every row once',
    'shop.archive: its 1,000 rows are added below (union)',
    'crm.customers (left): on lower(trim(shop.orders.email)) = lower(crm.customers.email), or ' +
      'lower(trim(shop.archive.address)) = lower(crm.customers.email); ' +
      '1,001 rows find a match, 1 rows find none, 7 of its rows are not referenced',
    'crm.odd (inner): on crm.customers.customer = crm.odd.customer, each row repeated for every match; ' +
      '1,002 rows find a match, 2 rows without a match are dropped, 7 of its rows are not referenced',
    'crm.links (left): on shop.orders.customer = crm.links.customer, or shop.archive.client = crm.links.customer; ' +
      '1,003 rows find a match, 3 rows find none, 7 of its rows are not referenced',
    'crm.persons (left): on crm.links.person = crm.persons.person; ' +
      '1,004 rows find a match, 4 rows find none, 7 of its rows are not referenced',
  ]);
});
