import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AmalurError } from '../../core/errors.js';
import { parseJob, resolveJob, type TableInSilo } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';
import { TYPICAL_HOST, type Hosts } from '../../core/planner/hosts.js';
import type { Candidate, HostProfile, Plan } from '../../core/planner/plan.js';
import { planRun } from '../../core/planner/plan-run.js';
import { flightsJob, flightsTables } from '../support/flights-job.js';

const hosts: Hosts = {
  aggregator: { ...TYPICAL_HOST, host: 'm' },
  'silo.airline': { ...TYPICAL_HOST, host: 'a' },
  'silo.weather': { ...TYPICAL_HOST, host: 'w' },
  'silo.registry': { ...TYPICAL_HOST, host: 'r' },
};

interface Given {
  readonly job?: Partial<JobInput>;
  readonly tables?: readonly TableInSilo[];
  readonly hosts?: Hosts;
  readonly rounds?: { readonly median: number };
}

function plan({ job = {}, tables = flightsTables, hosts: given = hosts, rounds }: Given = {}): Plan {
  const resolved = resolveJob(parseJob({ ...flightsJob, ...job }), tables);
  return planRun({ resolved, tables, hosts: given, ...(rounds !== undefined && { rounds }) });
}

function candidate({ candidates }: Plan, id: string): Candidate {
  const found = candidates.find((one) => one.id === id);
  if (found === undefined)
    throw new Error(`no candidate ${id} among ${candidates.map((one) => one.id).join(', ')}`);
  return found;
}

function refusal(job: Partial<JobInput>): AmalurError {
  try {
    plan({ job });
  } catch (error) {
    if (error instanceof AmalurError) return error;
    throw error;
  }
  throw new Error('a plan was found');
}

const out = (one: Candidate) => Object.values(one.bytesOut).reduce((sum, bytes) => sum + bytes, 0);
const allowed = (one: Plan) =>
  one.candidates.filter(({ excluded }) => excluded.length === 0).map(({ id }) => id);
/** All tables in one silo, the weather with forty columns more. */
const inOneSilo = flightsTables.map(({ profile }) => {
  const more = Array.from({ length: profile.table === 'hourly' ? 40 : 0 }, (_, at) => ({
    name: `sensor${at}`,
    type: 'number' as const,
    distinct: 500,
    nulls: 0,
  }));
  return { silo: 'airline', profile: { ...profile, columns: [...profile.columns, ...more] } };
});
const oneSiloJob = JSON.parse(
  JSON.stringify(flightsJob)
    .replaceAll('weather.hourly', 'airline.hourly')
    .replaceAll('registry.', 'airline.'),
) as JobInput;

describe('candidates', () => {
  it('are every strategy at every sensible site', () => {
    expect(
      plan()
        .candidates.map(({ id }) => id)
        .sort(),
    ).toEqual([
      'factorize@aggregator',
      'factorize@silo.airline',
      'federate@silo.airline',
      'materialize@aggregator',
      'materialize@silo.airline',
      'materialize@silo.registry',
      'materialize@silo.weather',
    ]);
  });

  it('train a factorized table locally where all tables are in one silo, and nothing leaves it but the model', () => {
    const local = candidate(plan({ job: oneSiloJob, tables: inOneSilo }), 'factorize@silo.airline');
    expect(local.mode).toBe('local');
    expect(local.bytesOut.airline).toBeGreaterThan(0);
    expect(local.bytesOut.airline).toBeLessThan(100_000);
  });

  it('of a job with products of columns of different tables bring all rows to one place', () => {
    const ways = (given: Given) =>
      plan({
        ...given,
        job: {
          ...given.job,
          features: {
            interactions: [['airline.flights.carrier', `${given.job ? 'airline' : 'registry'}.planes.year`]],
          },
        },
      }).candidates.map(({ strategy, mode }) => `${strategy} ${mode}`);
    expect(new Set(ways({}))).toEqual(new Set(['materialize pull']));
    expect(new Set(ways({ job: oneSiloJob, tables: inOneSilo }))).toEqual(
      new Set(['materialize pull', 'factorize local']),
    );
    expect(
      refusal({
        features: { interactions: [['airline.flights.carrier', 'registry.planes.year']] },
        constraints: { rowsStay: ['airline', 'registry'] },
      }),
    ).toMatchObject({ code: 'AMALUR_NO_PLAN', field: 'constraints' });
  });

  it('train a network in every way, at an exchange a batch where parties are apart', () => {
    const figures = (batchSize: number) => {
      const { candidates } = plan({ job: { model: { type: 'neural-network', batchSize, epochs: 3 } } });
      expect(new Set(candidates.map(({ strategy }) => strategy))).toEqual(
        new Set(['materialize', 'factorize', 'federate']),
      );
      return candidate({ candidates } as Plan, 'factorize@silo.airline');
    };
    const [small, large, whole] = [figures(1000), figures(10_000), figures(1_000_000)];
    expect(small.rounds.expected).toBe(3);
    expect(small.seconds.orchestration / large.seconds.orchestration).toBeGreaterThan(8);
    // Rows of the small tables repeat in a batch: the larger it is, the fewer products travel.
    const sent = ({ bytesOut }: typeof small) => bytesOut.weather ?? 0;
    expect(sent(small)).toBeGreaterThan(sent(large));
    expect(sent(large)).toBeGreaterThan(sent(whole));
    expect(sent(whole)).toBeGreaterThan(3 * 8 * 16 * 26_115);
  });
});

describe('predicted costs', () => {
  it('add up, are finite and never negative', () => {
    for (const { seconds, bytesOut, memoryBytes } of plan().candidates) {
      const { total, ...parts } = seconds;
      expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBeCloseTo(total, 9);
      for (const figure of [...Object.values(seconds), ...Object.values(bytesOut), memoryBytes]) {
        expect(figure).toBeGreaterThanOrEqual(0);
        expect(figure).toBeLessThan(1e15);
      }
    }
  });

  it('move fewer bytes where base table and labels are: its partial products are the largest', () => {
    const { candidates } = plan();
    const at = (id: string) => out(candidate({ candidates } as Plan, id));
    expect(at('factorize@silo.airline')).toBeLessThan(at('factorize@aggregator') / 3);
    expect(at('materialize@silo.airline')).toBeLessThan(at('materialize@aggregator') / 3);
  });

  it('count what a silo writes: its partial products, or the residuals for the others where it is the site', () => {
    const few = candidate(plan({ rounds: { median: 10 } }), 'factorize@silo.airline').bytesOut;
    const many = candidate(plan({ rounds: { median: 20 } }), 'factorize@silo.airline').bytesOut;
    const dimensionRows = 26_115 + 3322 + 2 * 1458;
    expect((many.airline ?? 0) - (few.airline ?? 0)).toBeGreaterThan(10 * 8 * dimensionRows);
    expect((many.airline ?? 0) - (few.airline ?? 0)).toBeLessThan(10 * 8 * dimensionRows * 1.3);
    expect((many.weather ?? 0) - (few.weather ?? 0)).toBeGreaterThan(10 * 8 * 26_115);
    expect((many.weather ?? 0) - (few.weather ?? 0)).toBeLessThan(10 * 8 * 26_115 * 1.3);
  });

  it('pull nothing but the model from the silo that is the site', () => {
    const { bytesOut } = candidate(plan(), 'materialize@silo.weather');
    expect(bytesOut.weather).toBeLessThan(100_000);
    expect(bytesOut.airline).toBeGreaterThan(336_776 * 8);
  });

  it('compute less on a factorized table than on the joined one where rows repeat', () => {
    const wide = candidate(plan({ job: { ...oneSiloJob }, tables: inOneSilo }), 'factorize@silo.airline');
    const joined = candidate(plan({ job: { ...oneSiloJob }, tables: inOneSilo }), 'materialize@silo.airline');
    expect(wide.seconds.compute).toBeLessThan(joined.seconds.compute);
  });

  it('assume the rounds of earlier runs, and more of them for a finer tolerance, never more than the job allows', () => {
    const rounds = (given: Given) => candidate(plan(given), 'federate@silo.airline').rounds.expected;
    const model = { type: 'logistic-regression' as const };
    const byDefault = rounds({ job: { model: { ...model, tolerance: 1e-9 } } });
    expect(rounds({ rounds: { median: 37 } })).toBe(37);
    expect(byDefault).toBeGreaterThan(20);
    expect(rounds({ job: { model: { ...model, tolerance: 1e-4 } } })).toBeLessThan(byDefault);
    expect(rounds({ job: { model: { ...model, maxRounds: 7 } } })).toBe(7);
  });

  it('assume fewer rounds where one process has all columns and whitens them together', () => {
    const rounds = (id: string) => candidate(plan(), id).rounds.expected;
    expect(rounds('materialize@silo.airline')).toBeLessThan(rounds('factorize@silo.airline') / 2);
  });

  it('use the rates of the host that does the work', () => {
    const slow: HostProfile = { ...TYPICAL_HOST, rates: { ...TYPICAL_HOST.rates, denseMultiplyAdds: 7e7 } };
    const slower = plan({ hosts: { ...hosts, aggregator: slow } });
    const at = (one: Plan, id: string) => candidate(one, id).seconds.compute;
    expect(at(slower, 'materialize@aggregator')).toBeGreaterThan(2 * at(plan(), 'materialize@aggregator'));
    expect(at(slower, 'materialize@silo.airline')).toBe(at(plan(), 'materialize@silo.airline'));
  });
});

describe('the decision', () => {
  it('is the one that lets fewest bytes out of those that are as fast as the fastest', () => {
    const { candidates } = plan({ job: { strategy: 'factorize' } });
    const [first, second] = candidates;
    expect(second!.seconds.total).toBeLessThan(1.05 * first!.seconds.total);
    // Both take as long, but one sends the partial products of every flight away.
    expect([first!.id, second!.id]).toEqual(['factorize@silo.airline', 'factorize@aggregator']);
    expect(out(first!)).toBeLessThan(out(second!));
  });

  it('comes first, those ruled out last, the others by their seconds', () => {
    const { chosen, candidates } = plan({ job: { constraints: { rowsStay: ['registry'] } } });
    expect(candidates[0]?.id).toBe(chosen);
    const slower = candidates
      .filter(({ excluded }) => excluded.length === 0)
      .map((one) => one.seconds.total)
      .filter((seconds) => seconds > 1.05 * candidates[0]!.seconds.total);
    expect(slower.length).toBeGreaterThan(0);
    expect(slower).toEqual([...slower].sort((a, b) => a - b));
    const firstExcluded = candidates.findIndex(({ excluded }) => excluded.length > 0);
    expect(candidates.slice(firstExcluded).every(({ excluded }) => excluded.length > 0)).toBe(true);
  });

  it('is to materialize where tables are tiny and rounds many: round trips cost more than the rows', () => {
    const tiny = flightsTables.map(({ silo, profile }) => ({
      silo,
      profile: {
        ...profile,
        rows: Math.min(400, profile.rows),
        columns: profile.columns.map((column) => ({
          ...column,
          distinct: Math.min(400, column.distinct),
          nulls: Math.min(10, column.nulls),
        })),
      },
    }));
    expect(plan({ tables: tiny, rounds: { median: 200 } }).chosen).toMatch(/^materialize@/);
  });

  it('is to factorize where all tables are in one silo and the joined one repeats wide rows many times', () => {
    expect(plan({ job: oneSiloJob, tables: inOneSilo, rounds: { median: 300 } }).chosen).toBe(
      'factorize@silo.airline',
    );
  });

  it('follows the strategy that the job asks for', () => {
    for (const strategy of ['materialize', 'factorize', 'federate'] as const) {
      expect(plan({ job: { strategy } }).candidates[0]?.strategy).toBe(strategy);
    }
  });

  it('is the same for the same input', () => {
    const resolved = resolveJob(parseJob(flightsJob), flightsTables);
    const decide = () => planRun({ resolved, tables: flightsTables, hosts });
    expect(decide()).toEqual(decide());
  });

  it('makes a checkpoint about every half a minute, between 10 and 500 rounds', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e3, max: 1e13, noNaN: true }), (denseMultiplyAdds) => {
        const host = { ...TYPICAL_HOST, rates: { ...TYPICAL_HOST.rates, denseMultiplyAdds } };
        const { segmentRounds, candidates } = plan({
          hosts: { aggregator: host, 'silo.airline': host, 'silo.weather': host, 'silo.registry': host },
        });
        const perRound = (candidates[0]?.seconds.compute ?? 0) / (candidates[0]?.rounds.expected ?? 1);
        expect(segmentRounds).toBeGreaterThanOrEqual(1);
        expect(segmentRounds).toBeLessThanOrEqual(500);
        if (segmentRounds > 1) expect(segmentRounds * perRound).toBeLessThanOrEqual(3);
      }),
      { numRuns: 50 },
    );
  });
});

describe('constraints', () => {
  const of = (constraints: JobInput['constraints']) => plan({ job: { constraints } });

  it('rowsStay leaves materialize only at the silo that keeps its rows', () => {
    const registry = of({ rowsStay: ['registry'] });
    expect(allowed(registry)).toContain('materialize@silo.registry');
    expect(allowed(registry)).not.toContain('materialize@aggregator');
    expect(allowed(registry)).not.toContain('materialize@silo.airline');
    expect(candidate(registry, 'materialize@aggregator').excluded).toEqual([
      'constraints.rowsStay keeps the rows of silo registry there, and this plan moves them to the aggregator',
    ]);
    expect(
      allowed(of({ rowsStay: ['registry', 'weather'] })).filter((id) => id.startsWith('materialize')),
    ).toEqual([]);
  });

  it('keysStay leaves federate, which sends keyed hashes, and whatever happens in the silo itself', () => {
    expect(allowed(of({ keysStay: ['registry'] })).sort()).toEqual([
      'federate@silo.airline',
      'materialize@silo.registry',
    ]);
    expect(allowed(of({ keysStay: ['airline'] })).sort()).toEqual([
      'factorize@silo.airline',
      'federate@silo.airline',
      'materialize@silo.airline',
    ]);
  });

  it('labelsStay leaves the silo of the base table as the only site', () => {
    expect(allowed(of({ labelsStay: true })).every((id) => id.endsWith('@silo.airline'))).toBe(true);
  });

  it('labelsStay leaves federate alone where mean labels of levels are part of the model', () => {
    const features = { encode: { 'airline.flights.tailnum': 'target' as const } };
    const found = plan({ job: { features, constraints: { labelsStay: true } } });
    expect(allowed(found)).toEqual(['federate@silo.airline']);
    expect(candidate(found, 'factorize@silo.airline').excluded).toEqual([
      expect.stringMatching(
        /^constraints.labelsStay keeps the labels in silo airline, and factorize puts mean labels/,
      ),
    ]);
  });

  it('counts the labels and the levels that travel with a column which is encoded by them', () => {
    const of = (encoding: 'target' | 'hash') =>
      plan({ job: { features: { encode: { 'airline.flights.tailnum': encoding } } } });
    const leaves = (one: Plan, id: string) => candidate(one, id).bytesOut.airline ?? NaN;
    // A label and a fold for each row; then for each of the levels a text and a mean, in place of 512 parameters.
    expect(
      leaves(of('target'), 'materialize@aggregator') - leaves(of('hash'), 'materialize@aggregator'),
    ).toBe(9 * 336_776);
    expect(
      leaves(of('target'), 'materialize@silo.airline') - leaves(of('hash'), 'materialize@silo.airline'),
    ).toBe((12 + 8) * 4043 - 8 * 511);
  });

  it('parametersStay leaves federate only', () => {
    expect(allowed(of({ parametersStay: true }))).toEqual(['federate@silo.airline']);
  });

  it('limits of bytes, seconds and memory exclude what exceeds them, naming the figure', () => {
    expect(candidate(of({ maxBytesOut: 10_000_000 }), 'materialize@aggregator').excluded[0]).toMatch(
      /maxBytesOut lets 10 MB out of a silo, and about \d+ MB would leave silo airline/,
    );
    const slowest = Math.max(...plan().candidates.map(({ seconds }) => seconds.total));
    expect(of({ maxSeconds: slowest - 0.001 }).candidates.at(-1)?.excluded[0]).toContain('maxSeconds');
    const largest = Math.max(...plan().candidates.map(({ memoryBytes }) => memoryBytes));
    expect(of({ maxMemoryBytes: Math.floor(largest) - 1 }).candidates.at(-1)?.excluded[0]).toContain(
      'maxMemoryBytes',
    );
  });

  it('a site without the memory is ruled out by that fact', () => {
    const small = { ...hosts, aggregator: { ...TYPICAL_HOST, memoryBytes: 1e7 } };
    expect(candidate(plan({ hosts: small }), 'materialize@aggregator').excluded[0]).toContain(
      'which has 10 MB',
    );
  });

  it('that no plan satisfies are refused by name', () => {
    const error = refusal({ constraints: { maxSeconds: 0.001 } });
    expect(error).toMatchObject({ code: 'AMALUR_NO_PLAN', field: 'constraints' });
    expect(error.message).toContain('no plan satisfies constraints.maxSeconds (');
    expect(error.suggestion).toContain('without constraints.maxSeconds');
  });

  it('name only those that bind', () => {
    const error = refusal({ constraints: { parametersStay: true, rowsStay: ['registry'], maxBytesOut: 1 } });
    expect(error.message).toContain('no plan satisfies constraints.maxBytesOut (');
  });

  it('together with a strategy name both', () => {
    const error = refusal({ strategy: 'factorize', constraints: { parametersStay: true } });
    expect(error.code).toBe('AMALUR_NO_PLAN');
    expect(error.message).toContain('constraints.parametersStay');
    expect(error.message).toContain('the strategy asked for');
    expect(error.suggestion).toContain(
      'without the strategy asked for, federate@silo.airline would be possible',
    );
  });
});

describe('explanations', () => {
  it('say for every candidate what it costs and why it was or was not chosen', () => {
    const { candidates, explanation, chosen } = plan({ job: { constraints: { rowsStay: ['registry'] } } });
    for (const one of candidates) {
      expect(one.explanation).toMatch(
        one.excluded.length > 0
          ? /^ruled out: constraints/
          : one.id === chosen
            ? /chosen as the fastest/
            : /as the chosen plan/,
      );
    }
    expect(explanation).toContain(chosen);
    expect(explanation).toContain('rounds until convergence');
  });

  it('say when a machine has not been measured', () => {
    expect(plan({ hosts: {} }).explanation).toContain('has not been measured yet');
    expect(plan().explanation).not.toContain('has not been measured yet');
  });
});
