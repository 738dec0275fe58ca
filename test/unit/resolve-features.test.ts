import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';

/** The features of the flights job with `features` in place of its own, by party and column. */
function featuresOf(features: unknown) {
  const { parties } = resolveJob(parseJob({ ...flightsJob, features }), flightsTables);
  return Object.fromEntries(
    parties.flatMap(({ id, features: chosen }) =>
      chosen.map((feature) => [`${id}.${feature.name}`, feature]),
    ),
  );
}

function refusal(encode: unknown) {
  try {
    featuresOf({ encode });
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
}

const TIME = 'airline.flights.time_hour';
const YEAR = 'registry.planes.year';
const TAIL = 'airline.flights.tailnum';
const CARRIER = 'airline.flights.carrier';

describe('how a column is encoded', () => {
  test('is told by its type alone where nothing else is said', () => {
    const features = featuresOf({});
    expect(features[YEAR]).toEqual({ name: 'year', encoding: 'numeric' });
    expect(features[CARRIER]).toEqual({ name: 'carrier', encoding: 'categorical' });
    expect(features).not.toHaveProperty([TIME]);
    expect(features).not.toHaveProperty([TAIL]);
  });

  test('has the same defaults by its short name and by an object', () => {
    for (const [column, type] of [
      [YEAR, 'numeric'],
      [CARRIER, 'categorical'],
      [TIME, 'date'],
      [TAIL, 'hash'],
      [YEAR, 'polynomial'],
      [YEAR, 'spline'],
      [YEAR, 'bins'],
      [TAIL, 'target'],
    ] as const) {
      expect(featuresOf({ encode: { [column]: type } })[column]).toEqual(
        featuresOf({ encode: { [column]: { type } } })[column],
      );
    }
  });

  test('of a number may be powers, a spline or bins', () => {
    const as = (asked: unknown) =>
      featuresOf({ indicator: true, scale: 'min-max', encode: { [YEAR]: asked } })[YEAR];
    expect(as('polynomial')).toEqual({
      ...{ name: 'year', encoding: 'polynomial', degree: 2 },
      ...{ scale: 'min-max', indicator: true },
    });
    // An indicator is the sum of the columns that are there already: for these it has to be asked for.
    expect(as('spline')).toEqual({ name: 'year', encoding: 'spline', knots: 5, degree: 3 });
    expect(as({ type: 'spline', at: 'uniform', extrapolation: 'linear', indicator: true })).toEqual({
      ...{ name: 'year', encoding: 'spline', knots: 5, degree: 3 },
      ...{ at: 'uniform', extrapolation: 'linear', indicator: true },
    });
    expect(as({ type: 'bins', count: 4, indicator: true })).toEqual({
      ...{ name: 'year', encoding: 'bins', count: 4, indicator: true },
    });
  });

  test('of a timestamp has an hour, and by seconds', () => {
    expect(featuresOf({ encode: { [TIME]: 'date' } })[TIME]).toEqual({
      name: 'time_hour',
      encoding: 'date',
      unit: 'second',
      parts: ['year', 'month', 'day', 'weekday', 'hour'],
      cyclic: true,
    });
  });

  test('of a date has no hour, and by days', () => {
    const tables = flightsTables.map(({ silo, profile }) => ({
      silo,
      profile: {
        ...profile,
        columns: profile.columns.map((column) =>
          column.type === 'timestamp' ? { ...column, type: 'date' as const } : column,
        ),
      },
    }));
    const resolve = (encode: object) => resolveJob(parseJob({ ...flightsJob, features: { encode } }), tables);
    expect(resolve({ [TIME]: 'date' }).parties[0]?.features).toContainEqual({
      name: 'time_hour',
      encoding: 'date',
      unit: 'day',
      parts: ['year', 'month', 'day', 'weekday'],
      cyclic: true,
    });
    expect(() => resolve({ [TIME]: { type: 'date', parts: ['year', 'hour'] } })).toThrow(
      expect.objectContaining({
        code: 'AMALUR_WRONG_TYPE',
        field: `features.encode["${TIME}"].parts[1]`,
        suggestion: 'leave "hour" out',
      }) as Error,
    );
  });

  test('is what the column asks for, then what the job says for all', () => {
    const features = featuresOf({
      scale: 'robust',
      missing: { constant: 0 },
      indicator: true,
      minCount: 5,
      maxTextLength: 20,
      encode: {
        [YEAR]: { type: 'numeric', scale: 'standard', missing: 'mean', indicator: false },
        [CARRIER]: { type: 'categorical', minCount: 1, maxLevels: 9, indicator: true },
        [TIME]: { type: 'date', parts: ['weekday', 'year'], cyclic: false },
        [TAIL]: { type: 'hash', buckets: 64 },
      },
    });
    expect(features[YEAR]).toEqual({ name: 'year', encoding: 'numeric' });
    expect(features['weather.hourly.temp']).toEqual({
      name: 'temp',
      encoding: 'numeric',
      scale: 'robust',
      missing: { constant: 0 },
      indicator: true,
    });
    expect(features[CARRIER]).toEqual({
      name: 'carrier',
      encoding: 'categorical',
      maxLevels: 9,
      maxTextLength: 20,
      indicator: true,
    });
    // NULL is no level in any case, so that the default for all adds no indicator to a category.
    expect(features['airline.flights.dest']).toEqual({
      name: 'dest',
      encoding: 'categorical',
      minCount: 5,
      maxTextLength: 20,
    });
    expect(features[TIME]).toEqual({
      name: 'time_hour',
      encoding: 'date',
      unit: 'second',
      parts: ['weekday', 'year'],
      cyclic: false,
      scale: 'robust',
      indicator: true,
    });
    expect(features[TAIL]).toEqual({ name: 'tailnum', encoding: 'hash', buckets: 64 });
  });

  test('takes in a number of one value where NULL is not that value', () => {
    const tables = flightsTables.map(({ silo, profile }) => ({
      silo,
      profile: {
        ...profile,
        columns: profile.columns.map((column) =>
          column.name === 'speed' ? { ...column, distinct: 1 } : column,
        ),
      },
    }));
    const names = (features: object) =>
      resolveJob(parseJob({ ...flightsJob, features }), tables).parties[2]?.features.map(({ name }) => name);
    expect(names({})).toEqual(['year', 'manufacturer']);
    expect(names({ indicator: true })).toContain('speed');
    expect(names({ missing: { constant: 0 } })).toContain('speed');
  });
});

describe('products of columns', () => {
  const resolve = (interactions: unknown, change: object = {}) =>
    resolveJob(parseJob({ ...flightsJob, features: { interactions }, ...change }), flightsTables);
  const DISTANCE = 'airline.flights.distance';

  test('of one table belong to its features, those of different tables to the job', () => {
    const { groups, interactions } = resolve([
      [DISTANCE, CARRIER],
      [CARRIER, YEAR],
    ]);
    const flights = groups.find(({ id }) => id === 'airline.flights')?.features ?? [];
    expect(flights.find(({ name }) => name === 'distance')?.times).toEqual(['carrier']);
    expect(flights.filter(({ times }) => times)).toHaveLength(1);
    expect(interactions).toEqual([
      [
        { group: 'airline.flights', column: 'carrier' },
        { group: 'registry.planes', column: 'year' },
      ],
    ]);
    expect(resolve([[DISTANCE, CARRIER]])).not.toHaveProperty('interactions');
  });

  // prettier-ignore
  test.each<[string, unknown, object, string, string, string]>([
    ['by itself', [[YEAR, YEAR]], {}, 'AMALUR_INVALID_JOB', 'features.interactions[0]', 'polynomial'],
    ['twice', [[YEAR, CARRIER], [CARRIER, YEAR]], {}, 'AMALUR_DUPLICATE_NAME', 'features.interactions[1]', 'once'],
    ['of a column that is no feature', [[CARRIER, TIME]], {}, 'AMALUR_INVALID_JOB', 'features.interactions[0][1]', 'features.encode'],
    ['of an unknown column', [['airline.flights.distanc', CARRIER]], {}, 'AMALUR_UNKNOWN_COLUMN', 'features.interactions[0][0]', 'distance'],
    ['of three columns', [[DISTANCE, CARRIER, YEAR]], {}, 'AMALUR_INVALID_JOB', 'features.interactions[0]', ''],
    ['of more columns than a category may have', [[TAIL, DISTANCE]], { features: { encode: { [TAIL]: { type: 'hash', buckets: 60_000 }, [DISTANCE]: { type: 'bins', count: 2 } }, interactions: [[TAIL, DISTANCE]] } }, 'AMALUR_INVALID_JOB', 'features.interactions[0]', 'hash'],
    ['across silos by federate', [[DISTANCE, CARRIER], [CARRIER, YEAR]], { strategy: 'federate' }, 'AMALUR_INVALID_JOB', 'features.interactions[1]', '"materialize"'],
    ['across silos by factorize', [[CARRIER, YEAR]], { strategy: 'factorize' }, 'AMALUR_INVALID_JOB', 'features.interactions[0]', '"materialize"'],
    ['across tables with importances by column', [[CARRIER, YEAR]], { evaluation: { importance: 'columns' } }, 'AMALUR_INVALID_JOB', 'evaluation.importance', '"none"'],
    ['across silos for a network', [[CARRIER, YEAR]], { model: { type: 'neural-network' } }, 'AMALUR_INVALID_JOB', 'features.interactions[0]', 'another model'],
  ])('%s are refused with code, field and suggestion', (_what, interactions, change, code, field, suggestion) => {
    expect(() => resolve(interactions, change)).toThrow(
      expect.objectContaining({ code, field, ...(suggestion && { suggestion: expect.stringContaining(suggestion) as string }) }) as Error,
    );
  });
});

// prettier-ignore
test.each([
  ['a date from a number', { [YEAR]: 'date' }, 'AMALUR_WRONG_TYPE', `features.encode["${YEAR}"]`, 'numeric'],
  ['a number from a timestamp', { [TIME]: { type: 'numeric' } }, 'AMALUR_WRONG_TYPE', `features.encode["${TIME}"]`, 'date'],
  ['a hash of what has no text', { 'registry.planes.raw': 'hash' }, 'AMALUR_WRONG_TYPE', 'features.encode["registry.planes.raw"]', 'leave'],
  ['an unknown type', { [YEAR]: 'numerical' }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"]`, 'numeric'],
  ['an object of an unknown type', { [YEAR]: { type: 'numerical' } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].type`, 'numeric'],
  ['a setting of another encoding', { [YEAR]: { type: 'numeric', buckets: 3 } }, 'AMALUR_UNKNOWN_FIELD', `features.encode["${YEAR}"].buckets`, 'indicator'],
  ['an unknown scale', { [YEAR]: { type: 'numeric', scale: 'minmax' } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].scale`, 'min-max'],
  ['an unknown part', { [TIME]: { type: 'date', parts: ['yaer'] } }, 'AMALUR_INVALID_JOB', `features.encode["${TIME}"].parts[0]`, 'year'],
  ['a constant in quotation marks', { [YEAR]: { type: 'numeric', missing: { constant: '0' } } }, 'AMALUR_WRONG_TYPE', `features.encode["${YEAR}"].missing.constant`, 'quotation'],
  ['a constant without a name', { [YEAR]: { type: 'numeric', missing: 'median' } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].missing`, undefined],
  ['a part named twice', { [TIME]: { type: 'date', parts: ['year', 'year'] } }, 'AMALUR_INVALID_JOB', `features.encode["${TIME}"].parts`, undefined],
  ['bins of a text', { [CARRIER]: 'bins' }, 'AMALUR_WRONG_TYPE', `features.encode["${CARRIER}"]`, 'categorical'],
  ['a spline of a timestamp', { [TIME]: 'spline' }, 'AMALUR_WRONG_TYPE', `features.encode["${TIME}"]`, 'date'],
  ['one bin', { [YEAR]: { type: 'bins', count: 1 } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].count`, undefined],
  ['one knot', { [YEAR]: { type: 'spline', knots: 1 } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].knots`, undefined],
  ['a polynomial of degree 6', { [YEAR]: { type: 'polynomial', degree: 6 } }, 'AMALUR_INVALID_JOB', `features.encode["${YEAR}"].degree`, undefined],
  ['no buckets', { [TAIL]: { type: 'hash', buckets: 0 } }, 'AMALUR_INVALID_JOB', `features.encode["${TAIL}"].buckets`, undefined],
  ['something that is neither', { [TAIL]: 3 }, 'AMALUR_WRONG_TYPE', `features.encode["${TAIL}"]`, undefined],
])('%s is refused with code, field and suggestion', (_what, encode, code, field, suggestion) => {
  const error = refusal(encode);
  expect(error).toMatchObject({ code, field });
  if (suggestion !== undefined) expect(error.suggestion).toContain(suggestion);
});

test('whatever is asked for is a feature, left out, or refused with an AmalurError at its field', () => {
  const columns = flightsTables.flatMap(({ silo, profile }) =>
    profile.table === 'airports' ? [] : profile.columns.map(({ name }) => `${silo}.${profile.table}.${name}`),
  );
  const settings = fc.record(
    {
      type: fc.constantFrom(
        'numeric',
        'polynomial',
        'spline',
        'bins',
        'categorical',
        'date',
        'hash',
        'target',
        'other',
      ),
      scale: fc.constantFrom('standard', 'min-max', 'robust', 'none'),
      missing: fc.constantFrom('mean', { constant: 1 }, { constant: null }),
      indicator: fc.boolean(),
      parts: fc.array(fc.constantFrom('year', 'hour', 'minute'), { maxLength: 2 }),
      cyclic: fc.boolean(),
      degree: fc.integer({ min: -1, max: 9 }),
      knots: fc.integer({ min: -1, max: 9 }),
      count: fc.integer({ min: -1, max: 9 }),
      buckets: fc.integer({ min: -1, max: 9 }),
      minCount: fc.integer({ min: -1, max: 9 }),
      smooth: fc.oneof(fc.constant('auto'), fc.integer({ min: -1, max: 9 })),
    },
    { requiredKeys: [] },
  );
  let taken = 0;
  fc.assert(
    fc.property(
      fc.constantFrom(...columns),
      fc.oneof(settings, fc.constantFrom('numeric', 'categorical', 'date', 'hash'), fc.jsonValue()),
      (column, asked) => {
        try {
          if (column in featuresOf({ encode: { [column]: asked } })) taken += 1;
        } catch (error) {
          if (!(error instanceof AmalurError)) throw error;
          expect(error.field).toMatch(/^features\.encode/);
        }
      },
    ),
    { numRuns: 1000 },
  );
  expect(taken).toBeGreaterThan(50);
});
