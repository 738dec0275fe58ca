import { expect, test } from 'vitest';
import { rowOffset } from '../../../core/serving/row-offset.js';

const columns = { exposure: 'number' } as const;
const links = new Map([['s.t', { rows: 2, keys: new Map(), offsets: Float64Array.of(0.5, 0.25) }]]);
const offsetOf = (parties: readonly string[]) =>
  rowOffset(
    { base: 's.base', columns, offsets: parties.map((party) => ({ party, column: 'exposure' })), links },
    ['s.t'],
  );

test('a row is given the offset of the first table that it has', () => {
  const offset = offsetOf(['s.t', 's.base']);
  expect(offset?.({ exposure: 2 }, Int32Array.of(1))).toBe(0.25);
  expect(offset?.({ exposure: 2 }, Int32Array.of(-1))).toBe(2);
  expect(offsetOf(['s.base', 's.t'])?.({ exposure: 2 }, Int32Array.of(1))).toBe(2);
  expect(offsetOf([])).toBeUndefined();
});

test('a row without an offset, or with one that is no number, is refused as an inference refuses it', () => {
  expect(() => offsetOf(['s.t'])?.({}, Int32Array.of(-1))).toThrow(
    expect.objectContaining({ code: 'AMALUR_NO_MATCH', message: expect.stringContaining('s.t') as string }),
  );
  for (const row of [{}, { exposure: null }, { exposure: 'much' }, { exposure: Infinity }])
    expect(() => offsetOf(['s.base'])?.(row, Int32Array.of(-1))).toThrow(
      expect.objectContaining({ code: 'AMALUR_WRONG_TYPE', field: 'exposure' }),
    );
});
