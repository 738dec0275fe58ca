import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { fitEncoder } from '../../../core/integration/encode.js';
import {
  dateOf,
  hasPeriod,
  partOf,
  turnOf,
  type DatePart,
} from '../../../core/integration/encoding/date-parts.js';
import { bucketOf } from '../../../core/integration/encoding/hash-bucket.js';
import { trainingCounts } from '../../../core/integration/target-index.js';
import type { FeatureColumn, NumericFeature } from '../../../core/job/resolved.js';
import type { Text } from '../../support/arbitrary-tables.js';
import { cellsOf, tableOf } from '../../support/encoded-cells.js';

interface Fixture {
  source: { number: (number | null)[]; grade: (number | null)[]; colour: Text[] };
  index: number[];
  trainRows: number;
  numbers: Record<string, Record<string, number[]>>;
  oneHot: Record<string, { levels: string[]; cells: number[][] }>;
  dates: {
    seconds: number;
    parts: Record<DatePart, number>;
    sines: Record<string, number>;
    cosines: Record<string, number>;
  }[];
  buckets: { text: string; of: Record<string, number> }[];
}

const fixture = JSON.parse(
  await readFile(new URL('../../fixtures/encoders/encoded.json', import.meta.url), 'utf8'),
) as Fixture;
const { source, index, trainRows } = fixture;
const data = tableOf(
  source.colour.length,
  { number: source.number, grade: source.grade },
  { colour: source.colour },
);
const rows = Int32Array.from(index);

/** The joined table as it is encoded, from its source and how often training has each of its rows. */
function encoded(feature: FeatureColumn): number[][] {
  const counts = trainingCounts({ party: 's.t', sourceRows: data.rows, rows }, trainRows);
  return cellsOf(data, fitEncoder(data, [feature], counts, trainRows), rows);
}

describe('a number is scaled as scikit-learn scales the joined table', () => {
  const rules: Record<string, Pick<NumericFeature, 'scale' | 'missing'>> = {
    standard: {},
    'standard-7': { missing: { constant: -7 } },
    'min-max': { scale: 'min-max' },
    'min-max-7': { scale: 'min-max', missing: { constant: -7 } },
    robust: { scale: 'robust' },
  };
  for (const [name, expected] of Object.entries(fixture.numbers)) {
    test.each(Object.keys(expected))(`${name}, %s`, (rule) => {
      const cells = encoded({ name, encoding: 'numeric', ...rules[rule] }).map(([cell]) => cell);
      expect(cells).toHaveLength(index.length);
      cells.forEach((cell, row) => {
        expect(cell).toBeCloseTo(expected[rule]?.[row] ?? NaN, 11);
      });
    });
  }
});

test.each(Object.entries(fixture.oneHot))(
  'levels of at least %s training rows have a column, as in scikit-learn, and all others share one',
  (least, { cells }) => {
    expect(encoded({ name: 'colour', encoding: 'categorical', minCount: Number(least) })).toEqual(cells);
  },
);

test.each(fixture.dates)('parts of $seconds s are those of Python', ({ seconds, parts, sines, cosines }) => {
  const date = dateOf(seconds, 'second');
  for (const [part, number] of Object.entries(parts) as [DatePart, number][]) {
    expect(partOf(part, date), part).toBe(number);
    if (!hasPeriod(part)) continue;
    expect(Math.sin(2 * Math.PI * turnOf(part, date)), part).toBeCloseTo(sines[part] ?? NaN, 12);
    expect(Math.cos(2 * Math.PI * turnOf(part, date)), part).toBeCloseTo(cosines[part] ?? NaN, 12);
  }
});

test.each(fixture.buckets)('buckets of $text are those of hashlib', ({ text, of }) => {
  for (const [buckets, bucket] of Object.entries(of)) expect(bucketOf(text, Number(buckets))).toBe(bucket);
});
