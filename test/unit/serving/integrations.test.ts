import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobInput, ModelType } from '../../../core/job/schema.js';
import { compareRows, someTables, type Cells } from '../../support/served-tables.js';
import { smallSpec } from '../../support/small-models.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'amalur integrations '));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const people = { table: 'p.people', on: [{ base: 'person', table: 'key' }] };
const cities = { table: 'p.cities', to: 'p.people', on: [{ base: 'city', table: 'name' }] };
const shops = { table: 'w.shops', on: [{ base: 'lower(alphanumeric(shop))', table: 'code' }] };

const TABLES = someTables('orders of another day');
/** Rows of a table with columns more. */
const withColumns = (name: string, more: (row: Cells[number], at: number) => object): Cells =>
  (TABLES[name] ?? []).map((row, at) => ({ ...row, ...more(row, at) }));

function jobOf(integration: JobInput['integration'], change: Partial<JobInput> = {}): JobInput {
  return {
    ...{ name: 'served', task: 'regression' },
    target: { base: 's.fact', label: { column: 'label' }, rowKey: ['id'] },
    integration: { scenario: 'left', ...integration },
    model: { type: 'linear-regression' },
    ...change,
    features: { exclude: ['s.fact.id', 's.fact.person'], indicator: true, ...change.features },
  };
}

interface Case {
  readonly integration: NonNullable<JobInput['integration']>;
  readonly change?: Partial<JobInput>;
  readonly tables?: Readonly<Record<string, Cells>>;
  readonly type?: ModelType;
  readonly warm?: boolean;
}

function compare({ integration, change, tables, type = 'linear-regression', warm = false }: Case) {
  return compareRows(folder, { ...TABLES, ...tables }, jobOf(integration, change), smallSpec(type), { warm });
}

const joins = [people, cities, shops];
/** Rows that are united with those of the base table. */
const more: Cells = (someTables('orders of a third day', 12)['s.fact'] ?? []).map((row, at) => ({
  ...row,
  id: 100 + at,
}));

describe('a row scored by itself is what an inference over all rows says of it, to the bit', () => {
  test.each<[string, Case]>([
    [
      'where the base table owns a cell before another, and another before the base table',
      {
        integration: {
          joins,
          columns: {
            years: ['s.fact.amount', 'p.people.age'],
            sort: ['w.shops.kind', 's.fact.word', 'p.people.city'],
          },
        },
      },
    ],
    [
      'where two other tables supply a column, one of them behind a third',
      { integration: { joins, columns: { extent: ['p.cities.size', 'w.shops.area'] } }, type: 'k-means' },
    ],
    [
      'where an offset is added to its score',
      {
        integration: { joins },
        change: { target: { ...jobOf({}).target, offset: 'exposure' } },
        tables: { 's.fact': withColumns('s.fact', (_, at) => ({ exposure: Math.log(1 + at) })) },
        type: 'poisson-regression',
      },
    ],
    [
      'where its offset is that of another table, if it has a row there',
      {
        integration: { joins, columns: { exposure: ['p.people.exposure', 's.fact.exposure'] } },
        change: { target: { ...jobOf({}).target, offset: 'exposure' } },
        tables: {
          's.fact': withColumns('s.fact', (_, at) => ({ exposure: Math.log(1 + at) })),
          'p.people': withColumns('p.people', (_, at) => ({ exposure: -Math.log(2 + at) })),
        },
        type: 'poisson-regression',
      },
    ],
    [
      'where rows are united with it, and joined by what any of them has',
      {
        integration: { joins: [{ table: 's.more', scenario: 'union' }, ...joins] },
        tables: { 's.more': more },
      },
    ],
    [
      'where other tables add rows of their own',
      { integration: { scenario: 'outer', joins: [people, shops, cities] }, type: 'logistic-regression' },
    ],
    [
      'through a table of matches, of which some rows lead nowhere',
      {
        integration: {
          joins: [
            {
              ...{ table: 'w.shops', on: [{ base: 'shop', table: 'code' }] },
              through: { table: 'w.matches', base: ['name'], match: ['code'] },
            },
          ],
        },
        tables: {
          'w.matches': [
            { name: 'A-1', code: 'a1' },
            { name: 'b-2', code: 'nowhere' },
            { name: ' B-2', code: 'b2' },
            { name: null, code: 'd4' },
          ],
        },
      },
    ],
    [
      'of products of columns of one table, of whatever kinds',
      {
        integration: { joins },
        change: {
          features: {
            interactions: [
              ['s.fact.amount', 's.fact.word'],
              ['s.fact.word', 's.fact.flag'],
              ['s.fact.amount', 's.fact.big'],
              ['p.people.age', 'p.people.city'],
              ['s.fact.shop', 's.fact.day'],
            ],
            encode: {
              's.fact.amount': { type: 'polynomial', degree: 2 },
              's.fact.shop': 'target',
              's.fact.day': { type: 'date', cyclic: false },
            },
          },
        },
      },
    ],
    ...(['logistic-regression', 'softmax-regression', 'k-means', 'nmf'] as const).map(
      (type): [string, Case] => [
        `by a model of type ${type} that began at the parameters of another`,
        { integration: { joins }, type, warm: true },
      ],
    ),
  ])('%s', async (_what, one) => {
    const { left } = await compare(one);
    expect(left).toBe(0);
  });
});
