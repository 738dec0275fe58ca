import { describeIntegration, type IntegrationFacts } from '../../core/integration/describe.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import type { JobInput } from '../../core/job/schema.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import type { ModelManifest } from '../../core/models/model.js';
import type { Candidate, HostProfile, Plan, Seconds } from '../../core/planner/plan.js';
import type { RunFacts } from '../../catalog/index.js';
import { flightsJob, flightsTables } from './flights-job.js';

/** Numbers that a database gets wrong which does not keep float64 to the bit (Prisma itself does not beyond 1e20 or so). */
const AWKWARD = [0.1 + 0.2, Math.PI * 1e-300, 1 / 3, 5e-324, 1e15 / 7, -1.2345678901234567e-5, 2 ** 53 + 2];
const awkward = (i: number): number => AWKWARD[i % AWKWARD.length] ?? 0;

export const host: HostProfile = {
  host: 'silo-host',
  cpu: 'some processor',
  cores: 2,
  memoryBytes: 2 ** 40 + 1,
  node: 'v20.20.2',
  rates: {
    denseMultiplyAdds: awkward(0),
    gathers: 1.5e8,
    scatters: awkward(2),
    lossEvaluations: 3e7,
    putBytes: 2e8,
    getBytes: 4e8,
    scannedCells: 1e7,
    matchedRows: 2e6,
  },
};

export function resolvedJob(change: Partial<JobInput> = {}): ResolvedJob {
  return resolveJob(parseJob({ ...flightsJob, ...change }), flightsTables);
}

const seconds = (shift: number): Seconds => ({
  join: awkward(shift),
  compute: awkward(shift + 1),
  transfer: 1 / 7,
  orchestration: 0,
  total: awkward(shift + 2),
});

const candidate = (id: string, excluded: string[]): Candidate => ({
  id,
  strategy: 'factorize',
  site: 'silo.airline',
  mode: 'rounds',
  seconds: seconds(id.length),
  rounds: { expected: 33.5, uncertainty: 1.5 },
  bytesOut: { weather: 123_456.75, registry: 1e12 },
  memoryBytes: 1e9 / 3,
  excluded,
  explanation: `why ${id}`,
});

export const plan: Plan = {
  chosen: 'factorize@silo.airline',
  candidates: [
    candidate('factorize@silo.airline', []),
    candidate('a@aggregator', ['rowsStay: “registry”', "it's so"]),
  ],
  explanation: 'cheapest',
  segmentRounds: 40,
};

export const metrics = {
  train: { rows: 261_000, positives: 60_000, auc: awkward(2), logLoss: awkward(0), accuracy: 0.8 },
  test: { rows: 65_000, positives: 15_000, auc: 0.717, logLoss: 1 / 7, accuracy: 0.79 },
};

export const facts: RunFacts = {
  rounds: 3,
  stopReason: 'tolerance',
  metrics,
  curve: AWKWARD.map((loss, round) => ({ round, loss, gradientNorm: awkward(round + 3) })),
  evaluation: {
    intervals: {
      level: 0.95,
      resamples: 7,
      measures: { auc: { low: awkward(0), high: awkward(2), defined: 6 } },
    },
    importance: {
      measure: 'auc',
      repeats: 5,
      silos: [{ silos: ['airline', 'é'], mean: awkward(3), deviation: 0 }],
    },
  },
  seconds: seconds(4),
  bytesOut: { airline: 0, registry: 2 ** 41, weather: 17 },
  skipped: [{ silo: 'é', since: '2026-11-22T04:00:00.000Z', phase: 'training' }],
};

const blob = (kind: string) => ({ home: 'exchange' as const, sha256: 'ab'.repeat(32), bytes: 4096, kind });

export const manifest: ModelManifest = {
  type: 'logistic-regression',
  intercept: awkward(1),
  parts: { 'airline.flights': blob('part'), 'weather.hourly': blob('part') },
};

/** What was found of an integration with so many target rows. */
export function integrationFacts(resolved: ResolvedJob, rows = 326_000): IntegrationFacts {
  const [base, ...others] = resolved.parties.map(({ id }) => id);
  return describeIntegration(resolved, flightsTables, {
    rows,
    joins: others.map((party, at) => ({ party, matched: rows - at, unmatched: at, unreferenced: 2 ** 31 })),
    patterns: [
      { parties: [base ?? '', ...others], rows: rows - 1 },
      { parties: [base ?? ''], rows: 1 },
    ],
    overlaps: [
      {
        group: 'a.b+c.d',
        owned: { 'a.b': 3, 'c.d': 2 ** 40 },
        rows: 3,
        disagreements: { 'it\'s "so"': 1, é: 0 },
      },
    ],
  });
}
