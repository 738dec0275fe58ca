import { describe, expect, it } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { mostRounds } from '../../core/job/most-rounds.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';
import { planRun } from '../../core/planner/plan-run.js';
import { expectedRounds } from '../../core/planner/rounds.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';

const base = flightsJob.target.base;

const clustering: JobInput = {
  ...flightsJob,
  name: 'kinds-of-flights',
  task: 'clustering',
  target: { base },
  model: { type: 'k-means', clusters: 6 },
};

const mixture: JobInput = { ...clustering, model: { type: 'gaussian-mixture', components: 6 } };

const decomposition: JobInput = {
  ...clustering,
  task: 'decomposition',
  features: { ...flightsJob.features, scale: 'min-max' },
  model: { type: 'nmf', rank: 4 },
};

const components: JobInput = { ...clustering, task: 'decomposition', model: { type: 'pca', components: 3 } };

const resolve = (job: JobInput) => resolveJob(parseJob(job), flightsTables);

function refusal(job: JobInput) {
  try {
    resolve(job);
  } catch (error) {
    if (!(error instanceof AmalurError)) throw error;
    return { code: error.code, field: error.field, suggestion: error.suggestion };
  }
  throw new Error('the job was not refused');
}

describe('a job without a label', () => {
  it.each([clustering, mixture, decomposition, components])('resolves: $task, $model.type', (job) => {
    const { parties } = resolve(job);
    expect(parties[0]?.features.map(({ name }) => name)).toContain('arr_delay');
  });

  const { label } = flightsJob.target;
  const withLabel = { base, ...(label && { label }) };
  // prettier-ignore
  it.each([
    ['a clustering with a label', { ...clustering, target: withLabel }, 'target.label', 'leave "label" out'],
    ['a decomposition with a label', { ...decomposition, target: withLabel }, 'target.label', 'leave "label" out'],
    ['a classification without a label', { ...flightsJob, target: { base } }, 'target.label', '"clustering"'],
    ['a regression without a label', { ...flightsJob, target: { base }, task: 'regression', model: { type: 'linear-regression' } }, 'target.label', '"column"'],
    ['rows that weigh differently in principal components', { ...components, target: { base, weight: 'distance' } }, 'target.weight', 'leave "weight" out'],
    ['principal components for a clustering', { ...clustering, model: { type: 'pca' } }, 'model.type', '"k-means"'],
    ['rows that weigh differently', { ...clustering, target: { base, weight: 'distance' } }, 'target.weight', 'leave "weight" out'],
    ['rows that weigh differently in a mixture', { ...mixture, target: { base, weight: 'distance' } }, 'target.weight', 'leave "weight" out'],
    ['a mixture for a decomposition', { ...decomposition, model: mixture.model }, 'model.type', '"nmf"'],
    ['K-means for a classification', { ...flightsJob, model: { type: 'k-means', clusters: 2 } }, 'model.type', '"logistic-regression"'],
    ['a factorisation for a clustering', { ...clustering, model: { type: 'nmf', rank: 2 } }, 'model.type', '"k-means"'],
    ['a logistic regression for a clustering', { ...clustering, model: { type: 'logistic-regression' } }, 'model.type', '"k-means"'],
    ['a network for a decomposition', { ...decomposition, model: { type: 'neural-network' } }, 'model.type', '"nmf"'],
    ['a factorisation of centred numbers', { ...decomposition, features: {} }, 'features.scale', '"min-max"'],
    ['a factorisation of a column that is centred', { ...decomposition, features: { scale: 'none', encode: { 'airline.flights.distance': { type: 'numeric', scale: 'robust' } } } }, 'features.encode["airline.flights.distance"].scale', '"none"'],
    ['a factorisation of powers of a centred number', { ...decomposition, features: { scale: 'none', encode: { 'airline.flights.distance': { type: 'polynomial', scale: 'standard' } } } }, 'features.encode["airline.flights.distance"].scale', '"none"'],
    ['a factorisation of the tangents of a spline', { ...decomposition, features: { scale: 'min-max', encode: { 'airline.flights.distance': { type: 'spline', extrapolation: 'linear' } } } }, 'features.encode["airline.flights.distance"].extrapolation', '"constant"'],
    ['a factorisation of the sines of a date', { ...decomposition, features: { scale: 'min-max', encode: { 'airline.flights.time_hour': 'date' } } }, 'features.encode["airline.flights.time_hour"]', '"cyclic": false'],
  ] satisfies [string, JobInput, string, string][])('is told apart: %s', (_what, job, field, suggestion) => {
    expect(refusal(job)).toMatchObject({ code: 'AMALUR_INVALID_JOB', field, suggestion: expect.stringContaining(suggestion) as string });
  });
});

describe('the plan of a job without a label', () => {
  const planOf = (job: JobInput) => planRun({ resolved: resolve(job), tables: flightsTables, hosts: {} });

  it.each([clustering, mixture, decomposition, components])(
    'has every strategy, each with figures: $model.type',
    (job) => {
      const { candidates } = planOf(job);
      expect(new Set(candidates.map(({ strategy }) => strategy))).toEqual(
        new Set(['materialize', 'factorize', 'federate']),
      );
      for (const { seconds, bytesOut, memoryBytes } of candidates) {
        for (const figure of [...Object.values(seconds), ...Object.values(bytesOut), memoryBytes]) {
          expect(figure).toBeGreaterThanOrEqual(0);
          expect(figure).toBeLessThan(Infinity);
        }
      }
    },
  );

  it.each([
    ['centre', (clusters: number) => ({ type: 'k-means', clusters }) as const],
    ['component', (components: number) => ({ type: 'gaussian-mixture', components }) as const],
  ])('lets a number for each %s and row out in every round', (_what, modelOf) => {
    const bytes = (parts: number) => {
      const { candidates } = planOf({ ...clustering, model: modelOf(parts) });
      const factorized = candidates.find(({ id }) => id === 'factorize@silo.airline');
      return factorized!.bytesOut.weather! / factorized!.rounds.expected;
    };
    expect(bytes(12) / bytes(6)).toBeCloseTo(2, 1);
  });

  it('discloses no labels, so that a constraint on them rules nothing out', () => {
    const { candidates } = planOf({ ...clustering, constraints: { labelsStay: true } });
    expect(candidates.flatMap(({ excluded }) => excluded)).toEqual([]);
  });

  it('expects no more rounds than there can be', () => {
    for (const model of [
      { ...clustering.model, maxRounds: 2 },
      { ...mixture.model, maxRounds: 2, restarts: 1 },
      { ...decomposition.model, tolerance: 0 },
      { ...components.model, tolerance: 1e-300, maxRounds: 3 },
    ] as JobInput['model'][]) {
      const { model: spec } = parseJob({ ...clustering, model });
      expect(expectedRounds(spec).whitenedTogether.expected).toBeLessThanOrEqual(mostRounds(spec));
    }
  });
});
