import { describe, expect, it } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';
import { secondsAllowed } from '../../core/job/silo-loss.js';
import { resolveWithoutSilos } from '../../core/job/skip-silos.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';
import { table } from '../support/profiles.js';

const onSiloLost = { policy: 'skip' } as const;

function without(job: JobInput, silos: readonly string[], tables = flightsTables) {
  return resolveWithoutSilos(parseJob({ onSiloLost, ...job }), tables, silos);
}

function written(job: JobInput, tables = flightsTables) {
  return resolveJob(parseJob({ onSiloLost, ...job }), tables);
}

function refusal(job: JobInput, silos: readonly string[]) {
  try {
    without(job, silos);
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('the job was not refused');
}

const [weather, planes, origin, destination] = flightsJob.integration!.joins!;
const left = (joins: JobInput['integration'], features: JobInput['features'] = flightsJob.features) => ({
  ...flightsJob,
  integration: { scenario: 'left' as const, ...joins },
  features,
});

describe('a job without a lost silo', () => {
  it('is the job that somebody wrote without its tables', () => {
    expect(without(flightsJob, ['registry'])).toEqual(written(left({ joins: [weather!] })));
    expect(without(flightsJob, ['weather'])).toEqual(
      written(left({ joins: [planes!, origin!, destination!] })),
    );
  });

  it('names none of its columns any more: excluded, encoded or multiplied ones', () => {
    const features = {
      exclude: ['weather.hourly.temp', 'airline.flights.dep_delay'],
      encode: { 'registry.planes.year': 'categorical', 'airline.flights.month': 'categorical' },
      interactions: [
        ['airline.flights.distance', 'registry.planes.year'],
        ['airline.flights.distance', 'airline.flights.day'],
      ],
    } satisfies JobInput['features'];
    const kept = {
      exclude: ['airline.flights.dep_delay'],
      encode: { 'airline.flights.month': 'categorical' },
      interactions: [['airline.flights.distance', 'airline.flights.day']],
    } satisfies JobInput['features'];
    const job = left({ joins: [weather!, planes!] }, features);
    expect(without(job, ['registry', 'weather'])).toEqual(written(left({ joins: [] }, kept)));
  });

  it('loses with it what comes in only by one of its tables', () => {
    const stations = { table: 'airline.stations', to: 'weather.hourly', on: ['origin'] };
    const tables = [
      ...flightsTables,
      table('airline', 'stations', 3, 'origin text 3\n height number 3', [['origin']]),
    ];
    const resolved = without(left({ joins: [weather!, stations, planes!] }), ['weather'], tables);
    expect(resolved).toEqual(written(left({ joins: [planes!] }), tables));
  });

  it('loses the rows of a united table, and goes by the names that remain', () => {
    const columns = 'patient integer 100\n age integer 50\n num integer 2';
    const tables = ['north', 'south', 'east'].map((silo) =>
      table(silo, 'patients', 100, columns, [['patient']]),
    );
    const union = (others: readonly string[], name: (column: string) => string): JobInput => ({
      name: 'union',
      task: 'classification',
      target: { base: 'north.patients', label: { column: 'num', atLeast: 1 } },
      integration: { scenario: 'union', joins: others.map((silo) => ({ table: `${silo}.patients` })) },
      features: { exclude: [name('patient')], encode: { [name('age')]: 'categorical' } },
      model: { type: 'logistic-regression', l2: 0.1 },
    });
    const three = union(['south', 'east'], (column) => column);
    const qualified = (column: string) => `north.patients.${column}`;
    const two = without(three, ['south'], tables);
    expect({ ...two, job: null, jobHash: null }).toEqual({
      ...written(
        union(['east'], (column) => column),
        tables,
      ),
      job: null,
      jobHash: null,
    });
    expect(without(three, ['south', 'east'], tables)).toEqual(written(union([], qualified), tables));
  });
});

describe('a silo that a job cannot do without', () => {
  it('is that of the base table', () => {
    const error = refusal(flightsJob, ['airline']);
    expect(error).toMatchObject({ code: 'AMALUR_SILO_NEEDED', field: 'onSiloLost' });
    expect(error.message).toContain('silo "airline"');
    expect(error.message).toContain('base table');
  });

  it('is one below the quorum', () => {
    const quorate = { ...flightsJob, onSiloLost: { ...onSiloLost, quorum: 2 } };
    expect(without(quorate, ['weather']).parties.map(({ silo }) => silo)).not.toContain('weather');
    expect(refusal(quorate, ['weather', 'registry'])).toMatchObject({
      code: 'AMALUR_SILO_NEEDED',
      field: 'onSiloLost.quorum',
      message: 'without weather, registry only 1 of the 2 silos that the quorum asks for would remain',
    });
  });

  it('is one without which there is nothing to learn from', () => {
    const job = left({ joins: [weather!] }, { include: ['weather.hourly.temp'] });
    expect(refusal(job, ['weather'])).toMatchObject({ code: 'AMALUR_SILO_NEEDED', field: 'features' });
  });
});

describe('how long a silo may be without a worker', () => {
  it('is told by the job, and without that differs between the beginning and mid-run', () => {
    expect(secondsAllowed(undefined, false)).toBe(10);
    expect(secondsAllowed(undefined, true)).toBe(43_200);
    for (const begun of [false, true]) {
      expect(secondsAllowed({ policy: 'wait' }, begun)).toBe(43_200);
      expect(secondsAllowed({ policy: 'fail' }, begun)).toBe(60);
      expect(secondsAllowed({ policy: 'skip', after: 5 }, begun)).toBe(5);
    }
  });

  it.each([
    ['a quorum without the policy skip', { policy: 'wait', quorum: 2 }, 'onSiloLost.quorum'],
    ['a quorum of more silos than there are', { policy: 'skip', quorum: 4 }, 'onSiloLost.quorum'],
    ['no time at all', { policy: 'fail', after: 0 }, 'onSiloLost.after'],
  ] as const)('is refused with %s', (_what, given, field) => {
    expect(() => written({ ...flightsJob, onSiloLost: given })).toThrow(
      expect.objectContaining({ field }) as Error,
    );
  });
});
