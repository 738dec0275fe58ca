import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keptValidationOperations } from '../../../activities/aggregator/kept-validation.js';
import { roundOperations } from '../../../activities/aggregator/rounds.js';
import { localOperations } from '../../../activities/aggregator/train-here.js';
import { validationOperation } from '../../../activities/aggregator/validate-here.js';
import { foldOperations } from '../../../activities/aggregator/validate-rounds.js';
import { privateHome, type SiteContext } from '../../../activities/compute/site.js';
import { foldPartyOperations } from '../../../activities/silo/fold-parties.js';
import { trainingOperations } from '../../../activities/silo/train.js';
import { entryOf } from '../../../core/entry-of.js';
import { vectorBundle } from '../../../core/exchange/bundle.js';
import { createFolderStore, createStores, type BlobRef } from '../../../core/exchange/index.js';
import { featureBundle } from '../../../core/exchange/table-bundle.js';
import { targetBundle } from '../../../core/exchange/target-bundle.js';
import type { FeatureData } from '../../../core/integration/encode.js';
import { sharesById, trainingCounts, type TargetIndex } from '../../../core/integration/target-index.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import type { Site } from '../../../core/planner/plan.js';
import { Journal } from '../../../core/training/journal.js';
import { conclude, measureOf } from '../../../core/validation/conclude.js';

// The operations of sites, called as the workflow calls them, each by a process of its own: all that one knows is in its stores.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-folds-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function siteAt(site: Site): SiteContext {
  const stores = createStores({
    exchange: createFolderStore(join(folder, 'exchange')),
    site: { name: site, store: createFolderStore(join(folder, site)) },
  });
  const journal = new Journal(stores, privateHome(site));
  return { site, stores, journal, sources: new Map(), predictions: folder, report: () => undefined };
}

const ROWS = 70;
const TRAIN = 60;
const wave = (count: number, factor: number) =>
  Float64Array.from({ length: count }, (_, row) => Math.sin(factor * (row + 1) * (row + 1)));
const data: Readonly<Record<string, FeatureData>> = {
  'a.t': { rows: ROWS, numeric: new Map([['x', wave(ROWS, 3)]]), categorical: new Map() },
  'b.t': { rows: 7, numeric: new Map([['z', wave(7, 5)]]), categorical: new Map() },
};
const columns = {
  'a.t': [{ name: 'x', encoding: 'numeric' as const }],
  'b.t': [{ name: 'z', encoding: 'numeric' as const }],
};
const silos = { 'a.t': 'a', 'b.t': 'b' };
const PARTIES = ['a.t', 'b.t'] as const;
const sourceRowOf = {
  'a.t': Int32Array.from({ length: ROWS }, (_, row) => ROWS - 1 - row),
  'b.t': Int32Array.from({ length: ROWS }, (_, row) => (row % 9 === 8 ? -1 : row % 7)),
};
const score = (row: number) => data['a.t']!.numeric.get('x')![ROWS - 1 - row]! + Math.cos(row * row);
const target = (many: boolean): TargetIndex => ({
  rows: ROWS,
  trainRows: TRAIN,
  labels: Float64Array.from({ length: ROWS }, (_, row) =>
    many ? 1 + Math.sign(Math.trunc(2 * score(row))) : Number(score(row) > 0),
  ),
  ...(many && { classes: ['low', 'middle', 'high'] }),
  blocks: Int32Array.from({ length: TRAIN }, (_, row) => ((row * row) % 3) % 2),
  groups: PARTIES.map((party) => ({
    id: party,
    shares: [{ party, sourceRows: data[party]!.rows, rows: sourceRowOf[party] }],
  })),
});
const validation = { folds: 2, by: 'rows' as const, seed: 0 };

interface Job {
  readonly spec: ModelSpec;
  readonly search: ReturnType<typeof jobSchema.shape.search.parse>;
  readonly target: TargetIndex;
}

async function inRounds({ spec, search, target: rows }: Job) {
  const execution = `rounds-${spec.type}`;
  const homeOf = (party: string): Site => `silo.${entryOf(silos, party)}`;
  const refOf = (site: Site, kind: string, bundle: Parameters<SiteContext['stores']['put']>[2]) =>
    siteAt(site).stores.put(privateHome(site), kind, bundle);
  const whole = await refOf('aggregator', 'target', targetBundle(rows));
  const encoded: Record<string, string> = {};
  for (const [id, share] of sharesById(rows)) {
    const one = {
      ...{
        id,
        group: id,
        columns: entryOf(columns, id),
        sources: entryOf(columns, id).map(({ name }) => name),
      },
      features: await refOf(homeOf(id), 'features', featureBundle(entryOf(data, id))),
      counts: await refOf(homeOf(id), 'counts', vectorBundle('counts', trainingCounts(share, TRAIN))),
    };
    const start = { execution, spec, trainRows: TRAIN, shares: [one] };
    Object.assign(encoded, (await trainingOperations(siteAt(homeOf(id))).startParties(start)).heads);
  }
  const job = { model: spec, task: 'classification' as const, ...(search && { search }) };
  let measured: BlobRef | undefined;
  const values: unknown[] = [];
  for (let at = 0; at < 4; at++) {
    const [trial, fold] = [Math.floor(at / 2), at % 2];
    const opened = await foldOperations(siteAt('aggregator')).openFold({
      ...{ execution, spec, target: whole, validation, trial, fold, silos },
      ...(search && { search }),
    });
    const { target: ofFold, trainRows, counts } = opened.rows;
    expect(ofFold.home).toBe('private:aggregator');
    const heads: Record<string, string> = {};
    for (const id of PARTIES) {
      const shares = [{ id, group: id, head: entryOf(encoded, id), counts: entryOf(counts, id) }];
      const restart = { execution, spec: opened.model, trainRows, shares };
      Object.assign(heads, (await foldPartyOperations(siteAt(homeOf(id))).restartParties(restart)).heads);
    }
    const open = { execution, spec: opened.model, target: ofFold, silos };
    const sites = Object.fromEntries(
      ['aggregator' as const, ...PARTIES.map(homeOf)].map((site) => [site, siteAt(site)]),
    );
    let answer = await roundOperations(entryOf(sites, 'aggregator')).startAggregator(open);
    for (let round = 1; answer.down !== undefined; round++) {
      const ups: Record<string, BlobRef> = {};
      for (const id of PARTIES) {
        const shares = [{ id, head: entryOf(heads, id), down: entryOf(answer.down, id) }];
        const step = { execution, round, site: 'aggregator' as const, shares };
        const made = await trainingOperations(entryOf(sites, homeOf(id))).partyStep(step);
        heads[id] = entryOf(made.shares, id).head;
        ups[id] = entryOf(made.shares, id).up;
      }
      const { head } = answer;
      answer = await roundOperations(entryOf(sites, 'aggregator')).aggregatorStep({
        execution,
        round,
        head,
        ups,
      });
    }
    const scores: Record<string, BlobRef> = {};
    for (const id of PARTIES) {
      const shares = [{ id, head: entryOf(heads, id) }];
      const input = { execution, site: 'aggregator' as const, shares };
      Object.assign(scores, (await foldPartyOperations(siteAt(homeOf(id))).scoreParties(input)).scores);
    }
    const input = {
      ...{ execution, head: answer.head, target: ofFold, scores, trial, measure: measureOf(job) },
      ...(measured && { before: measured }),
    };
    const made = await foldOperations(siteAt('aggregator')).measureFold(input);
    // Whoever asks again is answered the same.
    expect(await foldOperations(siteAt('aggregator')).measureFold(input)).toEqual(made);
    measured = made.measured;
    expect(measured.home).toBe('private:aggregator');
    values.push(made.value);
  }
  const chosen = await foldOperations(siteAt('aggregator')).chooseTrial({
    ...{ execution, job, validation, measured: measured! },
  });
  expect(chosen.report.trials.flatMap((trial) => trial.values)).toEqual(values);
  return chosen;
}

async function inOnePlace({ spec, search, target: rows }: Job) {
  const site = siteAt('aggregator');
  const execution = `here-${spec.type}`;
  const put = (kind: string, bundle: Parameters<SiteContext['stores']['put']>[2]) =>
    site.stores.put(privateHome('aggregator'), kind, bundle);
  const shares = [];
  for (const id of PARTIES) {
    const features = await put('features', featureBundle(entryOf(data, id)));
    shares.push({ id, columns: columns[id], sources: columns[id].map(({ name }) => name), features });
  }
  const ref = await put('target', targetBundle(rows));
  const begin = { execution, spec, form: 'factorized' as const, target: ref, shares };
  const { head } = await localOperations(site).trainHere(begin);
  const trials = [];
  for (const trial of [0, 1]) {
    const { measures, ...made } = await validationOperation(site).validateHere({
      ...{ execution, head, validation, trial, folds: [0, 1], last: false },
      ...(search && { search }),
    });
    trials.push({ ...made, folds: measures });
  }
  const found = conclude({ task: 'classification', ...(search && { search }) }, validation, trials);
  // An execution of the workflow that has continued as new asks for it.
  const { kept } = await keptValidationOperations(site).keepValidation({ execution, found });
  expect(kept.home).toBe('private:aggregator');
  const answer = await keptValidationOperations(siteAt('aggregator')).keptValidation({ execution, kept });
  expect(answer.found).toEqual(found);
  return answer.found;
}

test.each([
  [
    { type: 'softmax-regression', tolerance: 1e-9 },
    { over: { l2: [0.02, 0.3] }, measure: 'macroF1' },
  ],
  [
    { type: 'neural-network', hidden: [3], epochs: 2, batchSize: 20, output: 'sigmoid' },
    { over: { learningRate: [0.01, 0.1] }, measure: 'auc' },
  ],
] as const)(
  'a search of %o finds in rounds what it finds in one place, though each process forgets',
  async (model, over) => {
    const many = model.type === 'softmax-regression';
    const job = {
      spec: jobSchema.shape.model.parse(model),
      search: jobSchema.shape.search.parse(over),
      target: target(many),
    };
    const here = await inOnePlace(job);
    const apart = await inRounds(job);
    expect(apart.report.folds).toEqual(here.report.folds);
    expect(apart.report.chosen).toBe(here.report.chosen);
    expect(apart.model).toEqual(here.model);
    apart.report.trials.forEach(({ parameters, values }, at) => {
      expect(parameters).toEqual(here.report.trials[at]!.parameters);
      values.forEach((value, fold) => expect(value).toBeCloseTo(here.report.trials[at]!.values[fold]!, 8));
    });
    for (const [name, { values }] of Object.entries(here.report.measures))
      values.forEach((value, fold) =>
        expect(apart.report.measures[name as 'logLoss']!.values[fold], name).toBeCloseTo(value!, 8),
      );
    expect(Object.keys(here.report.measures).length).toBeGreaterThan(2);
  },
  60_000,
);
