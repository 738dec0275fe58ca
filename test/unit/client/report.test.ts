import { describe, expect, test } from 'vitest';
import type { RunRecord } from '../../../catalog/catalog.js';
import { searchPlot } from '../../../client/report/search-plot.js';
import { renderReport } from '../../../client/report/report.js';
import { dense } from '../../../core/algebra/dense.js';
import { evaluateInDetail } from '../../../core/evaluation/evaluate-in-detail.js';
import { leftOutOf } from '../../../core/evaluation/left-out.js';
import { evaluationSchema } from '../../../core/job/evaluation-schema.js';
import { evaluate } from '../../../core/models/evaluate.js';
import { measureClasses } from '../../../core/models/softmax/measures.js';
import { jobSchema } from '../../../core/job/schema.js';
import type { ResolvedJob } from '../../../core/job/resolved.js';
import type { TrialReport, ValidationReport } from '../../../core/validation/report.js';
import type { Candidate, Plan } from '../../../core/planner/plan.js';

const HOSTILE = '<script>alert("x")</script>&"\'';
const NOW = '2026-11-21T12:00:00.000Z';

const job = jobSchema.parse({
  name: 'returns',
  task: 'regression',
  target: { base: 'shop.orders', label: { column: 'value' } },
  model: { type: 'linear-regression' },
});

const resolved: ResolvedJob = {
  job,
  jobHash: 'abc',
  parties: ['shop.orders', `crm.${HOSTILE}`].map((id) => ({
    id,
    silo: id.split('.')[0]!,
    table: id.slice(id.indexOf('.') + 1),
    features: [{ name: 'x', encoding: 'numeric' }],
    version: 'v',
    rowKey: ['id'],
  })),
  joins: [{ party: `crm.${HOSTILE}`, scenario: 'left', to: [], columns: [], matches: 'one', field: 'f' }],
  groups: [],
  labels: [{ party: 'shop.orders', column: 'value' }],
  weights: [],
  overlap: 'first',
  leftOut: [],
};

const seconds = { join: 1, compute: 2, transfer: 0.5, orchestration: 0.25, total: 3.75 };
const candidate: Candidate = {
  id: 'materialize@silo.shop',
  strategy: 'materialize',
  site: 'silo.shop',
  mode: 'pull',
  seconds,
  rounds: { expected: 3, uncertainty: 2 },
  bytesOut: { crm: 1000 },
  memoryBytes: 1e6,
  excluded: [],
  explanation: 'the fastest',
};
const plan: Plan = {
  chosen: candidate.id,
  candidates: [candidate, { ...candidate, id: 'federate@silo.shop', excluded: ['labels must stay'] }],
  explanation: 'chosen as the fastest',
  segmentRounds: 1,
};

const run: RunRecord = {
  run: 'train-returns-1',
  execution: 'e',
  kind: 'training',
  startedAt: NOW,
  finishedAt: NOW,
  status: 'completed',
  job,
  jobHash: 'abc',
  resolved,
  plan,
  facts: {
    rounds: 2,
    stopReason: 'converged',
    metrics: {
      train: { rows: 80, rmse: 0.5, mae: 0.25, r2: 0.75 },
      test: { rows: 20, rmse: 0.625, mae: 0.375, r2: null },
    },
    curve: [0, 1, 2].map((round) => ({
      round,
      loss: 1 / (1 + round),
      gradientNorm: round ? 0.1 ** round : null,
    })),
    seconds,
    bytesOut: { crm: 1200, shop: 0 },
    evaluation: null,
  },
  error: null,
  model: 'returns@1',
  resumedFrom: null,
};

describe('a report', () => {
  test('needs nothing but itself: no script, no address of another file', async () => {
    const page = await renderReport(run, NOW);
    expect(page).not.toMatch(/<script|<link|<img|@import|url\(/);
    const addresses = new Set(page.match(/https?:\/\/[^"' )]+/g));
    // Names of SVG's vocabulary, which are never fetched.
    expect([...addresses].sort()).toEqual(['http://www.w3.org/1999/xlink', 'http://www.w3.org/2000/svg']);
  });

  test('shows measures, learning curve, plans with what they would have cost, and bytes by silo', async () => {
    const page = await renderReport(run, NOW);
    expect(page.match(/<svg/g)).toHaveLength(5);
    for (const text of ['0.625000', 'returns@1', 'labels must stay', 'target table', '100 rows'])
      expect(page).toContain(text);
    expect(page).toContain('this run, measured');
  });

  test('shows how a classification does on the test rows, and what each silo adds', async () => {
    const labels = Float64Array.from({ length: 400 }, (_, row) => Number(row % 3 === 0));
    const predictions = labels.map((label, row) => 0.25 + 0.3 * label + 0.2 * Math.sin(row));
    const metrics = evaluate('classification', predictions, labels);
    const part = (from: number) =>
      dense(
        400,
        1,
        predictions.map((p, row) => (row % 2 === from ? p : 0)),
      );
    const evaluation = evaluateInDetail(
      {
        ...{ metrics, predictions, labels },
        scored: () => ({
          groups: new Map([
            ['a', part(0)],
            ['b', part(1)],
          ]),
          silos: (group) => [group === 'a' ? 'shop' : HOSTILE],
          measure: ({ data }) => evaluate('classification', data, labels),
        }),
      },
      evaluationSchema.parse(undefined),
    );
    const left = {
      silo: 'without-me',
      metrics: { ...metrics, auc: 0.5 },
      rounds: 2,
      stopped: 'stalled',
    } as const;
    const whole = { ...evaluation!, leftOut: leftOutOf(metrics, [left]) };
    const facts = { ...run.facts!, metrics: { train: metrics, test: metrics }, evaluation: whole };
    const page = await renderReport({ ...run, facts }, NOW);
    for (const text of [
      'true positive rate',
      'precision',
      'mean probability',
      'predicted 1',
      'AUC lost',
      'without-me',
      'trained without the silo',
      'What each silo adds',
    ])
      expect(page).toContain(text);
    const { low } = evaluation!.intervals!.measures['auc']!;
    expect(page).toContain(low.toFixed(6));
    expect(page).not.toContain(HOSTILE);
    expect(page).not.toMatch(/undefined|NaN/);
  });

  test('shows where a regression errs', async () => {
    const labels = Float64Array.from({ length: 60 }, (_, row) => row);
    const predictions = labels.map((label, row) => label + Math.sin(row));
    const metrics = evaluate('regression', predictions, labels);
    const evaluation = evaluateInDetail(
      { metrics, predictions, labels },
      evaluationSchema.parse({ importance: 'none' }),
    );
    const facts = { ...run.facts!, metrics: { train: metrics, test: metrics }, evaluation: evaluation! };
    const page = await renderReport({ ...run, facts }, NOW);
    for (const text of ['mean prediction', 'prediction less label']) expect(page).toContain(text);
    expect(page).not.toContain('What each silo adds');
  });

  test('shows the largest coefficients by silo with their standard errors, where they were read', async () => {
    const coefficients = Array.from({ length: 40 }, (_, at) => ({
      column: at === 39 ? HOSTILE : `crm.t.column-${at}`,
      silos: at % 2 === 0 ? ['crm'] : ['crm', 'shop'],
      values: [at < 5 ? 0 : (-1) ** at * (at + 1)],
      ...(at > 20 && { standardError: 0.5 }),
    }));
    const page = await renderReport(run, NOW, { coefficients });
    for (const text of [
      'Coefficients',
      'crm + shop',
      'crm.t.column-38',
      'largest 25 of 40 coefficients, of which 35',
      '1.96',
    ])
      expect(page).toContain(text);
    expect(page).not.toContain('crm.t.column-9<');
    expect(page).not.toContain(HOSTILE);
    expect(page).not.toMatch(/undefined|NaN/);
    const zeros = coefficients.map((one) => ({ ...one, values: [0] }));
    for (const none of [{}, { coefficients: [] }, { coefficients: zeros }])
      expect(await renderReport(run, NOW, none)).not.toContain('Coefficients');
  });

  test('shows which classes are taken for which, and coefficients by class, by name where names were read', async () => {
    const labels = Float64Array.from({ length: 60 }, (_, row) => row % 3);
    const predicted = Int32Array.from(labels, (label, row) => (row % 10 === 0 ? (label + 1) % 3 : label));
    const probabilities = dense(60, 3, new Float64Array(180).fill(1 / 3));
    const metrics = measureClasses(probabilities.data, predicted, labels, 3);
    const classified = { probabilities, predicted, labels };
    const spec = evaluationSchema.parse({ importance: 'none' });
    const evaluation = evaluateInDetail({ metrics, labels, classified }, spec)!;
    const many = { ...run, facts: { ...run.facts!, metrics: { train: metrics, test: metrics }, evaluation } };
    const coefficients = [{ column: 'crm.t.x', silos: ['crm'], values: [1, -2, 0] }];
    const named = await renderReport(many, NOW, { coefficients, classes: ['calm', 'storm', HOSTILE] });
    for (const text of [
      'Test rows by class and predicted class',
      'predicted storm',
      'crm.t.x',
      'coefficient',
    ])
      expect(named).toContain(text);
    expect(named).toContain(evaluation.intervals!.measures['macroF1']!.low.toFixed(6));
    expect(named).not.toContain(HOSTILE);
    expect(named).not.toMatch(/undefined|NaN/);
    const unnamed = await renderReport(many, NOW);
    expect(unnamed).toContain('predicted class 1');
    expect(unnamed).not.toContain('storm');
  });

  test('tells silos by colours only as far as there are colours', async () => {
    const of = (silos: number) => {
      const coefficients = Array.from({ length: silos }, (_, at) => ({
        ...{ column: `t.x-${at}`, silos: [`silo-${at}`], values: [at + 1] },
      }));
      return renderReport(run, NOW, { coefficients });
    };
    expect(await of(4)).toContain('>silo-3<');
    const many = await of(5);
    expect(many).toContain('>t.x-4<');
    expect(many).not.toContain('>silo-4<');
  });

  test('writes counts of a confusion matrix so that they fit their cells, and all digits beside it', async () => {
    const matrix = [
      [12_345, 1_234_567],
      [0, 100_000],
    ];
    const score = { rows: 9, precision: 1, recall: 1, f1: 1 };
    const manyClasses = { codes: [0, 1], others: false, matrix, classes: [score, score] };
    const page = await renderReport({ ...run, facts: { ...run.facts!, evaluation: { manyClasses } } }, NOW);
    for (const text of ['>12,345</text>', '>1.2M</text>', '>100K</text>', '>1,234,567</td>'])
      expect(page).toContain(text);
  });

  test('of a hundred classes shows the coefficients of those that have the largest, and says so', async () => {
    const values = Array.from({ length: 100 }, (_, code) => (code % 2 === 0 ? 0 : code / 100));
    const coefficients = ['crm.t.x', `crm.t.${'long '.repeat(60)}`].map((column) => ({
      ...{ column, silos: ['crm'], values },
    }));
    const classes = values.map((_, code) => `name-${code}-${HOSTILE}`);
    const page = await renderReport(run, NOW, { coefficients, classes });
    expect(page).toContain('Of 100 classes the 25 with the largest of them.');
    const shown = values.map((_, code) => code).filter((code) => page.includes(`>name-${code}-`));
    expect(shown).toEqual(Array.from({ length: 25 }, (_, at) => 51 + 2 * at));
    expect(page).not.toContain(HOSTILE);
    expect(page).not.toMatch(/undefined|NaN/);
  });

  test('is written of a run of thirty silos, some of which nothing is known of, and of one that knows of none', async () => {
    const metrics = { rows: 20, rmse: 0.5, mae: 0.25, r2: 0.75 };
    const silos = Array.from({ length: 30 }, (_, at) => `silo-${at}`);
    const ending = { rounds: 2, stopped: 'converged' } as const;
    const trained = silos.slice(0, 28).map((silo) => ({ silo, metrics, ...ending }));
    const error = { code: 'AMALUR_DIVERGED', message: `the loss is no number ${HOSTILE}` } as const;
    const failed = silos.slice(28).map((silo) => ({ silo, error }));
    const bytesOut = Object.fromEntries(silos.map((silo) => [silo, 10]));
    const of = (...left: Parameters<typeof leftOutOf>) => {
      const facts = { ...run.facts!, bytesOut, evaluation: { leftOut: leftOutOf(...left) } };
      return renderReport({ ...run, facts }, NOW);
    };
    const page = await of(metrics, trained, failed);
    for (const silo of silos.slice(0, 28)) expect(page).toContain(`>${silo}<`);
    expect(page).toContain('What silo-29 adds is not known');
    expect(page).toContain('AMALUR_DIVERGED');
    // Nothing was drawn again and again.
    expect(page).not.toContain('paired bootstrap');
    expect(page).not.toContain(HOSTILE);
    const none = await of(metrics, [], failed);
    expect(none).toContain('What each silo adds');
    expect(none).not.toContain('trained without the silo');
  });

  test('shows what a search has found along a setting, a line for each combination of the others', async () => {
    const trial = (parameters: TrialReport['parameters'], mean: number | null) => ({
      ...{ parameters, mean, values: [mean, mean], deviation: mean === null ? null : 0.5 },
    });
    const report = (trials: readonly TrialReport[]): ValidationReport => ({
      ...{ by: 'rows', folds: [], measure: 'rmse', choose: 'best', chosen: 1, measures: {}, trials },
    });
    const along = [0.001, 0.01, 0.1, 1].flatMap((l1) => [
      trial({ l1, l2: 0 }, 2 - l1),
      trial({ l1, l2: 0.5 }, l1 === 1 ? null : 3),
    ]);
    const found = await renderReport(run, NOW, { validation: report(along) });
    for (const text of ['>Search<', '>l1<', '>RMSE<', 'l2 0.5', 'one standard error'])
      expect(found).toContain(text);
    expect(found).not.toMatch(/undefined|NaN/);
    const values = searchPlot(report(along))?.data as { values: readonly { low: number; chosen: boolean }[] };
    expect(values.values).toHaveLength(7);
    expect(values.values.map(({ chosen }) => chosen).filter(Boolean)).toHaveLength(1);
    expect(values.values[0]?.low).toBeCloseTo(1.999 - 0.5 / Math.SQRT2, 12);
    for (const none of [
      [trial({}, 1)],
      [trial({ l1: 1 }, 1)],
      [trial({ solver: 'a' }, 1), trial({ solver: 'b' }, 2)],
    ])
      expect(await renderReport(run, NOW, { validation: report(none) })).not.toContain('>Search<');
  });

  test('takes names for text, whatever they look like', async () => {
    const page = await renderReport(run, NOW);
    expect(page).not.toContain(HOSTILE);
    expect(page).toContain('&lt;script');
  });

  test.each([
    ['a run that goes on', { ...run, status: 'running', finishedAt: null, facts: null, model: null }],
    [
      'a run that failed before it was planned',
      {
        ...run,
        status: 'failed',
        job: null,
        resolved: null,
        plan: null,
        facts: null,
        model: null,
        error: { code: 'AMALUR_INVALID_JOB', message: `no ${HOSTILE}` },
      },
    ],
    ['an inference', { ...run, kind: 'inference', facts: { ...run.facts!, metrics: null, curve: [] } }],
    ['a run of one round', { ...run, facts: { ...run.facts!, curve: run.facts!.curve.slice(0, 1) } }],
    ['a run that moved nothing', { ...run, facts: { ...run.facts!, bytesOut: {} }, plan: null }],
  ] as const)('is written of %s', async (_what, other) => {
    const page = await renderReport(other, NOW);
    expect(page).toContain('</html>');
    expect(page).not.toMatch(/undefined|NaN|\[object/);
    expect(page).not.toContain(HOSTILE);
  });
});
