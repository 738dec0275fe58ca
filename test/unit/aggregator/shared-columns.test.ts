import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { roundOperations } from '../../../activities/aggregator/rounds.js';
import { localOperations } from '../../../activities/aggregator/train-here.js';
import { privateHome, type SiteContext } from '../../../activities/compute/site.js';
import { aggregatorSession } from '../../../activities/sessions/aggregator-session.js';
import { partySession } from '../../../activities/sessions/party-session.js';
import { trainingOperations } from '../../../activities/silo/train.js';
import { entryOf } from '../../../core/entry-of.js';
import { vectorBundle } from '../../../core/exchange/bundle.js';
import { createFolderStore, createStores, type BlobRef } from '../../../core/exchange/index.js';
import { Mailbox } from '../../../core/exchange/mailbox.js';
import { featureBundle } from '../../../core/exchange/table-bundle.js';
import { targetBundle } from '../../../core/exchange/target-bundle.js';
import {
  encoderFrom,
  mergeSummaries,
  summarize,
  type FeatureData,
} from '../../../core/integration/encode.js';
import {
  trainingCounts,
  type ColumnGroup,
  type TargetIndex,
} from '../../../core/integration/target-index.js';
import { shareId } from '../../../core/job/resolved.js';
import { groupId } from '../../support/arbitrary-groups.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { jobSchema } from '../../../core/job/schema.js';
import { encoderBundle, readPart } from '../../../core/models/model-part.js';
import type { Site } from '../../../core/planner/plan.js';
import { Journal } from '../../../core/training/journal.js';
import type { AggregatorStepOutput, TrainingShare } from '../../../workflows/contracts/operations.js';

const namesOf = (columns: readonly FeatureColumn[]) => columns.map(({ name }) => name);

// The operations of sites, called as the workflow calls them: a full outer join of two tables that both have the column `age`.

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-shared-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** A site after its process was lost: everything it knows is in its stores. */
function siteAt(site: Site): SiteContext {
  const stores = createStores({
    exchange: createFolderStore(join(folder, 'exchange')),
    site: { name: site, store: createFolderStore(join(folder, site)) },
  });
  const journal = new Journal(stores, privateHome(site));
  return { site, stores, journal, sources: new Map(), predictions: folder, report: () => undefined };
}

const EXECUTION = 'outer-1';
const spec = jobSchema.shape.model.parse({ type: 'logistic-regression', l2: 0.01, tolerance: 1e-11 });
const wave = (count: number, factor: number) =>
  Float64Array.from({ length: count }, (_, row) => Math.sin(factor * row * row));
const data: Record<'a' | 'b', FeatureData> = {
  a: {
    rows: 30,
    numeric: new Map([
      ['age', wave(30, 3)],
      ['height', wave(30, 5)],
    ]),
    categorical: new Map(),
  },
  b: {
    rows: 20,
    numeric: new Map([
      ['age', wave(20, 7)],
      ['weight', wave(20, 11)],
    ]),
    categorical: new Map(),
  },
};

/** Rows 0–29 are those of a, of which 20–29 match 0–9 of b; rows 30–39 are the others of b. Where both are, a owns the age. */
const rowsOfA = Int32Array.from({ length: 40 }, (_, t) => (t < 30 ? t : -1));
const rowsOfB = Int32Array.from({ length: 40 }, (_, t) => (t >= 20 ? t - 20 : -1));
const group = (shares: readonly (readonly ['a' | 'b', Int32Array])[]): ColumnGroup => ({
  id: groupId(shares.map(([party]) => `${party}.t`)),
  shares: shares.map(([party, rows]) => ({ party: `${party}.t`, sourceRows: data[party].rows, rows })),
});
const target: TargetIndex = {
  rows: 40,
  trainRows: 32,
  labels: Float64Array.from({ length: 40 }, (_, t) => Number(Math.cos(t * t) > 0)),
  groups: [
    group([['a', rowsOfA]]),
    group([
      ['a', rowsOfA],
      ['b', rowsOfB.map((row, t) => (t < 30 ? -1 : row))],
    ]),
    group([['b', rowsOfB]]),
  ],
};
const columns: Record<string, readonly FeatureColumn[]> = {
  'a.t': [{ name: 'height', encoding: 'numeric' }],
  'a.t+b.t': [{ name: 'age', encoding: 'numeric' }],
  'b.t': [{ name: 'weight', encoding: 'numeric' }],
};
const toEvaluate = {
  curves: true,
  intervals: 10,
  importance: 'columns',
  repeats: 4,
  seed: 1,
  silos: { 'a.t': 'a', 'b.t': 'b' },
} as const;
const siloOf = (party: string): 'a' | 'b' => (party === 'a.t' ? 'a' : 'b');

async function trainedInRounds(afresh: boolean, bySessions = false) {
  const sites: Record<string, SiteContext> = {};
  const at = (site: Site) => {
    const fresh = afresh ? siteAt(site) : (sites[site] ?? siteAt(site));
    return (sites[site] = fresh);
  };
  const summaries = target.groups[1]!.shares.map((share) =>
    summarize(data[siloOf(share.party)], columns['a.t+b.t']!, trainingCounts(share, target.trainRows)),
  );
  const shared = encoderFrom(mergeSummaries(summaries), columns['a.t+b.t']!, target.trainRows);
  const shares: (TrainingShare & { silo: 'a' | 'b' })[] = [];
  for (const one of target.groups) {
    for (const share of one.shares) {
      const silo = siloOf(share.party);
      const { stores } = siteAt(`silo.${silo}`);
      const home = privateHome(`silo.${silo}`);
      const counts = vectorBundle('counts', trainingCounts(share, target.trainRows));
      shares.push({
        id: shareId(one, share.party),
        silo,
        group: one.id,
        columns: entryOf(columns, one.id),
        sources: namesOf(entryOf(columns, one.id)),
        features: await stores.put(home, 'features', featureBundle(data[silo])),
        counts: await stores.put(home, 'counts', counts),
        ...(one.shares.length > 1 && {
          encoder: await stores.put('exchange', 'encoder', encoderBundle(shared)),
        }),
      });
    }
  }
  const ofSilo = (silo: 'a' | 'b') =>
    shares.filter((share) => share.silo === silo).map(({ silo: _home, ...share }) => share);
  const targetRef = await siteAt('aggregator').stores.put(
    privateHome('aggregator'),
    'target',
    targetBundle(target),
  );
  const execution = `${EXECUTION}${String(afresh)}${String(bySessions)}`;

  const heads: Record<string, string> = {};
  for (const silo of ['a', 'b'] as const) {
    const operations = trainingOperations(at(`silo.${silo}`));
    const { trainRows } = target;
    const started = await operations.startParties({ execution, spec, trainRows, shares: ofSilo(silo) });
    Object.assign(heads, started.heads);
  }
  const silos = { 'a.t': 'a', 'b.t': 'b' };
  let answer: Omit<AggregatorStepOutput, 'cost'> = await roundOperations(at('aggregator')).startAggregator({
    execution,
    spec,
    target: targetRef,
    silos,
  });
  let rounds = 0;
  for (let round = 1; !bySessions && answer.down !== undefined; round++) {
    const { down } = answer;
    const ups: Record<string, BlobRef> = {};
    for (const silo of ['a', 'b'] as const) {
      const called = ofSilo(silo).filter(({ id }) => down[id] !== undefined);
      const made = await trainingOperations(at(`silo.${silo}`)).partyStep({
        execution,
        round,
        site: 'aggregator',
        shares: called.map(({ id }) => ({ id, head: entryOf(heads, id), down: entryOf(down, id) })),
      });
      for (const [id, { head, up }] of Object.entries(made.shares)) {
        heads[id] = head;
        ups[id] = up;
      }
    }
    const { head } = answer;
    answer = await roundOperations(at('aggregator')).aggregatorStep({ execution, round, head, ups });
    rounds = answer.progress?.round ?? rounds;
  }
  for (let exchanges = 0; bySessions && answer.down !== undefined;) {
    const { down, head } = answer;
    const segment = { execution, site: 'aggregator' as const, exchanges, most: 7, head };
    const portAt = (site: Site) => {
      const context = at(site);
      return { site, mailbox: new Mailbox(context.stores), signal: new AbortController().signal, context };
    };
    const parties = (['a', 'b'] as const).map(async (silo) => {
      const { context, ...port } = portAt(`silo.${silo}`);
      const ids = ofSilo(silo).map(({ id }) => id);
      const made = await partySession(
        { ...port, partyStep: (step) => trainingOperations(context).partyStep(step) },
        {
          ...{ ...segment, silo },
          heads: Object.fromEntries(ids.map((id) => [id, entryOf(heads, id)])),
          down: Object.fromEntries(ids.flatMap((id) => (down[id] ? [[id, down[id]]] : []))),
        },
      );
      Object.assign(heads, made.heads);
    });
    const { context, ...port } = portAt('aggregator');
    const session = aggregatorSession(
      { ...port, aggregatorStep: (step) => roundOperations(context).aggregatorStep(step) },
      {
        ...segment,
        silos: { a: ofSilo('a').map(({ id }) => id), b: ofSilo('b').map(({ id }) => id) },
        called: Object.keys(down),
      },
    );
    const [ended] = await Promise.all([session, ...parties]);
    answer = ended;
    exchanges += ended.made;
    rounds = ended.progress?.round ?? rounds;
  }
  const { stopped, shared: thetas } = answer;
  const parts: Record<string, BlobRef> = {};
  const scores: Record<string, BlobRef> = {};
  for (const silo of ['a', 'b'] as const) {
    const { shares: finished } = await trainingOperations(at(`silo.${silo}`)).finishParties({
      execution,
      site: 'aggregator',
      parametersStay: true,
      shares: ofSilo(silo).map(({ id }) => ({
        id,
        head: entryOf(heads, id),
        ...(thetas?.[id] && { theta: thetas[id] }),
      })),
    });
    for (const [id, { part, scores: given }] of Object.entries(finished)) {
      parts[id] = part;
      scores[id] = given;
    }
  }
  const { intercept, metrics, curve, evaluation } = await roundOperations(at('aggregator')).evaluate({
    execution,
    spec,
    parametersStay: true,
    head: answer.head,
    target: targetRef,
    scores,
    evaluation: toEvaluate,
  });
  const theta: Record<string, number[]> = {};
  for (const [id, part] of Object.entries(parts)) {
    const { stores } = siteAt(`silo.${siloOf(id.slice(-3))}`);
    theta[id] = [...readPart(await stores.get(part)).theta.data];
  }
  return { stopped, rounds, intercept, metrics, curve, evaluation, theta };
}

async function trainedHere(form: 'materialized' | 'factorized') {
  const site = siteAt('aggregator');
  const operations = localOperations(site);
  const home = privateHome('aggregator');
  const shares = [];
  for (const one of target.groups) {
    for (const { party } of one.shares) {
      const features = await site.stores.put(home, 'features', featureBundle(data[siloOf(party)]));
      const own = entryOf(columns, one.id);
      shares.push({ id: shareId(one, party), columns: own, sources: namesOf(own), features });
    }
  }
  const execution = `${EXECUTION}${form}`;
  const ref = await site.stores.put(home, 'target', targetBundle(target));
  let step = await operations.trainHere({ execution, spec, form, target: ref, shares });
  while (step.stopped === undefined) {
    step = await operations.trainSegment({ execution, head: step.head, rounds: 7 });
  }
  const { intercept, metrics, evaluation, parts } = await operations.finishHere({
    execution,
    head: step.head,
    evaluation: toEvaluate,
  });
  const theta: Record<string, number[]> = {};
  for (const [id, part] of Object.entries(parts))
    theta[id] = [...readPart(await site.stores.get(part)).theta.data];
  return { intercept, metrics, evaluation, theta };
}

test('a full outer join in rounds equals the joined table, and lost processes change no bit', async () => {
  const inRounds = await trainedInRounds(false);
  expect(inRounds.stopped).toBe('converged');
  expect(inRounds.curve.map(({ round }) => round)).toEqual(
    Array.from({ length: inRounds.rounds + 1 }, (_, round) => round),
  );
  expect(inRounds.theta['a.t+b.t/a.t']).toEqual(inRounds.theta['a.t+b.t/b.t']);
  expect(await trainedInRounds(true)).toEqual(inRounds);
  expect(await trainedInRounds(false, true)).toEqual(inRounds);

  const { importance, intervals } = inRounds.evaluation ?? {};
  expect(importance?.silos.map(({ silos }) => silos)).toEqual([['a'], ['a', 'b'], ['b']]);
  expect(importance?.columns).toBeUndefined();
  for (const form of ['materialized', 'factorized'] as const) {
    const here = await trainedHere(form);
    expect(Object.keys(here.theta).sort()).toEqual(Object.keys(inRounds.theta).sort());
    for (const [id, theta] of Object.entries(here.theta)) {
      theta.forEach((value, at) => expect(inRounds.theta[id]?.[at]).toBeCloseTo(value, 8));
    }
    expect(inRounds.intercept).toBeCloseTo(here.intercept, 8);
    // Each silo has one column here, and one has both: where rows are in one place, columns are told of as well.
    const { columns: byColumn, silos } = here.evaluation?.importance ?? {};
    expect(byColumn?.map(({ column }) => column).sort()).toEqual(['a.t+b.t.age', 'a.t.height', 'b.t.weight']);
    expect(byColumn?.find(({ column }) => column === 'b.t.weight')?.mean).toBeGreaterThan(0);
    expect(silos?.map(({ silos: names }) => names)).toEqual([['a'], ['a', 'b'], ['b']]);
    silos?.forEach(({ mean, deviation }, at) => {
      expect(importance?.silos[at]?.mean).toBeCloseTo(mean, 8);
      expect(importance?.silos[at]?.deviation).toBeCloseTo(deviation, 8);
    });
    for (const [name, { low, high }] of Object.entries(here.evaluation?.intervals?.measures ?? {})) {
      expect(intervals?.measures[name]?.low).toBeCloseTo(low, 8);
      expect(intervals?.measures[name]?.high).toBeCloseTo(high, 8);
    }
    for (const side of ['train', 'test'] as const) {
      for (const [name, value] of Object.entries(here.metrics[side])) {
        expect(Object.entries(inRounds.metrics[side]).find(([other]) => other === name)?.[1]).toBeCloseTo(
          value as number,
          8,
        );
      }
    }
  }
});
