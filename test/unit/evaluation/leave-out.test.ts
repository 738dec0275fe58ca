import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showLeftOut } from '../../../client/cli/show-left-out.js';
import { compareModels } from '../../../core/evaluation/compare-models.js';
import { leftOutOf } from '../../../core/evaluation/left-out.js';
import { AmalurError } from '../../../core/errors.js';
import { silosToLeaveOut, withoutSilo } from '../../../core/job/leave-out.js';
import { parseJob, resolveJob } from '../../../core/job/resolve.js';
import type { ResolvedJob } from '../../../core/job/resolved.js';
import { draws } from '../../../core/models/draws.js';
import { evaluate } from '../../../core/models/evaluate.js';
import { TYPICAL_HOST } from '../../../core/planner/hosts.js';
import { planRun } from '../../../core/planner/plan-run.js';
import { linksOf } from '../../../workflows/party-link.js';
import { flightsJob, flightsTables } from '../../support/flights-job.js';
import * as shop from '../../support/shop-jobs.js';

const leaveOut = { evaluation: { leaveOut: true } };
const resolve = (change: object) => resolveJob(parseJob({ ...flightsJob, ...change }), flightsTables);
const featuresOf = ({ groups }: ResolvedJob) =>
  groups.flatMap(({ id, features }) => features.map(({ name }) => `${id}.${name}`));

function refusal(act: () => unknown): AmalurError {
  try {
    act();
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
}

describe('a job whose silos are left out', () => {
  test('leaves out each silo but that of the base table, and none unless it says so', () => {
    expect(silosToLeaveOut(resolve(leaveOut))).toEqual(['weather', 'registry']);
    expect(silosToLeaveOut(resolve({}))).toEqual([]);
  });

  test('has the columns of the job that excludes those of all tables of the silo, and the same rows', () => {
    const whole = resolve(leaveOut);
    const own = featuresOf(whole).filter((name) => name.startsWith('registry.'));
    const byHand = resolve({
      features: { ...flightsJob.features, exclude: [...(flightsJob.features?.exclude ?? []), ...own] },
    });
    const reduced = withoutSilo(whole, 'registry');
    expect(own.length).toBeGreaterThan(6);
    expect(reduced.groups).toEqual(byHand.groups);
    expect(reduced).toEqual({ ...whole, groups: byHand.groups });
  });

  test('keeps products of columns of different tables as far as both are left', () => {
    const pairs = [
      ['airline.flights.carrier', 'registry.planes.year'],
      ['airline.flights.carrier', 'weather.hourly.temp'],
    ];
    const whole = resolve({ ...leaveOut, features: { ...flightsJob.features, interactions: pairs } });
    const groups = (resolved: ResolvedJob) =>
      resolved.interactions?.map((pair) => pair.map(({ group }) => group));
    expect(groups(whole)).toHaveLength(2);
    expect(groups(withoutSilo(whole, 'registry'))).toEqual([['airline.flights', 'weather.hourly']]);
  });

  test('keeps a column that another silo supplies too, as it is', () => {
    const columns = { place: ['airline.flights.origin', 'weather.hourly.origin'] };
    const whole = resolve({ ...leaveOut, integration: { ...flightsJob.integration, columns } });
    const shared = whole.groups.filter(({ shares }) => shares.length > 1);
    expect(shared.map(({ features }) => features.map(({ name }) => name))).toEqual([['place']]);
    const left = withoutSilo(whole, 'weather').groups;
    expect(left).toEqual(expect.arrayContaining(shared));
    expect(left.map(({ id }) => id)).not.toContain('weather.hourly');
  });

  test('has every silo asked for the same without another, so that nothing is published again', () => {
    const columns = { age: ['crm.customers.age', 'crm.persons.age'] };
    const joins = [shop.customers, shop.persons];
    const whole = shop.resolve({ integration: { joins, columns, overlap: 'fail' }, ...leaveOut });
    const options = { site: 'silo.shop', purpose: 'training here', compared: true, secret: false } as const;
    const of = (run: Parameters<typeof linksOf>[0]) =>
      ['shop', 'crm'].map((silo) => linksOf(run, silo, options));
    expect(of({ resolved: whole })[1]?.map(({ cells }) => cells)).toContainEqual({ age: 'age' });
    const resolved = withoutSilo(whole, 'crm');
    expect(of({ resolved, without: { whole } })).toEqual(of({ resolved: whole }));
    expect(of({ resolved })).not.toEqual(of({ resolved: whole }));
  });

  test.each([
    [
      'one silo has all columns',
      { features: { include: ['airline.flights.distance'] } },
      /no silo but that of the base/,
    ],
    [
      'nothing is left without a silo',
      { features: { include: ['weather.hourly.temp'] } },
      /without the silo weather/,
    ],
    ['there are no test rows', { split: { test: 0 } }, /no test rows/],
    [
      'nothing is predicted',
      { task: 'clustering', target: { base: 'airline.flights' }, model: { type: 'k-means', clusters: 2 } },
      /clustering/,
    ],
  ])('is refused where %s', (_, change, message) => {
    const error = refusal(() => resolve({ ...leaveOut, ...change }));
    expect(error).toMatchObject({ code: 'AMALUR_INVALID_JOB', field: 'evaluation.leaveOut' });
    expect(error.message).toMatch(message);
    expect(error.suggestion).toMatch(/./);
  });

  test('is planned as the trainings that it takes: bytes of the exchange, seconds, not the rows that travel once', () => {
    const host = { ...TYPICAL_HOST, host: 'h' };
    const hosts = { aggregator: host, 'silo.airline': host, 'silo.weather': host, 'silo.registry': host };
    const [once, thrice] = [{}, leaveOut].map(
      (change) => planRun({ resolved: resolve(change), tables: flightsTables, hosts }).candidates,
    );
    const of = (candidates: typeof once, id: string) => candidates!.find((one) => one.id === id)!;
    const rounds = 'federate@silo.airline';
    expect(of(thrice, rounds).seconds.compute).toBeCloseTo(3 * of(once, rounds).seconds.compute, 6);
    const grown = of(thrice, rounds).bytesOut.airline! / of(once, rounds).bytesOut.airline!;
    expect(grown).toBeCloseTo(3, 6);
    const pulled = 'materialize@silo.airline';
    expect(of(thrice, pulled).bytesOut).toEqual(of(once, pulled).bytesOut);
    expect(of(thrice, pulled).seconds.compute).toBeCloseTo(3 * of(once, pulled).seconds.compute, 6);
  });
});

describe('two models on the same test rows', () => {
  const random = draws('two models');
  const rows = 300;
  const labels = Float64Array.from({ length: rows }, (_, row) => Number(random(0, row) < 0.4));
  const noisy = (seed: number, noise: number) =>
    labels.map((label, row) => 0.2 + 0.5 * label * (1 - noise) + 0.3 * noise * random(seed, row));
  const options = { resamples: 100, seed: 3 };

  test('of which one is the other differ by nothing on any resample', () => {
    const p = noisy(1, 0.9);
    const metrics = evaluate('classification', p, labels);
    for (const measure of Object.values(
      compareModels({ metrics, one: p, other: p, labels }, options)!.measures,
    ))
      expect(measure).toEqual({ low: 0, high: 0, defined: 100 });
  });

  test.each(['classification', 'regression'] as const)(
    'of a %s have the interval of differences on resampled rows, whatever their order',
    (task) => {
      const y = task === 'classification' ? labels : labels.map((label, row) => label + random(9, row));
      const [one, other] = [noisy(1, 0.95), noisy(2, 0.6)];
      const metrics = evaluate(task, one, y);
      const found = compareModels({ metrics, one, other, labels: y }, options)!;
      const name = task === 'classification' ? 'auc' : 'rmse';
      const drawn = draws(`bootstrap ${options.seed}`);
      const differences = Array.from({ length: options.resamples }, (_, resample) => {
        const taken = Array.from({ length: rows }, (_, i) => Math.floor(drawn(resample, i) * rows));
        const measured = [one, other].map((p) => {
          const measures = evaluate(
            task,
            Float64Array.from(taken, (row) => p[row]!),
            Float64Array.from(taken, (row) => y[row]!),
          );
          return (measures as unknown as Record<string, number>)[name]!;
        });
        return measured[0]! - measured[1]!;
      }).sort((a, b) => a - b);
      expect(differences.filter((value) => value !== 0).length).toBeGreaterThan(90);
      const at = (q: number) => {
        const position = q * (differences.length - 1);
        const low = Math.floor(position);
        return differences[low]! + (position - low) * (differences[low + 1]! - differences[low]!);
      };
      expect(found.measures[name]?.low).toBeCloseTo(at(0.025), 10);
      expect(found.measures[name]?.high).toBeCloseTo(at(0.975), 10);
    },
  );

  test('are not compared where a prediction is no number, or no resample is wanted', () => {
    const p = noisy(1, 0.5);
    const metrics = evaluate('classification', p, labels);
    expect(compareModels({ metrics, one: p, other: p.map(() => NaN), labels }, options)).toBeUndefined();
    expect(compareModels({ metrics, one: p, other: p, labels }, { resamples: 0, seed: 0 })).toBeUndefined();
  });
});

describe('what is lost without a silo', () => {
  const ending = { rounds: 3, stopped: 'converged' } as const;
  const interval = (low: number, high: number) => ({ low, high, defined: 10 });

  test('is above 0 where the model is worse, of measures of which more or less is better', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (a, b) => {
          const rest = { rows: 9, positives: 4, logLoss: 1, accuracy: 1 };
          const auc = leftOutOf({ ...rest, auc: a }, [
            { silo: 's', metrics: { ...rest, auc: b }, ...ending },
          ]);
          expect(auc.silos[0]?.lost).toBeCloseTo(a - b, 12);
          const errors = { rows: 9, mae: 1, r2: 0 };
          const rmse = leftOutOf({ ...errors, rmse: a }, [
            { silo: 's', metrics: { ...errors, rmse: b }, ...ending },
          ]);
          expect(rmse.silos[0]?.lost).toBeCloseTo(b - a, 12);
        },
      ),
    );
  });

  test('has its interval the same way round, and is shown with it', () => {
    const rest = { rows: 9, positives: 4, logLoss: 1, accuracy: 1 };
    const differences = { level: 0.95, resamples: 10, measures: { auc: interval(-0.25, -0.125) } };
    const leftOut = leftOutOf({ ...rest, auc: 0.75 }, [
      { silo: 'crm', metrics: { ...rest, auc: 0.5 }, differences, ...ending },
      { silo: 'lab', metrics: { ...rest, auc: null }, ...ending },
    ]);
    expect(leftOut.silos[0]).toMatchObject({ lost: 0.25, interval: interval(0.125, 0.25) });
    expect(leftOut.silos[1]).toMatchObject({ lost: null });
    const shown = showLeftOut(leftOut).join('\n');
    expect(shown).toMatch(/AUC lost +95\.0 % interval/);
    expect(shown).toMatch(/crm +0\.750000 +0\.500000 +0\.250000 +0\.125000 – 0\.250000 +3 \(converged\)/);
    expect(shown).toMatch(/lab +0\.750000 +– +– +– /);
  });

  test.each([0, 1])(
    'is said to be unknown of a silo without which training failed, beside %i others',
    (others) => {
      const metrics = { rows: 9, mae: 1, r2: 0, rmse: 2 };
      const trained = [{ silo: 'crm', metrics, ...ending }].slice(0, others);
      const error = { code: 'AMALUR_DIVERGED', message: 'the loss is no number' } as const;
      const leftOut = leftOutOf(metrics, trained, [{ silo: 'lab', error }]);
      expect(leftOut.silos).toHaveLength(others);
      const shown = showLeftOut(leftOut).join('\n');
      expect(shown.includes('RMSE gained')).toBe(others === 1);
      expect(shown).toMatch(/What lab adds is not known: .* AMALUR_DIVERGED: the loss is no number/);
    },
  );
});
