import { parseJob, resolveJob } from '../../core/job/resolve.js';
import { table } from './profiles.js';

// Orders of a shop, an archive of more, and customers known elsewhere: tables for every way in which a table may come in.

export const shopTables = [
  table(
    'shop',
    'orders',
    1000,
    `order_id integer 1000
     customer text 240
     email text 900 5
     amount number 500
     returned boolean 2
     note text 20
     mood text 1
     flag boolean 2
     day date 300
     changed timestamp 990`,
    [['order_id']],
  ),
  table(
    'shop',
    'archive',
    400,
    `order_id integer 400
     client text 150
     address text 380
     amount integer 300
     sent_back boolean 2
     note integer 20
     mood text 1
     flag integer 2
     constructor integer 9
     day date 100`,
    [['order_id']],
  ),
  table('shop', 'older', 50, 'order_id integer 50\n returned boolean 2\n constructor integer 7'),
  table('shop', 'empty', 0, 'order_id integer 0'),
  table(
    'crm',
    'customers',
    250,
    `customer text 250
     email text 247 3
     age integer 60
     city text 40
     amount number 77
     seen date 200`,
    [['customer']],
  ),
  table('crm', 'links', 190, 'customer text 190\n person text 190\n score number 80', [
    ['customer'],
    ['person'],
  ]),
  table(
    'crm',
    'persons',
    300,
    `person text 300
     age integer 60
     income number 280
     born text 200
     seen timestamp 280`,
    [['person']],
  ),
  table(
    'crm',
    'odd',
    30,
    `customer text 10
     lower(x) text 10
     price_(EUR) text 30
     age text 5
     day text 9`,
  ),
];

export const job = (change: Record<string, unknown> = {}) =>
  parseJob({
    name: 'returns',
    task: 'classification',
    target: { base: 'shop.orders', label: { column: 'returned' } },
    model: { type: 'logistic-regression' },
    ...change,
  });
export const resolve = (change: Record<string, unknown> = {}) => resolveJob(job(change), shopTables);

export const customers = { table: 'crm.customers', on: ['customer'] };
export const archive = { table: 'shop.archive', scenario: 'union' };
export const older = { table: 'shop.older', scenario: 'union' };
export const persons = {
  table: 'crm.persons',
  on: [{ base: 'customer', table: 'person' }],
  through: { table: 'crm.links', base: ['customer'], match: ['person'] },
};
export const odd = { table: 'crm.odd', on: ['customer'], matches: 'all' };

export const joining = (...joins: unknown[]) => ({ integration: { joins } });
/** Orders with those of the archive below, which has two columns under other names and two of other types. */
export const united = (change: Record<string, unknown> = {}, features: Record<string, unknown> = {}) => ({
  integration: {
    joins: [archive],
    columns: {
      customer: ['shop.orders.customer', 'shop.archive.client'],
      email: ['shop.orders.email', 'shop.archive.address'],
      late: ['shop.orders.returned', 'shop.archive.sent_back'],
    },
    ...change,
  },
  features: { exclude: ['note', 'flag'], ...features },
});
export const sharing = (columns: Record<string, unknown>, ...joins: unknown[]) => ({
  integration: { joins: joins.length === 0 ? [customers] : joins, columns },
});
export const newest = (ages: Record<string, unknown>, ...joins: unknown[]) => ({
  integration: { joins: joins.length === 0 ? [customers] : joins, overlap: { newest: ages } },
});
