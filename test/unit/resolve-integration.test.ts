import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseKeyExpression, writeKeyColumn } from '../../core/job/key-expression.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import { mayOverlap, originsOf, shareId, type ResolvedJob } from '../../core/job/resolved.js';
import { canonicalJson } from '../../core/json.js';
import { KEY_FUNCTIONS } from '../../core/sources/key-column.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';
import {
  archive,
  customers,
  job,
  joining,
  odd,
  older,
  persons,
  resolve,
  sharing,
  shopTables,
  united,
} from '../support/shop-jobs.js';

const featuresOf = ({ groups }: ResolvedJob) =>
  Object.fromEntries(groups.map(({ id, features }) => [id, features.map(({ name }) => name)]));
const joinOf = ({ joins }: ResolvedJob, party: string) => joins.find((join) => join.party === party);
const keyOf = (resolved: ResolvedJob, party: string) => {
  const join = joinOf(resolved, party);
  return {
    to: join?.to.map((left) => `${left.party}: ${left.columns.map(writeKeyColumn).join()}`),
    columns: join?.columns.map(writeKeyColumn).join(),
  };
};

describe('what a job leaves out is filled in', () => {
  it('a left join to the base by a key that does not repeat, the first source as owner, fifty million rows', () => {
    expect(job({ integration: {} }).integration).toEqual({
      scenario: 'left',
      joins: [],
      columns: {},
      overlap: 'first',
      maxRows: 50_000_000,
    });
    expect(job().integration).toEqual(job({ integration: {} }).integration);
    expect(resolve(joining(customers)).joins).toEqual([
      {
        party: 'crm.customers',
        scenario: 'left',
        to: [{ party: 'shop.orders', columns: [{ column: 'customer', apply: [] }] }],
        columns: [{ column: 'customer', apply: [] }],
        matches: 'one',
        field: 'integration.joins[0]',
      },
    ]);
  });

  it("a table comes in by the integration's scenario unless it has one of its own", () => {
    const { joins } = resolve({
      integration: { scenario: 'outer', joins: [customers, { ...odd, scenario: 'inner' }] },
    });
    expect(joins.map(({ scenario, matches }) => [scenario, matches])).toEqual([
      ['outer', 'one'],
      ['inner', 'all'],
    ]);
  });
});

describe('tables come in', () => {
  it('to an earlier table by `to`, else to the base and all that was united with it before', () => {
    const resolved = resolve(
      united({
        joins: [
          archive,
          customers,
          { ...odd, to: 'crm.customers' },
          { ...odd, as: 'more', to: 'shop.orders' },
          older,
        ],
      }),
    );
    expect(keyOf(resolved, 'crm.customers').to).toEqual(['shop.orders: customer', 'shop.archive: client']);
    expect(keyOf(resolved, 'crm.odd').to).toEqual(['crm.customers: customer']);
    expect(keyOf(resolved, 'crm.more').to).toEqual(['shop.orders: customer']);
    expect(joinOf(resolved, 'shop.older')).toMatchObject({ scenario: 'union', to: [], columns: [] });
  });

  it('through a table of matches, which has no features and brings no rows', () => {
    for (const [scenario, first] of [
      ['left', 'left'],
      ['inner', 'inner'],
      ['outer', 'left'],
    ]) {
      const resolved = resolve(joining({ ...persons, scenario, matches: 'all' }));
      expect(resolved.parties.map(({ id }) => id)).toEqual(['shop.orders', 'crm.links', 'crm.persons']);
      expect(resolved.joins).toMatchObject([
        { party: 'crm.links', scenario: first, matches: 'all', leadsTo: 'crm.persons' },
        { party: 'crm.persons', scenario, matches: 'one' },
      ]);
      expect(keyOf(resolved, 'crm.links')).toEqual({ to: ['shop.orders: customer'], columns: 'customer' });
      expect(keyOf(resolved, 'crm.persons')).toEqual({ to: ['crm.links: person'], columns: 'person' });
      expect(Object.keys(featuresOf(resolved))).toEqual(['crm.persons', 'shop.orders']);
      expect(originsOf(resolved).map(({ id }) => id)).toEqual(
        scenario === 'outer' ? ['shop.orders', 'crm.persons'] : ['shop.orders'],
      );
    }
  });

  it('and those that bring rows have a row key: what the job says where they have it, else their own', () => {
    const integration = { joins: [archive, { ...customers, scenario: 'outer' }, persons] };
    const target = { base: 'shop.orders', label: { column: 'returned' }, rowKey: ['order_id', 'day'] };
    expect(resolve({ ...united(integration), target }).parties.map(({ id, rowKey }) => [id, rowKey])).toEqual(
      [
        ['shop.orders', ['order_id', 'day']],
        ['shop.archive', ['order_id', 'day']],
        ['crm.customers', ['customer']],
        ['crm.links', []],
        ['crm.persons', []],
      ],
    );
  });
});

describe('keys can be computed', () => {
  it('by functions from the inside out, on either side and in united tables under their own names', () => {
    const on = [{ base: 'lower(trim(email))', table: ' lower( email ) ' }];
    expect(keyOf(resolve(united({ joins: [archive, { ...customers, on }] })), 'crm.customers')).toEqual({
      to: ['shop.orders: lower(trim(email))', 'shop.archive: lower(trim(address))'],
      columns: 'lower(email)',
    });
  });

  it('of a column that looks like a call, which is taken by its name first', () => {
    const keys = (text: string) =>
      keyOf(resolve(joining({ ...odd, on: [{ base: 'email', table: text }] })), 'crm.odd').columns;
    const parsed = (text: string) =>
      joinOf(resolve(joining({ ...odd, on: [{ base: 'email', table: text }] })), 'crm.odd')?.columns;
    expect(parsed('lower(x)')).toEqual([{ column: 'lower(x)', apply: [] }]);
    expect(parsed('trim(lower(x))')).toEqual([{ column: 'lower(x)', apply: ['trim'] }]);
    expect(keys('trim(lower(x))')).toBe('trim(lower(x))');
  });

  it('so that a number meets text and a text a date', () => {
    const on = [{ base: 'digits(order_id)', table: 'digits(email)' }];
    expect(keyOf(resolve(joining({ ...customers, on })), 'crm.customers').columns).toBe('digits(email)');
    const days = [{ base: 'day', table: 'date(day)' }];
    expect(keyOf(resolve(joining({ ...odd, on: days })), 'crm.odd').columns).toBe('date(day)');
  });

  it('are written as they are read', () => {
    const names = fc.constantFrom('email', 'a b', 'lower', 'date of birth', 'é');
    fc.assert(
      fc.property(names, fc.array(fc.constantFrom(...KEY_FUNCTIONS), { maxLength: 4 }), (column, apply) => {
        const known = (name: string) => name === column;
        expect(parseKeyExpression(writeKeyColumn({ column, apply }), known)).toEqual({ column, apply });
      }),
    );
  });

  it('and are no key twice, where a proof of that or its contrary is at hand; what may be no date is left to the run', () => {
    const on = (table: string) => [{ base: table.startsWith('date') ? 'day' : 'email', table }];
    const joined = (text: string, rest: object = {}) =>
      resolve(joining({ ...odd, matches: 'one', on: on(text), ...rest }));
    expect(() => joined('lower(price_(EUR))')).not.toThrow();
    expect(() => joined('lower(lower(x))')).toThrow(
      /repeats its key \(lower\(lower\(x\)\)\): 20 of its 30 rows/,
    );
    expect(() => joined('lower(lower(x))', { matches: 'all' })).not.toThrow();
    expect(() => joined('date(day)')).not.toThrow();
  });
});

describe('columns that several tables supply', () => {
  it('are one column of T, named by the job or, in united tables, by themselves; the rest stays with its table', () => {
    const resolved = resolve(united());
    expect(featuresOf(resolved)).toEqual({
      'shop.archive': ['constructor'],
      'shop.orders+shop.archive': ['order_id', 'customer', 'amount', 'mood'],
    });
    expect(resolved.groups[1]?.shares).toEqual([
      { party: 'shop.orders', columns: ['order_id', 'customer', 'amount', 'mood'] },
      { party: 'shop.archive', columns: ['order_id', 'client', 'amount', 'mood'] },
    ]);
    expect(resolved.parties.map(({ features }) => features.map(({ name }) => name))).toEqual([
      ['order_id', 'customer', 'amount', 'mood'],
      ['constructor', 'order_id', 'client', 'amount', 'mood'],
    ]);
    expect(resolved.groups.some((group) => mayOverlap(group, resolved.joins))).toBe(false);
  });

  it('are united by whatever name, also one that every object has', () => {
    expect(featuresOf(resolve(united({ joins: [archive, older] })))).toMatchObject({
      'shop.archive+shop.older': ['constructor'],
      'shop.orders+shop.archive+shop.older': ['order_id'],
    });
  });

  it('belong to their sources in the order of the job', () => {
    const columns = { spent: ['crm.customers.amount', 'shop.orders.amount'] };
    const resolved = resolve(sharing(columns));
    const group = resolved.groups.find(({ id }) => id === 'crm.customers+shop.orders') ?? expect.fail();
    expect(group).toMatchObject({ features: [{ name: 'spent', encoding: 'numeric' }] });
    expect(group.shares.map(({ party }) => party)).toEqual(['crm.customers', 'shop.orders']);
    expect(mayOverlap(group, resolved.joins)).toBe(true);
    expect(shareId(group, 'shop.orders')).toBe('crm.customers+shop.orders/shop.orders');
    expect(shareId({ id: 'shop.orders' }, 'shop.orders')).toBe('shop.orders');
  });

  it('of whole numbers and others are numbers; of one value each they may still differ', () => {
    const [, group] = resolve(united()).groups;
    expect(group?.features).toEqual(
      expect.arrayContaining([
        { name: 'amount', encoding: 'numeric' },
        { name: 'mood', encoding: 'categorical' },
      ]),
    );
  });

  it('have the key of rows that only the joined table has, though its own key column repeats that of the base', () => {
    const integration = { scenario: 'outer', joins: [customers] };
    expect(featuresOf(resolve({ integration }))['crm.customers']).not.toContain('customer');
    const columns = { who: ['crm.customers.customer', 'shop.orders.customer'] };
    expect(featuresOf(resolve({ integration: { ...integration, columns } }))).toMatchObject({
      'crm.customers+shop.orders': ['who'],
    });
  });

  it('of one source alone keep their name, so that two columns of a table never have one', () => {
    const columns = { email: ['crm.customers.city'] };
    const resolved = resolve({
      ...sharing(columns),
      features: { include: ['email', 'crm.customers.email'] },
    });
    expect(featuresOf(resolved)).toEqual({ 'crm.customers': ['email', 'city'] });
  });

  it.each([['late'], ['shop.orders.amount'], ['shop.archive.amount']])(
    'are left out by any of their names: %s',
    (name) => {
      const resolved = resolve(united({}, { exclude: ['note', 'flag', name] }));
      const expected = ['order_id', 'customer', ...(name === 'late' ? ['amount'] : []), 'mood'];
      expect(featuresOf(resolved)['shop.orders+shop.archive']).toEqual(expected);
    },
  );

  it.each([['customer'], ['shop.orders.customer'], ['shop.archive.client']])(
    'are used alone by any of their names: %s',
    (name) => {
      expect(featuresOf(resolve(united({}, { include: [name], exclude: [] })))).toEqual({
        'shop.orders+shop.archive': ['customer'],
      });
    },
  );

  it.each([['amount'], ['shop.orders.amount'], ['shop.archive.amount']])(
    'are encoded by any of their names: %s',
    (name) => {
      const resolved = resolve(united({}, { encode: { [name]: 'categorical' } }));
      expect(resolved.groups[1]?.features).toContainEqual({ name: 'amount', encoding: 'categorical' });
    },
  );

  it.each([['note'], ['shop.orders.note'], ['shop.archive.note']])(
    'may be of two types where they are excluded, by any of their names: %s',
    (name) => {
      const resolved = resolve(united({}, { exclude: [name, 'flag'] }));
      expect(canonicalJson(resolved.groups)).not.toContain('note');
      expect(resolved.leftOut).toContainEqual({ column: 'shop.orders.note', reason: 'excluded by the job' });
    },
  );
});

describe('a label of several tables', () => {
  const expected = [
    { party: 'shop.orders', column: 'returned' },
    { party: 'shop.archive', column: 'sent_back' },
  ];

  it.each([['returned'], ['late']])(
    'is found by its name in the base or in T, and is no feature anywhere: %s',
    (column) => {
      const resolved = resolve({ ...united(), target: { base: 'shop.orders', label: { column } } });
      expect(resolved.labels).toEqual(expected);
      expect(canonicalJson([resolved.groups, resolved.leftOut])).not.toMatch(/returned|sent_back|late/);
    },
  );

  it('goes by its own name in united tables', () => {
    expect(resolve(joining(older)).labels).toEqual([
      expected[0],
      { party: 'shop.older', column: 'returned' },
    ]);
  });

  it('of one value in each table may still have two classes', () => {
    const target = { base: 'shop.orders', label: { column: 'mood', equals: 'glad' } };
    expect(() => resolve({ ...united(), target })).not.toThrow();
    expect(() => resolve({ target })).toThrow(/same value in every row/);
  });

  it('of the base alone leaves the rows of the others without one', () => {
    const columns = { customer: ['shop.orders.customer', 'shop.archive.client'] };
    expect(resolve(united({ columns })).labels).toEqual(expected.slice(0, 1));
  });
});

describe('equal jobs', () => {
  it('resolve to equal JSON, however their defaults came about', () => {
    const change = united({
      joins: [archive, customers, persons],
      overlap: { newest: { 'shop.orders': 'changed' } },
    });
    const written = JSON.parse(JSON.stringify(job(change))) as Record<string, unknown>;
    expect(canonicalJson(resolve(written))).toBe(canonicalJson(resolve(change)));
    expect(canonicalJson(resolveJob(job(change), [...shopTables].reverse()))).toBe(
      canonicalJson(resolve(change)),
    );
  });

  it('with another owner of overlapping cells are another integration', () => {
    const { job: _, jobHash: __, ...first } = resolve(joining(customers));
    const {
      job: ___,
      jobHash: ____,
      ...fail
    } = resolve({ integration: { joins: [customers], overlap: 'fail' } });
    expect(canonicalJson(first)).not.toBe(canonicalJson(fail));
  });

  it('of joins alone have the parties, features and keys that they have always had', () => {
    const resolved = resolveJob(parseJob(flightsJob), flightsTables);
    expect(resolved.parties.map(({ id }) => id)).toEqual([
      'airline.flights',
      'weather.hourly',
      'registry.planes',
      'registry.origin',
      'registry.destination',
    ]);
    expect(resolved.joins.map(({ party }) => [party, keyOf(resolved, party)])).toEqual([
      ['weather.hourly', { to: ['airline.flights: origin,time_hour'], columns: 'origin,time_hour' }],
      ['registry.planes', { to: ['airline.flights: tailnum'], columns: 'tailnum' }],
      ['registry.origin', { to: ['airline.flights: origin'], columns: 'faa' }],
      ['registry.destination', { to: ['airline.flights: dest'], columns: 'faa' }],
    ]);
    expect(resolved.joins.every(({ scenario, matches }) => scenario === 'left' && matches === 'one')).toBe(
      true,
    );
    // One group for each party, with its features and nobody else's.
    expect(resolved.groups.map(({ id, features }) => [id, features])).toEqual(
      resolved.parties
        .filter(({ features }) => features.length > 0)
        .sort((a, b) => (a.id < b.id ? -1 : 1))
        .map(({ id, features }) => [id, features]),
    );
    expect(resolved.labels).toEqual([{ party: 'airline.flights', column: 'arr_delay' }]);
    expect(originsOf(resolved).map(({ id }) => id)).toEqual(['airline.flights']);
  });
});
