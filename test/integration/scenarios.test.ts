import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InferenceRequest, TrainingResult } from '../../client/index.js';
import { loadConfig } from '../../core/config/index.js';
import type { Survey } from '../../core/integration/describe.js';
import type { JobInput } from '../../core/job/schema.js';
import type { MulticlassMetrics } from '../../core/models/model.js';
import { amalur } from '../support/command.js';
import { allHistories, textOf } from '../support/histories.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { largestRelativeDifference, readBlob, readModel, type StoredModel } from '../support/stored-model.js';

/** What pandas finds where it joins the tables, and SciPy where it solves the job on that (test/fixtures/scenarios.py). */
interface Reference extends Pick<StoredModel, 'intercept' | 'parameters'> {
  readonly rows: number;
  readonly trainRows: number;
  readonly train: Readonly<Record<string, number>>;
  readonly test: Readonly<Record<string, number>>;
  readonly integration: Survey;
  /** Columns that name a row, of the tables that bring rows in. */
  readonly identity: readonly string[];
  readonly predictions: Readonly<Record<string, number>>;
}

type Strategy = 'materialize' | 'factorize' | 'federate';
const STRATEGIES: readonly Strategy[] = ['materialize', 'factorize', 'federate'];

/** What NumPy and scikit-learn find on a SQL union (test/fixtures/heart-disease/make-severity.py). */
interface ManyClasses extends Pick<StoredModel, 'parameters'> {
  readonly classes: readonly string[];
  readonly rows: number;
  readonly trainRows: number;
  readonly train: Readonly<Record<string, number | readonly number[]>>;
  readonly test: Readonly<Record<string, number | readonly number[]>>;
  /** One for each class; their sum is 0. */
  readonly intercepts: readonly number[];
  /** Of the rows that were held out. */
  readonly predictions: Readonly<
    Record<string, { readonly class: string; readonly probabilities: readonly number[] }>
  >;
}

/** Every example of a scenario, by its folder. */
const EXAMPLES = {
  'heart-disease': ['union'],
  clinic: ['outer', 'outer-newest', 'inner', 'snowflake', 'many-to-many', 'matched', 'several-facts'],
} as const;

describe.each(Object.entries(EXAMPLES))('the example %s', (example, jobs) => {
  let installation: TestInstallation;
  beforeAll(async () => {
    installation = await installExample(example as keyof typeof EXAMPLES);
  }, 60_000);
  afterAll(() => installation.remove());

  describe.each(jobs)('%s', (name) => {
    const exact = referenceFor(example, name);
    const results = new Map<Strategy, TrainingResult>();
    const models = new Map<Strategy, StoredModel>();

    beforeAll(async () => {
      for (const strategy of STRATEGIES) {
        const result = await trained(installation, jobOf(installation, name, { strategy }));
        results.set(strategy, result);
        models.set(strategy, await readModel(installation, referenceOf(result)));
      }
    }, 120_000);

    test.each(STRATEGIES)(
      'by %s has the parameters of an exact solver on the joined table, to 1e-8',
      (strategy) => {
        const { stopped, rows, ...result } = of(results, strategy);
        expect(result.strategy).toBe(strategy);
        expect(stopped).toBe('converged');
        expect(rows).toEqual({ train: exact.trainRows, test: exact.rows - exact.trainRows });
        expect(largestRelativeDifference(of(models, strategy), exact)).toBeLessThan(1e-8);
      },
    );

    test('has the same parameters by every strategy, to 1e-8', () => {
      const [first, ...others] = STRATEGIES.map((strategy) => of(models, strategy));
      for (const other of others) expect(largestRelativeDifference(other, first!)).toBeLessThan(1e-8);
    });

    test.each(STRATEGIES)(
      'by %s measures on training and test rows what the exact model measures, to 1e-6',
      (strategy) => {
        const { metrics } = of(results, strategy);
        for (const side of ['train', 'test'] as const) {
          const measured = metrics[side] as unknown as Record<string, number>;
          expect(Object.keys(measured).sort()).toEqual(Object.keys(exact[side]).sort());
          for (const [metric, value] of Object.entries(exact[side]))
            expect(Math.abs(measured[metric]! - value), `${side} ${metric}`).toBeLessThan(1e-6);
        }
      },
    );

    test('predicts every row of the target table as the exact model does, named by the tables that bring rows in', async () => {
      const reference = referenceOf(of(results, 'materialize'));
      for (const request of [
        { model: reference, strategy: 'materialize' },
        { model: reference, strategy: 'factorize' },
      ] as const) {
        const found = await predictions(installation, request, exact.identity);
        expect([...found.keys()].sort()).toEqual(Object.keys(exact.predictions).sort());
        for (const [row, prediction] of Object.entries(exact.predictions))
          expect(Math.abs(found.get(row)! - prediction), row).toBeLessThan(1e-8 * Math.max(1, prediction));
      }
    }, 60_000);

    test('names rows of a federated model by cells of its base table alone, the others by table and place', async () => {
      const several = exact.identity[0] === 'table';
      const placeOf = (name: string) => (several ? name.split('|').slice(0, 2).join('|') : name);
      const found = await predictions(installation, { model: referenceOf(of(results, 'federate')) });
      const wanted = new Map(
        Object.entries(exact.predictions).map(([name, value]) => [placeOf(name), value]),
      );
      expect(found.size).toBe(wanted.size);
      for (const [name, prediction] of found) {
        const value = wanted.get(placeOf(name)) ?? NaN;
        expect(Math.abs(prediction - value), name).toBeLessThan(1e-8 * Math.max(1, value));
      }
      const { base } = jobOf(installation, name).target;
      const others = [...found.keys()].filter((row) => several && !row.startsWith(`${base}|`));
      expect(others.filter((row) => !/^[^|]+\|\d+\|*$/.test(row))).toEqual([]);
    }, 60_000);

    test('is explained by the rows, row patterns, owners and disagreements that pandas counts, and twice by one version', async () => {
      const job = jobOf(installation, name);
      const { version, facts } = await installation.client.explainIntegration(job);
      const { rows, joins, patterns, overlaps } = facts;
      expect({ rows, joins, patterns, overlaps }).toEqual(exact.integration);
      const again = await installation.client.explainIntegration(job);
      expect(again.version).toBe(version);
      expect(again.facts).toEqual(facts);
    }, 60_000);
  });

  test('the command line explains it in JSON as the client does', async () => {
    const { folder, address, client } = installation;
    const [name] = jobs;
    const args = ['integration', 'explain', `${name}.json`, '--json'];
    const { code, stdout, stderr } = await amalur(folder, args, { TEMPORAL_ADDRESS: address });
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout)).toEqual(await client.explainIntegration(jobOf(installation, name)));
  });

  test('`amalur init --example` writes it, with all that its jobs need and nothing else', async () => {
    const { folder } = installation;
    const copy = await mkdtemp(path.join(tmpdir(), 'amalur init '));
    try {
      const { code, stderr } = await amalur(copy, ['init', '--example', example]);
      expect(code, stderr).toBe(0);
      const files = await readdir(copy, { recursive: true });
      const data = (await readdir(path.join(folder, 'data'))).map((name) => path.join('data', name));
      const others = example === 'heart-disease' ? ['severity', 'severity-network'] : [];
      expect(files.sort()).toEqual(
        ['amalur.config.yaml', 'data', ...data, ...[...jobs, ...others].map((name) => `${name}.json`)].sort(),
      );
      expect(loadConfig(copy).silos.map(({ name, tables }) => [name, Object.keys(tables)])).toEqual(
        installation.config.silos.map(({ name, tables }) => [name, Object.keys(tables)]),
      );
    } finally {
      await rm(copy, { recursive: true, force: true });
    }
  });

  describe.runIf(example === 'heart-disease')('severity, a job of five classes over four silos', () => {
    const file = new URL('../fixtures/heart-disease/severity.json', import.meta.url);
    const exact = JSON.parse(readFileSync(file, 'utf8')) as ManyClasses;
    const results = new Map<Strategy, TrainingResult>();

    beforeAll(async () => {
      for (const strategy of STRATEGIES)
        results.set(strategy, await trained(installation, jobOf(installation, 'severity', { strategy })));
    }, 120_000);

    test.each(STRATEGIES)(
      'by %s has the parameters of an exact solver on the united table, to 1e-8',
      async (strategy) => {
        const { stopped, rows, ...result } = of(results, strategy);
        expect(result.strategy).toBe(strategy);
        expect(stopped).toBe('converged');
        expect(rows).toEqual({ train: exact.trainRows, test: exact.rows - exact.trainRows });
        const { record, ...model } = await readModel(installation, referenceOf(of(results, strategy)));
        expect(largestRelativeDifference(model, { ...exact, intercept: 0 })).toBeLessThan(1e-8);
        const { own = [], classes } = record.manifest;
        expect(own).toHaveLength(exact.intercepts.length);
        exact.intercepts.forEach((value, at) => expect(Math.abs(own[at]! - value)).toBeLessThan(1e-8));
        expect(classes?.home).toBe(strategy === 'federate' ? 'private:silo.cleveland' : 'exchange');
        expect((await readBlob(installation, classes!)).json).toEqual({ classes: exact.classes });
      },
    );

    test.each(STRATEGIES)('by %s measures what scikit-learn measures, to 1e-8', (strategy) => {
      const { metrics } = of(results, strategy);
      for (const side of ['train', 'test'] as const) {
        const measured = metrics[side] as unknown as Record<string, number | readonly number[]>;
        expect(Object.keys(measured).sort()).toEqual(Object.keys(exact[side]).sort());
        for (const [name, value] of Object.entries(exact[side])) {
          if (typeof value === 'number') expect(measured[name], `${side} ${name}`).toBeCloseTo(value, 8);
          else expect(measured[name], `${side} ${name}`).toEqual(value);
        }
      }
    });

    test('which classes are taken for which is the same by every way, by codes; their names are read from the exchange alone', async () => {
      const { folder, address, client } = installation;
      for (const strategy of STRATEGIES) {
        const { run, metrics } = of(results, strategy);
        const { run: record } = await client.ask({ about: 'run', run });
        const found = record?.facts?.evaluation?.manyClasses;
        expect(found?.codes).toEqual([0, 1, 2, 3, 4]);
        expect(found?.classes.map(({ rows }) => rows)).toEqual(exact.test['classes']);
        const hits = found?.matrix.reduce((total, counts, at) => total + counts[at]!, 0) ?? NaN;
        expect(hits / metrics.test.rows).toBeCloseTo(exact.test['accuracy'] as number, 10);
      }
      const name = `predicted ${exact.classes[4]!}`;
      const page = `${folder}/severity.html`;
      const writing = ['report', of(results, 'materialize').run, '-o', page];
      const wrote = await amalur(folder, writing, { TEMPORAL_ADDRESS: address });
      expect(wrote.code, wrote.stderr).toBe(0);
      const text = await readFile(page, 'utf8');
      for (const part of ['Coefficients', 'Test rows by class and predicted class', `${name}<`])
        expect(text).toContain(part);
      const asking = ['runs', of(results, 'federate').run];
      const federated = await amalur(folder, asking, { TEMPORAL_ADDRESS: address });
      expect(federated.stdout).toContain('predicted class 4');
      expect(federated.stdout).not.toMatch(new RegExp(`${name}\\b`));
    });

    test('the catalog keeps the measures and shows them', async () => {
      const reference = referenceOf(of(results, 'materialize'));
      const { model } = await installation.client.ask({ about: 'model', model: reference });
      expect(model?.metrics).toEqual(of(results, 'materialize').metrics);
      const { folder, address } = installation;
      const shown = await amalur(folder, ['models', reference], { TEMPORAL_ADDRESS: address });
      expect(shown.code, shown.stderr).toBe(0);
      expect(shown.stdout).toMatch(/macro AUC/);
      expect(shown.stdout).toMatch(/75 57 19 16 5/);
    });

    test.each([
      ['materialize', 'materialize'],
      ['materialize', 'factorize'],
      ['federate', 'factorize'],
    ] as const)(
      'trained by %s and asked by %s it names the class of every row and the probability of each class',
      async (way, strategy) => {
        const request = { model: referenceOf(of(results, way)), strategy };
        const { file: written, rows } = await (await installation.client.predict(request)).result();
        const [header = '', ...lines] = (await readFile(written, 'utf8')).trimEnd().split('\n');
        expect(header.split(',')).toEqual([
          ...['table', 'row', 'patient', 'class'],
          ...exact.classes.map((name) => `probability_${name}`),
        ]);
        expect([lines.length, rows]).toEqual([exact.rows, exact.rows]);
        const found = new Map(
          lines.map((line) => line.split(',')).map((cells) => [cells.slice(0, 2).join('|'), cells] as const),
        );
        for (const [name, { class: own, probabilities }] of Object.entries(exact.predictions)) {
          const [, , patient, predicted, ...given] = found.get(name.split('|').slice(0, 2).join('|')) ?? [];
          if (way !== 'federate' || name.startsWith('cleveland')) expect(patient).toBe(name.split('|')[2]);
          expect(predicted, name).toBe(own);
          probabilities.forEach((p, at) => expect(Math.abs(Number(given[at]) - p), name).toBeLessThan(1e-9));
        }
      },
    );
  });

  describe.runIf(example === 'heart-disease')('severity by a network of five probabilities', () => {
    const results = new Map<Strategy, TrainingResult>();
    const jobBy = (change: Partial<JobInput>) => jobOf(installation, 'severity-network', change);
    const recordOf = async ({ run }: TrainingResult) =>
      (await installation.client.ask({ about: 'run', run })).run!.facts!;
    const predictedBy = async (way: Strategy) => {
      const request = { model: referenceOf(of(results, way)), strategy: 'factorize' as const };
      const { file } = await (await installation.client.predict(request)).result();
      const [header = '', ...lines] = (await readFile(file, 'utf8')).trimEnd().split('\n');
      return { header, lines: lines.map((line) => line.split(',')) };
    };

    beforeAll(async () => {
      for (const strategy of STRATEGIES)
        results.set(strategy, await trained(installation, jobBy({ strategy })));
    }, 120_000);

    test('has by every strategy the same losses within float32, and learns to tell grades apart', async () => {
      const losses = async (way: Strategy) =>
        (await recordOf(of(results, way))).curve.map(({ loss }) => loss);
      const expected = await losses('materialize');
      expect(expected).toHaveLength(12);
      expect(expected.at(-1)).toBeLessThan(0.8 * expected[0]!);
      for (const strategy of STRATEGIES) {
        (await losses(strategy)).forEach((loss, at) => {
          expect(Math.abs(loss - expected[at]!), strategy).toBeLessThan(1e-4);
        });
        const metrics = of(results, strategy).metrics.test as MulticlassMetrics;
        expect(metrics.classes).toHaveLength(5);
        expect(metrics.macroAuc).toBeGreaterThan(0.65);
      }
    });

    test('is evaluated as a model of many classes, whose names it keeps where the labels are', async () => {
      const { evaluation } = await recordOf(of(results, 'federate'));
      expect(evaluation?.manyClasses?.codes).toEqual([0, 1, 2, 3, 4]);
      expect(evaluation?.intervals).toBeDefined();
      expect(evaluation?.importance?.silos).toHaveLength(1);
      for (const strategy of STRATEGIES) {
        const { record } = await readModel(installation, referenceOf(of(results, strategy)));
        const { classes } = record.manifest;
        expect(classes?.home).toBe(strategy === 'federate' ? 'private:silo.cleveland' : 'exchange');
        expect((await readBlob(installation, classes!)).json).toEqual({ classes: ['0', '1', '2', '3', '4'] });
      }
    });

    test('predicts the class of each row and the probability of each class, by every way alike', async () => {
      const joined = await predictedBy('materialize');
      expect(joined.header).toBe(
        ['table', 'row', 'patient', 'class', ...[0, 1, 2, 3, 4].map((j) => `probability_${String(j)}`)].join(
          ',',
        ),
      );
      expect(joined.lines).toHaveLength(920);
      const federated = await predictedBy('federate');
      const probabilities = (cells: readonly string[]) => cells.slice(-5).map(Number);
      joined.lines.forEach((cells, row) => {
        const p = probabilities(cells);
        expect(p.reduce((sum, one) => sum + one, 0)).toBeCloseTo(1, 12);
        expect(p[Number(cells[3])]).toBe(Math.max(...p));
        const other = probabilities(federated.lines[row]!);
        p.forEach((one, at) => expect(Math.abs(one - other[at]!)).toBeLessThan(1e-3));
      });
    });

    test('is refused where a network of its own has not a unit for each grade', async () => {
      const units = (count: number) => ({
        class_name: 'Sequential',
        config: { layers: [{ class_name: 'Dense', config: { units: count, activation: 'softmax' } }] },
      });
      const jobWith = (count: number) =>
        jobBy({
          model: { type: 'neural-network', architecture: units(count), epochs: 1 },
          strategy: 'materialize',
        });
      await expect(trained(installation, jobWith(4))).rejects.toMatchObject({
        code: 'AMALUR_INVALID_NETWORK',
        field: 'model.architecture',
        suggestion: 'end with a Dense layer of 5 units',
      });
      const { metrics } = await trained(installation, jobWith(5));
      expect((metrics.train as MulticlassMetrics).classes).toEqual(
        (of(results, 'materialize').metrics.train as MulticlassMetrics).classes,
      );
    });
  });

  test('no name, address or key of a row is in any history', async () => {
    const words = await namesIn(installation, NAMES[example as keyof typeof EXAMPLES]);
    expect(words.size).toBeGreaterThan(900);
    for (const { workflow, history } of await allHistories(installation)) {
      const said = textOf(history).split(/[\\"]+/);
      expect(
        said.filter((text) => words.has(text)),
        workflow,
      ).toEqual([]);
    }
  });

  test.runIf(example === 'heart-disease')(
    'a union over silos whose parameters must stay has no plan, and it says which silos share columns',
    async () => {
      const job = jobOf(installation, 'union', { constraints: { parametersStay: true } });
      const refused = { code: 'AMALUR_NO_PLAN', field: 'constraints' };
      await expect(trained(installation, job)).rejects.toMatchObject({
        ...refused,
        message: expect.stringMatching(
          /cleveland, hungary, (long-beach, switzerland|switzerland, long-beach)/,
        ),
        suggestion: expect.stringContaining('constraints.parametersStay'),
      });
    },
  );

  describe.runIf(example === 'clinic')('a job that asks for what its tables have not', () => {
    const change = (name: string, integration: Partial<JobInput['integration']>): JobInput => {
      const job = jobOf(installation, name);
      return { ...job, integration: { ...job.integration, ...integration } };
    };

    test('is refused where tables that must agree do not, about a feature or about the label', async () => {
      const { disagreements } = referenceFor('clinic', 'outer').integration.overlaps[0]!;
      const refused = {
        code: 'AMALUR_OVERLAP_CONFLICT',
        field: 'integration.overlap',
        suggestion: expect.stringContaining('newest'),
      };
      const job = change('outer', { overlap: 'fail' });
      await expect(trained(installation, job)).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining(`disagree about "age" in ${String(disagreements['age'])} rows`),
      });
      const columns = { include: ['hospital.patients.heart_rate', 'sanatorium.guests.oxygen'] };
      await expect(trained(installation, { ...job, features: columns })).rejects.toMatchObject({
        ...refused,
        message: expect.stringContaining('disagree about "died" in'),
      });
    });

    test('is refused before more rows are made than it allows, in training and in an explanation', async () => {
      const { rows } = referenceFor('clinic', 'many-to-many').integration;
      const job = change('many-to-many', { maxRows: rows - 1 });
      const refused = {
        code: 'AMALUR_TARGET_TOO_LARGE',
        field: 'integration.joins[0]',
        message: expect.stringContaining(`${String(rows)} rows`),
        suggestion: expect.stringContaining('integration.maxRows'),
      };
      await expect(trained(installation, job)).rejects.toMatchObject(refused);
      await expect(installation.client.explainIntegration(job)).rejects.toMatchObject(refused);
      await installation.client.explainIntegration(change('many-to-many', { maxRows: rows }));
    });
  });
});

/** Columns that name somebody, by file and place in it. */
const NAMES: Readonly<Record<keyof typeof EXAMPLES, Readonly<Record<string, readonly number[]>>>> = {
  'heart-disease': { cleveland: [0], hungary: [0], switzerland: [0], 'long-beach': [0] },
  clinic: { patients: [0, 1, 2, 3], guests: [0, 1, 2], insured: [0], visits: [0], treatments: [0] },
};

/** What stands in these columns. */
async function namesIn(
  { folder }: TestInstallation,
  files: Readonly<Record<string, readonly number[]>>,
): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const [file, places] of Object.entries(files)) {
    const text = await readFile(path.join(folder, 'data', `${file}.csv`), 'utf8');
    for (const line of text.trimEnd().split('\n').slice(1)) {
      const cells = line.split(',');
      for (const place of places) if (cells[place] !== '') found.add(cells[place] ?? '');
    }
  }
  return found;
}

function referenceFor(example: string, name: string): Reference {
  const file = new URL(`../fixtures/${example}/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8')) as Reference;
}

function of<T>(map: ReadonlyMap<Strategy, T>, strategy: Strategy): T {
  const found = map.get(strategy);
  if (found === undefined) throw new Error(`${strategy} has not been trained`);
  return found;
}

/** Predictions by the names of their rows; a name that a join has multiplied gets a number from its second row on. */
async function predictions(
  { client }: TestInstallation,
  request: InferenceRequest,
  identity?: readonly string[],
): Promise<Map<string, number>> {
  const result = await (await client.predict(request)).result();
  const [header = '', ...lines] = (await readFile(result.file, 'utf8')).trimEnd().split('\n');
  if (identity) expect(header.split(',')).toEqual([...identity, 'prediction']);
  expect(lines).toHaveLength(result.rows);
  const found = new Map<string, number>();
  for (const line of lines) {
    const cells = line.split(',');
    const name = cells.slice(0, -1).join('|');
    let free = name;
    for (let copy = 2; found.has(free); copy++) free = `${name}#${String(copy)}`;
    found.set(free, Number(cells.at(-1)));
  }
  return found;
}
