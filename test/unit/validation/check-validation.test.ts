import { describe, expect, test } from 'vitest';
import { AmalurError } from '../../../core/errors.js';
import { parseJob, resolveJob } from '../../../core/job/resolve.js';
import { TYPICAL_HOST } from '../../../core/planner/hosts.js';
import { planRun } from '../../../core/planner/plan-run.js';
import { flightsJob, flightsTables } from '../../support/flights-job.js';
import { resolve as resolveShop, united } from '../../support/shop-jobs.js';

const resolve = (change: object) => resolveJob(parseJob({ ...flightsJob, ...change }), flightsTables);

function refusalOf(act: () => unknown): AmalurError {
  try {
    act();
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
}

const refusal = (change: object) => refusalOf(() => resolve(change));
const searching = (search: object) => refusal({ validation: {}, search });
const over = (choices: object, more: object = {}) => searching({ over: choices, ...more });

describe('a job with folds', () => {
  test('has five of them by rows, unless it says otherwise, and one without has none', () => {
    expect(resolve({ validation: {} }).job.validation).toEqual({ folds: 5, by: 'rows', seed: 0 });
    expect(resolve({}).job).not.toHaveProperty('validation');
  });

  test.each([{ time: 'time_hour' }, { group: 'tailnum' }, { group: 'carrier' }])('takes them by %o', (by) => {
    expect(resolve({ validation: { by } }).job.validation).toMatchObject({ by });
  });
});

describe('what is refused, with field and suggestion', () => {
  test.each([
    ['a search without folds', { search: { over: { l2: [1] } } }, 'validation', /"folds": 5/],
    ['one fold', { validation: { folds: 1 } }, 'validation.folds', /./],
    [
      'a group that is no column',
      { validation: { by: { group: 'tailnumber' } } },
      'validation.by.group',
      /tailnum\?/,
    ],
    ['a time that is no column', { validation: { by: { time: 'hour' } } }, 'validation.by.time', /./],
    [
      'a time that is text',
      { validation: { by: { time: 'carrier' } } },
      'validation.by.time',
      /numbers, of dates, or of timestamps/,
    ],
    [
      'a clustering',
      {
        validation: {},
        task: 'clustering',
        target: { base: 'airline.flights' },
        model: { type: 'k-means', clusters: 3 },
      },
      'validation',
      /leave "validation"/,
    ],
  ])('%s', (_what, change, field, suggestion) => {
    const error = refusal(change);
    expect(error.field).toBe(field);
    if (field !== 'validation.folds') expect(error.suggestion).toMatch(suggestion);
  });

  test.each([
    [
      'a field that the model has not',
      over({ L3: [1] }),
      'AMALUR_UNKNOWN_FIELD',
      'search.over.L3',
      /did you mean l1\?/,
    ],
    ['another model', over({ type: ['nmf'] }), 'AMALUR_UNKNOWN_FIELD', 'search.over.type', /./],
    [
      'a value of a wrong type',
      over({ l2: [0.1, '1'] }),
      'AMALUR_WRONG_TYPE',
      'search.over.l2[1]',
      /quotation/,
    ],
    ['a value out of range', over({ l2: [0.1, -1] }), 'AMALUR_INVALID_JOB', 'search.over.l2[1]', undefined],
    [
      'a value unknown',
      over({ classWeights: ['balancd'] }),
      'AMALUR_INVALID_JOB',
      'search.over.classWeights[0]',
      undefined,
    ],
    ['no field', over({}), 'AMALUR_INVALID_JOB', 'search.over', undefined],
    ['no value', over({ l2: [] }), 'AMALUR_INVALID_JOB', 'search.over.l2', undefined],
    [
      'a range downwards',
      over({ l2: { from: 1, to: 0.1, count: 3 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l2.to',
      /larger/,
    ],
    [
      'a logarithm of 0',
      over({ l2: { from: 0, to: 1, count: 3 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l2.from',
      /linear/,
    ],
    [
      'a range in a grid without count',
      over({ l2: { from: 0.1, to: 1 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l2.count',
      /random/,
    ],
    [
      'a range out of range',
      over({ memory: { from: 1, to: 1000, count: 3 } }),
      'AMALUR_INVALID_JOB',
      'search.over.memory.to',
      undefined,
    ],
    [
      'a path of l2, at none of which all parameters are 0',
      over({ l2: { path: 20 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l2',
      /"from", "to", "count"/,
    ],
    [
      'a path that is drawn',
      over({ l1: { path: 20 } }, { method: 'random' }),
      'AMALUR_INVALID_JOB',
      'search.method',
      /grid/,
    ],
    [
      'a path beside a setting on which its beginning depends',
      over({ l1: { path: 20 }, l2: [0, 1], classWeights: ['none', 'balanced'] }),
      'AMALUR_INVALID_JOB',
      'search.over.classWeights',
      /out of search.over/,
    ],
    [
      'a path of one value',
      over({ l1: { path: 1 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l1.path',
      undefined,
    ],
    [
      'a path that goes up',
      over({ l1: { path: 20, ratio: 2 } }),
      'AMALUR_INVALID_JOB',
      'search.over.l1.ratio',
      undefined,
    ],
    [
      'too many paths',
      over({ l1: { path: 100 }, l2: [0, 1] }),
      'AMALUR_INVALID_JOB',
      'search.over',
      /200 combinations/,
    ],
    [
      'the AUC of many classes, which is of two',
      refusal({
        target: { base: 'airline.flights', label: { column: 'carrier' } },
        model: { type: 'softmax-regression' },
        validation: {},
        search: { over: { l2: [0.1, 1] }, measure: 'auc' },
      }),
      'AMALUR_INVALID_JOB',
      'search.measure',
      /logLoss, accuracy, macroF1, macroAuc/,
    ],
    [
      'a measure of another task',
      over({ l2: [1] }, { measure: 'rmse' }),
      'AMALUR_INVALID_JOB',
      'search.measure',
      /logLoss/,
    ],
    [
      'the largest l2 of none',
      over({ memory: [5] }, { choose: 'one-standard-error' }),
      'AMALUR_INVALID_JOB',
      'search.choose',
      /l2/,
    ],
    [
      'too large a grid',
      over({ l2: { from: 1, to: 2, count: 151 } }),
      'AMALUR_INVALID_JOB',
      'search.over',
      /random/,
    ],
    [
      'too many trials',
      over({ l2: { from: 1, to: 2 } }, { method: 'random', trials: 151 }),
      'AMALUR_INVALID_JOB',
      'search.trials',
      /150/,
    ],
  ] as const)('%s', (_what, error, code, field, suggestion) => {
    expect(error).toMatchObject({ code, field });
    if (suggestion) expect(error.suggestion).toMatch(suggestion);
  });

  describe('a measure that says little about the model', () => {
    const numbers = {
      task: 'regression',
      target: { base: 'airline.flights', label: { column: 'arr_delay' } },
    };
    const compared = (model: object, search: object) => ({
      ...{ ...numbers, model, validation: {} },
      search: { over: { l2: [0.1, 1] }, ...search },
    });
    const quantile = (level: number) => ({ type: 'quantile-regression', quantile: level });

    test.each([
      ['a deviance of none', { type: 'linear-regression' }, { measure: 'deviance' }, 'search.measure', /r2$/],
      ['of a high quantile', quantile(0.9), { measure: 'mae' }, 'search', /leave "search" out/],
      [
        'of many quantiles',
        quantile(0.5),
        { over: { quantile: [0.1, 0.5] } },
        'search',
        /leave "search" out/,
      ],
      ['of a median the RMSE', quantile(0.5), {}, 'search.measure', /"mae"/],
    ])('%s', (_what, model, search, field, suggestion) => {
      const error = refusal(compared(model, search));
      expect(error).toMatchObject({ code: 'AMALUR_INVALID_JOB', field });
      expect(error.suggestion).toMatch(suggestion);
    });

    test.each([
      [
        'a network by its mean absolute error',
        { type: 'neural-network' },
        { over: { hidden: [[4], [8, 4]] }, measure: 'mae' },
      ],
      ['counts by deviance', { type: 'poisson-regression' }, { measure: 'deviance' }],
      ['medians by the mean absolute error', quantile(0.5), { measure: 'mae' }],
    ])('but not %s', (_what, model, search) => {
      expect(resolve(compared(model, search)).job.search).toMatchObject(search);
    });
  });

  test('a column of folds that a table which brings rows in lacks, or has of another type', () => {
    const union = (by: object) => ({ ...united(), validation: { by } });
    for (const time of ['day', 'amount'])
      expect(resolveShop(union({ time })).job.validation?.by).toEqual({ time });
    const missing = refusalOf(() => resolveShop(union({ group: 'customer' })));
    expect(missing).toMatchObject({ code: 'AMALUR_UNKNOWN_COLUMN', field: 'validation.by.group' });
    const other = refusalOf(() => resolveShop(union({ time: 'note' })));
    expect(other).toMatchObject({ code: 'AMALUR_WRONG_TYPE', field: 'validation.by.time' });
  });
});

describe('the plan of a job with folds', () => {
  const hosts = { aggregator: { ...TYPICAL_HOST, host: 'm' } };
  const plan = (change: object) => planRun({ resolved: resolve(change), tables: flightsTables, hosts });
  const validation = { folds: 5 };

  test('may leave rows where they are', () => {
    expect(plan({ validation, strategy: 'federate' }).chosen).toBe('federate@silo.airline');
    const { candidates } = plan({ validation });
    for (const { excluded } of candidates) expect(excluded).toEqual([]);
  });

  test('counts the rounds and the bytes of each trial and fold, and the counts of rows of each fold', () => {
    const federate = (change: object) => {
      const { candidates } = plan({ strategy: 'federate', ...change });
      return candidates.find(({ id }) => id === 'federate@silo.airline')!;
    };
    const alone = federate({});
    const searched = federate({ validation, search: { over: { l2: [0.1, 1, 10] } } });
    for (const kind of ['compute', 'orchestration'] as const)
      expect(searched.seconds[kind] / alone.seconds[kind]).toBeCloseTo(1 + 3 * 5, 8);
    const sent = ({ bytesOut }: typeof alone) => bytesOut.weather!;
    // Keys are sent once.
    expect(sent(searched) / sent(alone)).toBeGreaterThan(10);
    expect(sent(searched) / sent(alone)).toBeLessThan(16);
    expect(searched.memoryBytes).toBeGreaterThan(alone.memoryBytes);
  });

  test('brings rows together for a path, and says why it does not train in rounds', () => {
    const path = { validation, search: { over: { l1: { path: 5 } } } };
    const { chosen, candidates } = plan(path);
    expect(chosen).toMatch(/^materialize@/);
    const rounds = candidates.filter(({ mode }) => mode === 'rounds');
    expect(rounds.length).toBeGreaterThan(0);
    for (const { excluded } of rounds) expect(excluded.join()).toContain('a path of l1 begins at a penalty');
    const federate = refusalOf(() => plan({ ...path, strategy: 'federate' }));
    expect(federate).toMatchObject({ code: 'AMALUR_NO_PLAN', field: 'strategy' });
    expect(federate.message).toContain('a range {"from", "to", "count"} of l1 needs no such');
    expect(federate.suggestion).toMatch(
      /without the path of the search, federate@silo\.airline would be possible/,
    );
  });

  test('expects the seconds of all its trainings, and segments as long as ever', () => {
    const alone = plan({ strategy: 'materialize' });
    const searched = plan({ strategy: 'materialize', validation, search: { over: { l2: [0.1, 1, 10] } } });
    const secondsOf = ({ candidates, chosen }: typeof alone) =>
      candidates.find(({ id }) => id === chosen)!.seconds;
    expect(secondsOf(searched).compute / secondsOf(alone).compute).toBeCloseTo(1 + 3 * 4, 8);
    expect(secondsOf(searched).join).toBe(secondsOf(alone).join);
    expect(searched.segmentRounds).toBe(alone.segmentRounds);
  });
});
