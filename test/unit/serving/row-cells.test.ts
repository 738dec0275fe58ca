import { expect, test } from 'vitest';
import { rowFeatures, type Row } from '../../../core/serving/row-features.js';
import { rowKeys } from '../../../core/serving/row-keys.js';

// Columns may be named as what every object has.
const columns = { constructor: 'text', toString: 'number', valueOf: 'text' } as const;

test('a column that is left out is NULL, whatever it is named', () => {
  const keys = rowKeys({
    ...{ base: 's.base', columns },
    joins: [
      {
        ...{ party: 's.t', scenario: 'left', matches: 'one', field: 'integration.joins[0]' },
        to: [{ party: 's.base', columns: [{ column: 'constructor', apply: ['lower'] }] }],
        columns: [{ column: 'key', apply: [] }],
      },
    ],
  });
  expect(keys({})('s.t')).toBeNull();
  expect(keys({ constructor: 'Ab' })('s.t')).toEqual(keys({ constructor: 'aB' })('s.t'));

  const features = rowFeatures(
    {
      numeric: [{ kind: 'numeric', column: 'toString', center: 2, scale: 1 }],
      categorical: [{ kind: 'categorical', column: 'valueOf', levels: ['a', 'b'] }],
    },
    [
      { name: 'toString', encoding: 'numeric' },
      { name: 'valueOf', encoding: 'categorical' },
    ],
    ['toString', 'valueOf'],
    columns,
  );
  const sums = (row: object) => [...features(row as Row).columnSums()];
  expect(sums({})).toEqual(sums({ toString: null, valueOf: null }));
  expect(sums({ toString: 5, valueOf: 'b' })).toEqual([3, 0, 1, 0]);
});
