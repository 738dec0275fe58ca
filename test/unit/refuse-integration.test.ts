import { describe, expect, it } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import {
  archive,
  customers,
  joining,
  newest,
  odd,
  older,
  persons,
  resolve,
  sharing,
  united,
} from '../support/shop-jobs.js';

function refusal(change: Record<string, unknown>) {
  try {
    resolve(change);
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    return { code: error.code, field: error.field, suggestion: error.suggestion ?? '' };
  }
  throw new Error('the job was not refused');
}

describe('an integration that makes no sense is refused with code, field and suggestion', () => {
  const at = (name: string) => `integration.joins[0].${name}`;
  // prettier-ignore
  it.each([
    ['a join without a key', joining({ table: 'crm.customers' }), 'AMALUR_INVALID_JOB', at('on'), 'set the scenario to "union"'],
    ['a table of matches without a key', joining({ ...persons, on: undefined }), 'AMALUR_INVALID_JOB', at('on'), 'name the key columns'],
    ['an empty key', joining({ ...customers, on: [] }), 'AMALUR_INVALID_JOB', at('on'), ''],
    ['a union with a key', joining({ ...archive, on: ['order_id'] }), 'AMALUR_INVALID_JOB', at('on'), 'leave "on" out'],
    ['a union by the scenario of all, with a key', { integration: { scenario: 'union', joins: [customers] } }, 'AMALUR_INVALID_JOB', at('on'), 'integration.joins[0].scenario to "left"'],
    ['a union to a table', joining({ ...archive, to: 'shop.orders' }), 'AMALUR_INVALID_JOB', at('to'), 'leave "to" out'],
    ['a union through a table', joining({ ...archive, through: persons.through }), 'AMALUR_INVALID_JOB', at('through'), 'leave "through" out'],
    ['a union with a table without rows', joining({ table: 'shop.empty', scenario: 'union' }), 'AMALUR_EMPTY_TARGET', at('table'), 'has rows'],
    ['a scenario that does not exist', joining({ ...customers, scenario: 'uter' }), 'AMALUR_INVALID_JOB', at('scenario'), 'did you mean outer?'],
    ['neither one match nor all', joining({ ...customers, matches: 'al' }), 'AMALUR_INVALID_JOB', at('matches'), 'did you mean all?'],
    ['a table to join to that takes no part', joining({ ...odd, to: 'crm.customers' }), 'AMALUR_UNKNOWN_TABLE', at('to'), 'so far there are shop.orders'],
    ['a table to join to that comes later', joining({ ...odd, to: 'crm.customers' }, customers), 'AMALUR_UNKNOWN_TABLE', at('to'), 'so far there are shop.orders'],
    ['a table to join to by its name where it has an alias', joining({ ...customers, as: 'buyers' }, { ...odd, to: 'crm.customers' }), 'AMALUR_UNKNOWN_TABLE', 'integration.joins[1].to', 'shop.orders, crm.buyers'],
    ['a united table of a name that is taken', joining({ ...archive, as: 'orders' }), 'AMALUR_DUPLICATE_NAME', at('as'), 'choose another alias'],
    ['the base united with itself', joining({ table: 'shop.orders', scenario: 'union' }), 'AMALUR_DUPLICATE_NAME', at('table'), 'with "as"'],
    ['a table of matches used twice', joining(persons, { ...persons, as: 'again' }), 'AMALUR_DUPLICATE_NAME', 'integration.joins[1].through.table', 'for one join'],
    ['a table of matches that is joined as well', joining({ table: 'crm.links', on: ['customer'] }, persons), 'AMALUR_DUPLICATE_NAME', 'integration.joins[1].through.table', 'for nothing else'],
    ['a table of matches that leads to itself', joining({ ...persons, through: { ...persons.through, table: 'crm.persons', base: ['born'] } }), 'AMALUR_DUPLICATE_NAME', at('through.table'), 'for one join'],
    ['a table of matches that is not there', joining({ ...persons, through: { ...persons.through, table: 'crm.link' } }), 'AMALUR_UNKNOWN_TABLE', at('through.table'), 'did you mean crm.links?'],
    ['a column of it that is not there', joining({ ...persons, through: { ...persons.through, match: ['persn'] } }), 'AMALUR_UNKNOWN_COLUMN', at('through.match[0]'), 'did you mean person?'],
    ['too many columns for the base', joining({ ...persons, through: { ...persons.through, base: ['customer', 'score'] } }), 'AMALUR_INVALID_JOB', at('through.base'), 'in the same order'],
    ['too many columns for the match', joining({ ...persons, through: { ...persons.through, match: ['person', 'score'] } }), 'AMALUR_INVALID_JOB', at('through.match'), 'in the same order'],
    ['a match of another type', joining({ ...persons, through: { ...persons.through, match: ['score'] } }), 'AMALUR_KEY_TYPE_MISMATCH', at('through.match[0]'), 'one type'],
    ['a function that is misspelt', joining({ ...customers, on: [{ base: 'email', table: 'lowr(email)' }] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0].table'), 'did you mean lower(email)?'],
    ['a function inside another that is misspelt', joining({ ...customers, on: ['lower(trm(email))'] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0]'), 'did you mean lower(trim(email))?'],
    ['a function in capitals', joining({ ...customers, on: ['LOWER(email)'] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0]'), 'did you mean lower(email)?'],
    ['a function that does not exist', joining({ ...customers, on: ['soundex(email)'] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0]'), 'lower, upper, trim, digits, alphanumeric, date'],
    ['a column that only looks like a call', joining({ ...odd, on: [{ base: 'email', table: 'price_(EU)' }] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0].table'), 'did you mean price_(EUR)?'],
    ['a computed key of an unknown column', joining({ ...customers, on: ['lower(emial)'] }), 'AMALUR_UNKNOWN_COLUMN', at('on[0]'), 'did you mean email?'],
    ['a computed key of another type', joining({ ...customers, on: [{ base: 'order_id', table: 'lower(email)' }] }), 'AMALUR_KEY_TYPE_MISMATCH', at('on[0]'), 'lower(x)'],
    ['one computed key twice', joining({ ...customers, on: ['lower(email)', { base: 'customer', table: 'lower(email)' }] }), 'AMALUR_DUPLICATE_NAME', at('on[1]'), 'once'],
    ['a key that repeats', joining({ ...odd, matches: 'one' }), 'AMALUR_REPEATED_KEY', at('on'), 'set "matches" to "all"'],
    ['a key that a united table does not have', joining(archive, customers), 'AMALUR_UNKNOWN_COLUMN', 'integration.joins[1].on[0]', 'the columns of shop.archive'],
    ['shared columns of two types', sharing({ age: ['crm.customers.age', 'crm.odd.age'] }, customers, odd), 'AMALUR_WRONG_TYPE', 'integration.columns["age"]', 'name "age" in features.exclude'],
    ['united columns of two types', united({}, { exclude: ['flag'] }), 'AMALUR_WRONG_TYPE', 'integration.columns', 'name "note" in features.exclude'],
    ['united columns of truth values and numbers', united({}, { exclude: ['note'] }), 'AMALUR_WRONG_TYPE', 'integration.columns', 'name "flag" in features.exclude'],
    ['a source column mapped twice', sharing({ a: ['crm.customers.age'], b: ['crm.customers.age'] }), 'AMALUR_DUPLICATE_NAME', 'integration.columns["b"][0]', 'one target column'],
    ['two columns of one table', sharing({ a: ['crm.customers.age', 'crm.customers.amount'] }), 'AMALUR_DUPLICATE_NAME', 'integration.columns["a"]', 'its alias'],
    ['a column of a table outside the job', sharing({ a: ['crm.persons.income', 'shop.orders.amount'] }), 'AMALUR_UNKNOWN_TABLE', 'integration.columns["a"][0]', 'the tables of this job are shop.orders, crm.customers'],
    ['a column of a table that is misspelt', sharing({ a: ['shop.orders.amount', 'crm.customer.amount'] }), 'AMALUR_UNKNOWN_TABLE', 'integration.columns["a"][1]', 'did you mean crm.customers.amount?'],
    ['a column that is not there', sharing({ a: ['crm.customers.agee'] }), 'AMALUR_UNKNOWN_COLUMN', 'integration.columns["a"][0]', 'did you mean crm.customers.age?'],
    ['a column of a table of matches', sharing({ a: ['crm.links.score', 'shop.orders.amount'] }, persons), 'AMALUR_INVALID_JOB', 'integration.columns["a"][0]', 'under an alias'],
    ['a target column without sources', sharing({ a: [] }), 'AMALUR_INVALID_JOB', 'integration.columns.a', ''],
    ['a target column with a dot', sharing({ 'a.b': ['shop.orders.amount'] }), 'AMALUR_INVALID_JOB', 'integration.columns["a.b"]', ''],
    ['the age of a table outside the job', newest({ 'crm.custmers': 'seen' }), 'AMALUR_UNKNOWN_TABLE', 'integration.overlap.newest["crm.custmers"]', 'did you mean crm.customers?'],
    ['an age that is not there', newest({ 'crm.customers': 'sen' }), 'AMALUR_UNKNOWN_COLUMN', 'integration.overlap.newest["crm.customers"]', 'did you mean seen?'],
    ['an age that is no time', newest({ 'crm.customers': 'city' }), 'AMALUR_WRONG_TYPE', 'integration.overlap.newest["crm.customers"]', 'a date, a timestamp or a number'],
    ['ages of two kinds', newest({ 'shop.orders': 'changed', 'crm.customers': 'seen' }), 'AMALUR_WRONG_TYPE', 'integration.overlap.newest["crm.customers"]', 'of one type'],
    ['the newest of no tables', newest({}), 'AMALUR_INVALID_JOB', 'integration.overlap.newest', ''],
    ['quartiles of two tables, for all columns', united({}, { scale: 'robust' }), 'AMALUR_INVALID_JOB', 'features.scale', '"min-max"'],
    ['quartiles of two tables, for one column', united({}, { encode: { 'shop.archive.amount': { type: 'numeric', scale: 'robust' } } }), 'AMALUR_INVALID_JOB', 'features.encode["amount"].scale', '"min-max"'],
    ['bins of two tables', united({}, { encode: { amount: 'bins' } }), 'AMALUR_INVALID_JOB', 'features.encode["amount"]', '"uniform"'],
    ['knots at quantiles of two tables', united({}, { encode: { 'shop.archive.amount': 'spline' } }), 'AMALUR_INVALID_JOB', 'features.encode["amount"]', '"uniform"'],
    ['quartiles of the years of two tables', united({}, { scale: 'robust', include: ['day'], encode: { day: 'date' } }), 'AMALUR_INVALID_JOB', 'features.scale', '"min-max"'],
    ['a weight that some labelled rows lack', { ...joining(older), target: { base: 'shop.orders', label: { column: 'returned' }, weight: 'amount' } }, 'AMALUR_INVALID_JOB', 'target.weight', 'map "amount"'],
    ['an overlap rule that does not exist', { integration: { overlap: 'frist' } }, 'AMALUR_INVALID_JOB', 'integration.overlap', 'did you mean first?'],
    ['no rows at all', { integration: { maxRows: 0 } }, 'AMALUR_INVALID_JOB', 'integration.maxRows', ''],
    ['more rows than an index can count', { integration: { maxRows: 3e9 } }, 'AMALUR_INVALID_JOB', 'integration.maxRows', ''],
    ['rows as text', { integration: { maxRows: '5' } }, 'AMALUR_WRONG_TYPE', 'integration.maxRows', 'without quotation marks'],
    ['the label included by its name in T', united({}, { include: ['late'] }), 'AMALUR_LABEL_IN_FEATURES', 'features.include[0]', 'remove'],
    ['the label included as a column of another table', united({}, { include: ['shop.archive.sent_back'] }), 'AMALUR_LABEL_IN_FEATURES', 'features.include[0]', 'remove'],
    ['the label encoded as a column of another table', united({}, { encode: { 'shop.archive.sent_back': 'categorical' } }), 'AMALUR_LABEL_IN_FEATURES', 'features.encode["shop.archive.sent_back"]', 'remove'],
    ['the label in tables of two types', { ...united({}, {}), target: { base: 'shop.orders', label: { column: 'flag' } } }, 'AMALUR_WRONG_TYPE', 'integration.columns', 'of one type'],
    ['a column in and out by two names', united({}, { include: ['amount'], exclude: ['shop.archive.amount'] }), 'AMALUR_INVALID_JOB', 'features.exclude[0]', 'one of the two'],
    ['a column encoded by two names', united({}, { encode: { amount: 'numeric', 'shop.archive.amount': 'categorical' } }), 'AMALUR_DUPLICATE_NAME', 'features.encode["shop.archive.amount"]', 'once'],
    ['a shared text that is to be a number', united({}, { encode: { 'shop.archive.client': 'numeric' } }), 'AMALUR_WRONG_TYPE', 'features.encode["shop.archive.client"]', 'categorical'],
    ['a name in T that is misspelt', united({}, { include: ['amuont'] }), 'AMALUR_UNKNOWN_COLUMN', 'features.include[0]', 'did you mean amount?'],
    ['a column that is not shared, by its bare name', { ...joining(customers), features: { exclude: ['city'] } }, 'AMALUR_UNKNOWN_COLUMN', 'features.exclude[0]', 'did you mean crm.customers.city?'],
    ['a bare name of nothing', { features: { exclude: ['nothing of the kind'] } }, 'AMALUR_UNKNOWN_COLUMN', 'features.exclude[0]', 'silo.table.column'],
    ['a table in the place of a column', { features: { exclude: ['shop.orders'] } }, 'AMALUR_INVALID_JOB', 'features.exclude[0]', ''],
    ['a column of a table of matches among the features', { ...joining(persons), features: { include: ['crm.links.score'] } }, 'AMALUR_INVALID_JOB', 'features.include[0]', 'under an alias'],
  ])('%s', (_what, change, code, field, suggestion) => {
    expect(refusal(change)).toMatchObject({ code, field, suggestion: expect.stringContaining(suggestion) });
  });

  it('in a message that says what is wrong with a match of other lengths', () => {
    const through = { ...persons.through, match: ['person', 'score'] };
    expect(() => resolve(joining({ ...persons, through }))).toThrow(
      '"match" names 2 columns, and the key under "on" has 1',
    );
  });
});
