import { z } from 'zod';
import { DATE_PARTS } from '../integration/encoding/date-parts.js';
import { MAX_TEXT_LENGTH } from '../integration/encoding/text-length.js';
import { featureName } from './names.js';

/** So many that a party with one such column stays below the 1,024 up to which training centres and whitens. */
export const HASH_BUCKETS = 512;

/** What an encoding of a number is where the job names its type alone. */
export const POLYNOMIAL_DEGREE = 2;
export const SPLINE = { knots: 5, degree: 3 } as const;
export const BIN_COUNT = 10;

const scale = z.enum(['standard', 'min-max', 'robust', 'none']);
const missing = z.union([z.strictObject({ constant: z.number() }), z.literal('mean')]);
const minCount = z.int().min(1);

const presence = z
  .boolean()
  .default(false)
  .describe('A further column that is 1 where there is a value: the sum of the others, so rarely of use.');

/** How one column is encoded. What is left out comes from the defaults for all columns. */
const columnEncoding = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('numeric').describe('A number or boolean.'),
    scale: scale.optional().describe('Default: `features.scale`.'),
    missing: missing.optional().describe('Default: `features.missing`.'),
    indicator: z.boolean().optional().describe('Default: `features.indicator`.'),
  }),
  z.strictObject({
    type: z.literal('polynomial').describe('Powers of the scaled number.'),
    degree: z.int().min(2).max(5).default(POLYNOMIAL_DEGREE).describe('The highest power.'),
    scale: scale.optional().describe('Default: `features.scale`.'),
    missing: missing.optional().describe('Default: `features.missing`.'),
    indicator: z.boolean().optional().describe('Default: `features.indicator`.'),
  }),
  z.strictObject({
    type: z
      .literal('spline')
      .describe('A smooth curve of a number: its B-spline basis, knots − 1 + degree columns.'),
    knots: z
      .int()
      .min(2)
      .max(100)
      .default(SPLINE.knots)
      .describe('From the smallest training value to the largest; equal ones are one.'),
    degree: z.int().min(1).max(5).default(SPLINE.degree).describe('Of the curve between two knots.'),
    at: z
      .enum(['quantiles', 'uniform'])
      .default('quantiles')
      .describe('Knots have about as many training values between them, or are as far apart.'),
    extrapolation: z
      .enum(['constant', 'linear'])
      .default('constant')
      .describe('Beyond the outermost knots the curve keeps its value, or its slope.'),
    indicator: presence,
  }),
  z.strictObject({
    type: z.literal('bins').describe('One column for each interval between quantiles of a number.'),
    count: z
      .int()
      .min(2)
      .max(1000)
      .default(BIN_COUNT)
      .describe('Bins; fewer where quantiles are equal. Beyond the ends is the first or the last.'),
    indicator: presence,
  }),
  z.strictObject({
    type: z.literal('categorical').describe('One column for each level.'),
    minCount: minCount.optional().describe('Default: `features.minCount`.'),
    maxLevels: z
      .int()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Of more levels the most frequent are kept; the rest are "other".'),
    indicator: presence,
  }),
  z.strictObject({
    type: z.literal('date').describe('Parts of a date or timestamp, in UTC.'),
    parts: z
      .array(z.enum(DATE_PARTS))
      .min(1)
      .refine((parts) => new Set(parts).size === parts.length, 'name each part once')
      .optional()
      .describe('Default: year, month, day and weekday, and of a timestamp the hour.'),
    cyclic: z
      .boolean()
      .default(true)
      .describe('Parts with a period (all but the year) become a sine and a cosine; if not, numbers.'),
    indicator: z.boolean().optional().describe('Default: `features.indicator`.'),
  }),
  z.strictObject({
    type: z.literal('hash').describe('Very many levels that share columns; none is stored.'),
    buckets: z
      .int()
      .min(2)
      .max(1_048_576)
      .default(HASH_BUCKETS)
      .describe('Columns. Levels of one bucket are one.'),
  }),
  z.strictObject({
    type: z
      .literal('target')
      .describe(
        'Very many levels of a column of the base table as one number, the mean label of the rows that have the level; for training rows, of the rows of other folds.',
      ),
    smooth: z
      .union([z.literal('auto'), z.number().min(0)])
      .default('auto')
      .describe(
        'So many rows with the mean label of all are added to each level; auto takes fewer where labels differ less within levels.',
      ),
    scale: scale.optional().describe('Default: `features.scale`.'),
    minCount: minCount
      .optional()
      .describe('Levels with fewer training rows count as the mean of all. Default: `features.minCount`.'),
  }),
]);

const encode = z.union([
  columnEncoding,
  z.enum(['numeric', 'polynomial', 'spline', 'bins', 'categorical', 'date', 'hash', 'target']),
]);

export const featuresSchema = z
  .strictObject({
    include: z.array(featureName).optional().describe('Use these columns only.'),
    exclude: z.array(featureName).default([]).describe('Leave these columns out.'),
    encode: z
      .record(featureName, encode)
      .default({})
      .describe(
        'How to encode a column, where its type does not say what is meant (a month is a category): a type of encoding, or an object with its settings.',
      ),
    interactions: z
      .array(z.tuple([featureName, featureName]))
      .default([])
      .describe(
        'Pairs of columns whose products are learned from as well: numbers are multiplied, a number has a column for each level of a category, two categories become one of pairs of levels. Between columns of different tables all rows have to come to one place.',
      ),
    maxLevels: z
      .int()
      .min(2)
      .max(100_000)
      .default(300)
      .describe('Text columns with more distinct values are left out unless `encode` names them.'),
    scale: scale
      .default('standard')
      .describe(
        'Unit of a number: its standard deviation, its range, its interquartile range, or 1. Zero is what NULL stands for.',
      ),
    missing: missing
      .default('mean')
      .describe(
        'What a missing number counts as: the mean (the median where the scale is robust), or a constant.',
      ),
    indicator: z
      .boolean()
      .default(false)
      .describe(
        'Beside each number and date a column that is 1 where there is a value and 0 where it is missing.',
      ),
    minCount: minCount.default(1).describe('Levels with fewer training rows are "other".'),
    maxTextLength: z
      .int()
      .min(1)
      .max(10_000)
      .default(MAX_TEXT_LENGTH)
      .describe('Longer texts (in UTF-16 code units) are "other" in a category.'),
  })
  .prefault({});

type Features = z.output<typeof featuresSchema>;
export type Scale = Features['scale'];
export type Missing = Features['missing'];
/** How a job asks for a column to be encoded: the type alone, or with settings. */
export type EncodingRequest = Features['encode'][string];
/** The settings of an encoding; what is left out has its default. */
export type EncodingSettings = z.input<typeof columnEncoding>;

export function settingsOf(asked: EncodingRequest): EncodingSettings {
  return typeof asked === 'string' ? { type: asked } : asked;
}
