import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { learnsClasses } from '../../core/job/classes.js';
import { canonicalJson } from '../../core/json.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ColumnProfile } from '../../core/sources/profile.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';

function resolve(change: Partial<JobInput> = {}): ResolvedJob {
  return resolveJob(parseJob({ ...flightsJob, ...change }), flightsTables);
}

function refusal(change: Record<string, unknown>) {
  try {
    resolve(change);
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    return { code: error.code, field: error.field, suggestion: error.suggestion, message: error.message };
  }
  throw new Error('the job was not refused');
}

function label(change: JobInput['target']['label']) {
  return { target: { base: 'airline.flights', label: change } };
}

function joining(...joins: unknown[]) {
  return { integration: { joins }, features: {} };
}

const softmax = { type: 'softmax-regression' } as const;

const names = (resolved: ResolvedJob, party: string) =>
  resolved.parties
    .find(({ id }) => id === party)
    ?.features.map(({ name, encoding }) => `${name}:${encoding}`);

const rowKeyOf = ({ parties }: ResolvedJob) => parties[0]?.rowKey;

const reasons = (resolved: ResolvedJob) =>
  Object.fromEntries(resolved.leftOut.map(({ column, reason }) => [column, reason]));

describe('a job that learns every value of its label as a class', () => {
  it.each(['carrier', 'arr_delay'])('may predict texts and whole numbers, such as %s', (column) => {
    const { labels, parties } = resolve({ ...label({ column }), model: softmax });
    expect(labels).toEqual([{ party: 'airline.flights', column }]);
    expect(parties[0]?.features.map(({ name }) => name)).not.toContain(column);
  });

  it('may be a network whose output is softmax', () => {
    const model = { type: 'neural-network', output: 'softmax' } as const;
    const { labels, job } = resolve({ ...label({ column: 'carrier' }), model });
    expect(labels).toEqual([{ party: 'airline.flights', column: 'carrier' }]);
    expect(learnsClasses(job.model)).toBe(true);
  });

  it('is refused for numbers with fractions', () => {
    const fractions = flightsTables.map(({ silo, profile }) => {
      const typed = (column: ColumnProfile) =>
        column.name === 'arr_delay' ? { ...column, type: 'number' as const } : column;
      return { silo, profile: { ...profile, columns: profile.columns.map(typed) } };
    });
    const job = parseJob({ ...flightsJob, ...label({ column: 'arr_delay' }), model: softmax });
    expect(() => resolveJob(job, fractions)).toThrow(
      expect.objectContaining({ code: 'AMALUR_WRONG_TYPE', field: 'target.label.column' }) as Error,
    );
  });

  it('is refused for weights that are not above 0', () => {
    const model = { ...softmax, classWeights: { UA: 0 } };
    expect(refusal({ ...label({ column: 'carrier' }), model })).toMatchObject({
      code: 'AMALUR_INVALID_JOB',
      field: 'model.classWeights.UA',
    });
  });

  it('leaves the number of classes to the run where only an estimate of a large table exceeds it', () => {
    const large = (rows: number) =>
      flightsTables.map(({ silo, profile }) => ({ silo, profile: { ...profile, rows } }));
    const job = parseJob({
      ...flightsJob,
      ...label({ column: 'tailnum' }),
      model: softmax,
      features: {},
      integration: {},
    });
    expect(() => resolveJob(job, large(5_000_001))).not.toThrow();
    expect(() => resolveJob(job, large(5_000_000))).toThrow(/4,043 classes/);
  });
});

describe('a job that fits the catalog', () => {
  it('names its parties by table or alias, base first, then the joins in their order', () => {
    expect(resolve().parties.map(({ id, silo, table }) => [id, silo, table])).toEqual([
      ['airline.flights', 'airline', 'flights'],
      ['weather.hourly', 'weather', 'hourly'],
      ['registry.planes', 'registry', 'planes'],
      ['registry.origin', 'registry', 'airports'],
      ['registry.destination', 'registry', 'airports'],
    ]);
  });

  it('takes numbers as they are and text as categories, in the table order, with what the job says instead', () => {
    const resolved = resolve();
    expect(names(resolved, 'airline.flights')).toEqual([
      'id:numeric',
      'month:categorical',
      'day:numeric',
      'carrier:categorical',
      'origin:categorical',
      'dest:categorical',
      'distance:numeric',
      'diverted:numeric',
    ]);
    expect(names(resolved, 'registry.planes')).toEqual([
      'year:numeric',
      'manufacturer:categorical',
      'speed:numeric',
    ]);
  });

  it('gives a reason for every column that it leaves out, and never takes the label', () => {
    const resolved = resolve();
    expect(reasons(resolved)).toMatchObject({
      'airline.flights.year': 'the same value in every row',
      'airline.flights.dep_delay': 'excluded by the job',
      'airline.flights.tailnum': expect.stringContaining('more than features.maxLevels (300)'),
      'airline.flights.time_hour': expect.stringContaining('"date" under features.encode takes it in'),
      'weather.hourly.origin': expect.stringContaining('join key'),
      'weather.hourly.station_note': 'NULL in every row',
      'registry.planes.raw': 'of type other, for which no encoding is usual',
      'registry.destination.faa': expect.stringContaining('join key'),
    });
    expect(canonicalJson(resolved.parties)).not.toContain('arr_delay');
    expect(reasons(resolved)).not.toHaveProperty('airline.flights.arr_delay');
  });

  it('uses only the included columns where the job includes any', () => {
    const resolved = resolve({ features: { include: ['registry.origin.lat', 'weather.hourly.temp'] } });
    expect(resolved.parties.map(({ features }) => features.map(({ name }) => name))).toEqual([
      [],
      ['temp'],
      [],
      ['lat'],
      [],
    ]);
  });

  it('takes the smallest known key as row key, all columns but the label where none is known, and the one that the job names', () => {
    expect(rowKeyOf(resolve())).toEqual(['id']);
    const target = { base: 'airline.flights', label: { column: 'diverted' }, rowKey: ['carrier', 'day'] };
    expect(rowKeyOf(resolve({ target }))).toEqual(['carrier', 'day']);
    const keyless = flightsTables.map((table) => ({ ...table, profile: { ...table.profile, keys: [] } }));
    const rowKey = rowKeyOf(resolveJob(parseJob({ ...flightsJob, integration: {}, features: {} }), keyless));
    expect(rowKey).toHaveLength(13);
    expect(rowKey).not.toContain('arr_delay');
  });

  it('takes no known key as row key that has the label in it', () => {
    const withKeys = (keys: string[][]) =>
      flightsTables.map((table) => ({ ...table, profile: { ...table.profile, keys } }));
    const under = (keys: string[][]) =>
      rowKeyOf(resolveJob(parseJob({ ...flightsJob, integration: {}, features: {} }), withKeys(keys)));
    expect(under([['arr_delay'], ['carrier', 'id']])).toEqual(['carrier', 'id']);
    expect(under([['arr_delay']])).toHaveLength(13);
  });

  it('has one hash for a job with its defaults written out and left out, and another for another job', () => {
    const { jobHash, job } = resolve();
    expect(resolveJob(parseJob(JSON.parse(JSON.stringify(job))), flightsTables).jobHash).toBe(jobHash);
    expect(resolve({ strategy: 'auto' }).jobHash).toBe(jobHash);
    expect(resolve({ split: { test: 0.2, seed: 8 } }).jobHash).not.toBe(jobHash);
  });

  it('resolves to the same JSON every time', () => {
    expect(canonicalJson(resolve())).toBe(canonicalJson(resolve()));
  });

  it('takes the label of another row of a self-join only where the job includes it by name', () => {
    const joins = [{ table: 'airline.flights', as: 'earlier', on: [{ base: 'day', table: 'id' }] }];
    expect(reasons(resolve({ integration: { joins } }))).toHaveProperty('airline.earlier.arr_delay');
    const features = { include: ['airline.earlier.arr_delay'] };
    expect(names(resolve({ integration: { joins }, features }), 'airline.earlier')).toEqual([
      'arr_delay:numeric',
    ]);
  });
});

describe('a job that does not fit is refused with code, field and suggestion', () => {
  // prettier-ignore
  it.each([
    ['an unknown silo', { target: { base: 'airlines.flights', label: { column: 'arr_delay' } } }, 'AMALUR_UNKNOWN_SILO', 'target.base', 'airline'],
    ['an unknown table', { target: { base: 'airline.flight', label: { column: 'arr_delay' } } }, 'AMALUR_UNKNOWN_TABLE', 'target.base', 'airline.flights'],
    ['a table of another silo', joining({ table: 'weather.planes', on: ['tailnum'] }), 'AMALUR_UNKNOWN_TABLE', 'integration.joins[0].table', 'registry.planes'],
    ['an unknown label', label({ column: 'arr_dely', atLeast: 15 }), 'AMALUR_UNKNOWN_COLUMN', 'target.label.column', 'arr_delay'],
    ['an unknown key column', joining({ table: 'registry.planes', on: ['tail_num'] }), 'AMALUR_UNKNOWN_COLUMN', 'integration.joins[0].on[0]', 'tailnum'],
    ['an unknown key column on the other side', joining({ table: 'registry.airports', on: [{ base: 'origin', table: 'fa' }] }), 'AMALUR_UNKNOWN_COLUMN', 'integration.joins[0].on[0].table', 'faa'],
    ['an unknown excluded column', { features: { exclude: ['weather.hourly.tmp'] } }, 'AMALUR_UNKNOWN_COLUMN', 'features.exclude[0]', 'weather.hourly.temp'],
    ['a column of a table outside the job', { features: { include: ['weather.hourl.temp'] } }, 'AMALUR_UNKNOWN_TABLE', 'features.include[0]', 'weather.hourly.temp'],
    ['an unknown encoded column', { features: { encode: { 'registry.planes.yaer': 'numeric' } } }, 'AMALUR_UNKNOWN_COLUMN', 'features.encode["registry.planes.yaer"]', 'registry.planes.year'],
    ['an unknown row key', { target: { ...flightsJob.target, rowKey: ['flight_id_of_day'] } }, 'AMALUR_UNKNOWN_COLUMN', 'target.rowKey[0]', 'the columns of'],
    ['an unknown silo in a constraint', { constraints: { rowsStay: ['registri'] } }, 'AMALUR_UNKNOWN_SILO', 'constraints.rowsStay[0]', 'registry'],
    ['text compared with atLeast', label({ column: 'carrier', atLeast: 1 }), 'AMALUR_LABEL_NOT_NUMERIC', 'target.label.column', 'equals'],
    ['regression on text', { ...label({ column: 'carrier' }), task: 'regression', model: { type: 'linear-regression' } }, 'AMALUR_LABEL_NOT_NUMERIC', 'target.label.column', 'classification'],
    ['a regression with a threshold', { task: 'regression', model: { type: 'linear-regression' } }, 'AMALUR_INVALID_JOB', 'target.label.atLeast', 'leave "atLeast" out'],
    ['many values and no positive class', label({ column: 'arr_delay' }), 'AMALUR_INVALID_JOB', 'target.label', 'atLeast'],
    ['text and no positive class', label({ column: 'carrier' }), 'AMALUR_LABEL_NOT_NUMERIC', 'target.label', 'equals'],
    ['a positive class of another type', label({ column: 'carrier', equals: 1 }), 'AMALUR_WRONG_TYPE', 'target.label.equals', 'string'],
    ['a label of one class', label({ column: 'year', equals: 2013 }), 'AMALUR_LABEL_ONE_CLASS', 'target.label.column', 'two classes'],
    ['a threshold for many classes', { model: softmax }, 'AMALUR_INVALID_JOB', 'target.label.atLeast', 'logistic-regression'],
    ['a positive class among many', { ...label({ column: 'carrier', equals: 'UA' }), model: softmax }, 'AMALUR_INVALID_JOB', 'target.label.equals', 'leave "equals" out'],
    ['every instant a class', { ...label({ column: 'time_hour' }), model: softmax }, 'AMALUR_WRONG_TYPE', 'target.label.column', 'texts'],
    ['more classes than can be learned', { ...label({ column: 'tailnum' }), model: softmax, features: {} }, 'AMALUR_TOO_MANY_CLASSES', 'target.label.column', 'fewer values'],
    ['one class of many', { ...label({ column: 'year' }), model: softmax }, 'AMALUR_LABEL_ONE_CLASS', 'target.label.column', 'two classes'],
    ['the label included', { features: { include: ['airline.flights.arr_delay'] } }, 'AMALUR_LABEL_IN_FEATURES', 'features.include[0]', 'remove'],
    ['the label encoded', { features: { encode: { 'airline.flights.arr_delay': 'numeric' } } }, 'AMALUR_LABEL_IN_FEATURES', 'features.encode["airline.flights.arr_delay"]', 'remove'],
    ['keys of two types', joining({ table: 'registry.planes', on: [{ base: 'distance', table: 'tailnum' }] }), 'AMALUR_KEY_TYPE_MISMATCH', 'integration.joins[0].on[0]', 'one type'],
    ['a table joined twice', joining({ table: 'registry.planes', on: ['tailnum'] }, { table: 'registry.planes', on: ['tailnum'] }), 'AMALUR_DUPLICATE_NAME', 'integration.joins[1].table', '"as"'],
    ['the base joined to itself', joining({ table: 'airline.flights', on: ['id'] }), 'AMALUR_DUPLICATE_NAME', 'integration.joins[0].table', '"as"'],
    ['an alias that is taken', joining({ table: 'registry.planes', on: ['tailnum'] }, { table: 'registry.airports', as: 'planes', on: [{ base: 'dest', table: 'faa' }] }), 'AMALUR_DUPLICATE_NAME', 'integration.joins[1].as', 'another alias'],
    ['a key column named twice', joining({ table: 'registry.planes', on: ['tailnum', 'tailnum'] }), 'AMALUR_DUPLICATE_NAME', 'integration.joins[0].on[1]', 'once'],
    ['a key without values', joining({ table: 'weather.hourly', on: [{ base: 'carrier', table: 'station_note' }] }), 'AMALUR_EMPTY_JOIN', 'integration.joins[0].on', 'have values'],
    ['a number from text', { features: { encode: { 'airline.flights.carrier': 'numeric' } } }, 'AMALUR_WRONG_TYPE', 'features.encode["airline.flights.carrier"]', 'categorical'],
    ['a category from anything else', { features: { encode: { 'registry.planes.raw': 'categorical' } } }, 'AMALUR_WRONG_TYPE', 'features.encode["registry.planes.raw"]', 'leave'],
    ['a column both in and out', { features: { include: ['weather.hourly.temp'], exclude: ['weather.hourly.temp'] } }, 'AMALUR_INVALID_JOB', 'features.exclude[0]', 'one of the two'],
    ['no features', { features: { include: ['airline.flights.time_hour'] } }, 'AMALUR_NO_FEATURES', 'features', 'encode'],
    ['normal equations with a penalty that has a corner', { task: 'regression', model: { type: 'linear-regression', solver: 'gram', l1: 0.1 } }, 'AMALUR_INVALID_JOB', 'model.solver', 'auto'],
    ['normal equations over rows that stay', { task: 'regression', model: { type: 'linear-regression', solver: 'gram' }, strategy: 'federate' }, 'AMALUR_INVALID_JOB', 'model.solver', 'l-bfgs'],
    ['an offset of a model without a score', { target: { ...flightsJob.target, offset: 'distance' }, model: { type: 'neural-network' }, strategy: 'materialize' }, 'AMALUR_INVALID_JOB', 'target.offset', 'generalised linear'],
    ['an offset of text', { target: { ...flightsJob.target, offset: 'carrier' } }, 'AMALUR_WRONG_TYPE', 'target.offset', 'numbers'],
    ['an offset that is not there', { target: { ...flightsJob.target, offset: 'distanze' } }, 'AMALUR_UNKNOWN_COLUMN', 'target.offset', 'distance'],
    ['an offset that is the label', { target: { ...flightsJob.target, offset: 'arr_delay' } }, 'AMALUR_INVALID_JOB', 'target.offset', 'known before'],
    ['a network whose output is not that of the task', { model: { type: 'neural-network', output: 'linear' } }, 'AMALUR_INVALID_JOB', 'model.output', '"sigmoid"'],
    ['a network of probabilities for a number', { task: 'regression', model: { type: 'neural-network', output: 'softmax' } }, 'AMALUR_INVALID_JOB', 'model.output', '"linear"'],
    ['a threshold for a network of many classes', { model: { type: 'neural-network', output: 'softmax' } }, 'AMALUR_INVALID_JOB', 'target.label.atLeast', 'sigmoid'],
    ['text and a network that says nothing of classes', { ...label({ column: 'carrier' }), model: { type: 'neural-network' } }, 'AMALUR_LABEL_NOT_NUMERIC', 'target.label', 'model.output to "softmax"'],
    ['a network of many classes without a hidden layer', { ...label({ column: 'carrier' }), model: { type: 'neural-network', output: 'softmax', hidden: [] } }, 'AMALUR_INVALID_JOB', 'model.hidden', 'softmax-regression'],
    ['a third class of a network of two', { model: { type: 'neural-network', classWeights: { '0': 2, '2': 1 } } }, 'AMALUR_INVALID_JOB', 'model.classWeights["2"]', 'weigh "0" and "1"'],
    ['classes of a regression weighed', { task: 'regression', ...label({ column: 'arr_delay' }), model: { type: 'neural-network', classWeights: 'balanced' } }, 'AMALUR_INVALID_JOB', 'model.classWeights', 'leave'],
    ['levels encoded by labels of many classes', { ...label({ column: 'carrier' }), model: { type: 'neural-network', output: 'softmax' }, features: { encode: { 'airline.flights.origin': 'target' } } }, 'AMALUR_INVALID_JOB', 'features.encode["airline.flights.origin"]', 'categorical'],
    ['a model for another task', { model: { type: 'linear-regression' } }, 'AMALUR_INVALID_JOB', 'model.type', 'logistic-regression'],
    ['a field that does not exist', { modell: {} }, 'AMALUR_UNKNOWN_FIELD', 'modell', 'model'],
  ])('%s', (_what, change, code, field, suggestion) => {
    expect(refusal(change)).toMatchObject({ code, field, suggestion: expect.stringContaining(suggestion) });
  });

  it('says how many rows repeat the key of the "one" side, where the profile proves it', () => {
    const single = refusal(joining({ table: 'weather.hourly', on: ['origin'] }));
    expect(single).toMatchObject({ code: 'AMALUR_REPEATED_KEY', field: 'integration.joins[0].on' });
    expect(single.message).toContain('26112 of its 26115 rows');
  });

  it('leaves a key to the run that only approximate counts of a large table refute', () => {
    const large = (rows: number) =>
      flightsTables.map(({ silo, profile }) => {
        const columns = profile.columns.map((column) => ({ ...column, distinct: Math.round(rows * 0.98) }));
        return {
          silo,
          profile: profile.table === 'planes' ? { ...profile, rows, columns, keys: [] } : profile,
        };
      });
    const joins = [{ table: 'registry.planes', on: ['tailnum'] }];
    const job = parseJob({ ...flightsJob, integration: { joins }, features: {} });
    expect(() => resolveJob(job, large(5_000_001))).not.toThrow();
    expect(() => resolveJob(job, large(5_000_000))).toThrow(/repeats its key/);
  });

  it('leaves a composite key that the profile can neither prove nor refute to the run', () => {
    const unknown = flightsTables.map((table) => ({ ...table, profile: { ...table.profile, keys: [] } }));
    expect(() => resolveJob(parseJob(flightsJob), unknown)).not.toThrow();
  });
});

it('refuses whatever a job is changed to with an AmalurError, and with nothing else', () => {
  const paths = pathsOf(flightsJob);
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom(
      'airline.flights',
      'registry.planes',
      'tailnum',
      'carrier',
      'arr_delay',
      'airline.flights.day',
      '__proto__',
      0,
      1,
    ),
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.constantFrom(...paths), value), { minLength: 1, maxLength: 3 }),
      (changes) => {
        const job = structuredClone(flightsJob) as unknown;
        for (const [path, replacement] of changes) replaceAt(job, path, replacement);
        try {
          resolveJob(parseJob(job), flightsTables);
        } catch (error) {
          if (!(error instanceof AmalurError)) throw error;
          expect(error.message).not.toBe('');
        }
      },
    ),
    { numRuns: 1500 },
  );
});

type Path = readonly (string | number)[];

function pathsOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return at.length === 0 ? [] : [at];
  const members = Array.isArray(value) ? [...value.entries()] : Object.entries(value);
  const below = members.flatMap(([step, member]) => pathsOf(member, [...at, step]));
  return at.length === 0 ? below : [at, ...below];
}

/** Replaces the member at a path, unless an earlier change has taken away what held it. */
function replaceAt(root: unknown, path: Path, replacement: unknown): void {
  const last = path.at(-1);
  const holder = path.slice(0, -1).reduce<unknown>((at, step) => (isObject(at) ? at[step] : undefined), root);
  if (isObject(holder) && last !== undefined) holder[last] = replacement;
}

function isObject(value: unknown): value is Record<string | number, unknown> {
  return typeof value === 'object' && value !== null;
}
