import { fork } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openCatalog, type Catalog } from '../../catalog/index.js';
import { sqliteAdapter } from '../../catalog/prisma/sqlite-adapter.js';
import { canonicalJson } from '../../core/json.js';
import type { TableProfile } from '../../core/sources/profile.js';
import { migrationStatus, missingMigration, postgresAdapter } from '../../scripts/prisma-engine.mjs';
import {
  facts,
  host,
  integrationFacts,
  manifest,
  metrics,
  plan,
  resolvedJob,
} from '../support/catalog-facts.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';

interface Backend {
  readonly provider: 'sqlite' | 'postgresql';
  start(): Promise<void>;
  stop(): Promise<void>;
  /** URL of an empty database. */
  fresh(): Promise<string>;
  adapter(url: string): SqlMigrationAwareDriverAdapterFactory;
}

let folder: string;
let postgres: PostgresServer;
let count = 0;

const backends: readonly Backend[] = [
  {
    provider: 'sqlite',
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    fresh: () => Promise.resolve(`file:${join(folder, `catalog-${++count}`, 'amalur.db')}`),
    adapter: (url) => sqliteAdapter(url.slice('file:'.length)),
  },
  {
    provider: 'postgresql',
    start: async () => {
      postgres = await startPostgres();
    },
    stop: () => postgres.stop(),
    fresh: () => postgres.freshDatabase(),
    adapter: postgresAdapter,
  },
];

const resolved = resolvedJob();
const start = (execution: string, startedAt = '2026-01-02T03:04:05.678Z', run = 'train-late-arrivals') => ({
  run,
  execution,
  kind: 'training' as const,
  startedAt,
});

const flights: TableProfile = {
  table: 'flights',
  rows: 2 ** 33,
  columns: [
    { name: 'id', type: 'integer', nulls: 0, distinct: 2 ** 33 },
    { name: 'dep_delay', type: 'number', nulls: 8255, distinct: 527 },
  ],
  keys: [['id']],
  contentHash: 'first',
  bytes: 2 ** 40,
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-catalog-'));
  await writeFile(join(folder, 'input.json'), JSON.stringify({ resolved, plan, manifest, metrics }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(backends)('the catalog on $provider', (backend) => {
  let url: string;
  let catalog: Catalog;

  beforeAll(() => backend.start());
  afterAll(() => backend.stop());
  beforeEach(async () => {
    url = await backend.fresh();
    catalog = await openCatalog(url);
  });
  afterEach(() => catalog.close());

  async function rows(sql: string): Promise<unknown[][]> {
    const connection = await backend.adapter(url).connect();
    const result = await connection.queryRaw({ sql, args: [], argTypes: [] });
    await connection.dispose();
    return result.rows;
  }

  async function published(execution: string, startedAt?: string) {
    await catalog.runs.start(start(execution, startedAt));
    await catalog.runs.plan(execution, resolved, plan);
    return catalog.models.publish(execution, manifest, metrics, startedAt ?? '2026-01-02T03:09:00.000Z');
  }

  /** A writer process; `acknowledged` fills as the catalog acknowledges its runs. */
  function writer(name: string, runs: number) {
    const script = resolve(import.meta.dirname, '../support/catalog-writer.mjs');
    const child = fork(script, [url, name, String(runs), join(folder, 'input.json')]);
    const acknowledged: { execution: string; version: number }[] = [];
    child.on('message', (message) => acknowledged.push(message as (typeof acknowledged)[number]));
    return { child, acknowledged, ended: once(child, 'exit').then(([code]) => code as number | null) };
  }

  describe('silos', () => {
    it('come back with their hosts to the bit, however often they register', async () => {
      await catalog.silos.register('weather', host);
      await catalog.silos.register('airline', { ...host, host: 'z' });
      await catalog.silos.register('airline', host);
      await catalog.silos.register('airline', host);
      const silos = await catalog.silos.list();
      expect(silos.map(({ silo, hosts }) => [silo, hosts])).toEqual([
        ['airline', [host, { ...host, host: 'z' }]],
        ['weather', [host]],
      ]);
    });

    it('keep the time of their first registration and the latest profile of a host', async () => {
      await catalog.silos.register('airline', host);
      const [before] = await catalog.silos.list();
      await catalog.silos.register('airline', { ...host, cores: 64 });
      const [after] = await catalog.silos.list();
      expect(after).toEqual({ ...before, hosts: [{ ...host, cores: 64 }] });
    });
  });

  describe('tables', () => {
    const versions = async () =>
      (await catalog.tables.list()).map(({ silo, profile, version }) => [silo, profile.table, version]);

    it('come back as they were profiled, by silo and name', async () => {
      await catalog.tables.record('weather', [{ ...flights, table: 'hourly' }], ['hourly']);
      await catalog.tables.record('airline', [{ ...flights, table: 'a' }, flights], ['a', 'flights']);
      await catalog.tables.record('airline', [{ ...flights, table: 'Z' }], ['a', 'flights', 'Z']);
      expect(await versions()).toEqual([
        ['airline', 'Z', 1],
        ['airline', 'a', 1],
        ['airline', 'flights', 1],
        ['weather', 'hourly', 1],
      ]);
      expect((await catalog.tables.list())[2]?.profile).toEqual(flights);
    });

    it('rise in version only with a content that was never seen', async () => {
      for (const [contentHash, version] of [
        ['first', 1],
        ['first', 1],
        ['second', 2],
        ['first', 1],
        ['third', 3],
      ] as const) {
        await catalog.tables.record('airline', [{ ...flights, contentHash }], ['flights']);
        const [record] = await catalog.tables.list();
        expect([record?.version, record?.profile.contentHash]).toEqual([version, contentHash]);
      }
    });

    it('show the latest description of the same content', async () => {
      await catalog.tables.record('airline', [flights], ['flights']);
      const described = {
        ...flights,
        keys: [['id'], ['id', 'dep_delay']],
        columns: flights.columns.slice(1),
      };
      await catalog.tables.record('airline', [described], ['flights']);
      expect((await catalog.tables.list()).map(({ profile, version }) => [profile, version])).toEqual([
        [described, 1],
      ]);
    });

    it('change nothing when the same report is stored again', async () => {
      await catalog.tables.record('airline', [flights], ['flights']);
      const before = await catalog.tables.list();
      await catalog.tables.record('airline', [flights], ['flights']);
      expect(await catalog.tables.list()).toEqual(before);
    });

    it('are gone when their silo no longer names them, and back when it does', async () => {
      await catalog.tables.record('airline', [flights, { ...flights, table: 'other' }], ['flights', 'other']);
      await catalog.tables.record('weather', [flights], ['flights']);
      await catalog.tables.record('airline', [], ['other']);
      expect(await versions()).toEqual([
        ['airline', 'other', 1],
        ['weather', 'flights', 1],
      ]);
      await catalog.tables.record('airline', [], ['flights', 'other']);
      expect(await versions()).toHaveLength(3);
    });
  });

  describe('runs', () => {
    it('come back with job, plan and facts to the bit, so that step keys hash alike', async () => {
      await published('e1');
      await catalog.runs.finish('e1', '2026-01-02T03:10:00.000Z', facts, 'late-arrivals@1');
      const run = await catalog.runs.get('e1');
      expect(run).toEqual({
        ...start('e1'),
        status: 'completed',
        finishedAt: '2026-01-02T03:10:00.000Z',
        job: resolved.job,
        jobHash: resolved.jobHash,
        resolved,
        plan,
        facts,
        error: null,
        model: 'late-arrivals@1',
        resumedFrom: null,
      });
      expect(canonicalJson(run?.resolved)).toBe(canonicalJson(resolved));
    });

    it('change nothing when a step is stored again, even late', async () => {
      await published('e1');
      await catalog.runs.finish('e1', '2026-01-02T03:10:00.000Z', facts, 'late-arrivals@1');
      const before = await catalog.runs.list(10);
      await catalog.runs.start({ ...start('e1'), startedAt: '2027-01-01T00:00:00.000Z' });
      await catalog.runs.plan('e1', resolvedJob({ name: 'another' }), { ...plan, chosen: 'a@aggregator' });
      await catalog.runs.finish('e1', '2027-01-01T00:00:00.000Z', { ...facts, rounds: 9 }, null);
      await catalog.runs.fail('e1', '2027-01-01T00:00:00.000Z', 'failed', null);
      expect(await catalog.runs.list(10)).toEqual(before);
    });

    it('keep the plan that a running workflow made last', async () => {
      await catalog.runs.start(start('e1'));
      await catalog.runs.plan('e1', resolved, plan);
      const other = { ...plan, candidates: plan.candidates.slice(1), chosen: 'a@aggregator' };
      await catalog.runs.plan('e1', resolvedJob({ strategy: 'materialize' }), other);
      const run = await catalog.runs.get('e1');
      expect([run?.plan, run?.job?.strategy]).toEqual([other, 'materialize']);
    });

    it('keep the error that ended them, and lose it when the workflow is reset and completes', async () => {
      await published('e1');
      const error = {
        code: 'AMALUR_DIVERGED',
        message: 'the loss grew',
        field: 'model.l2',
        suggestion: '0.01',
      } as const;
      await catalog.runs.fail('e1', '2026-01-02T03:10:00.000Z', 'failed', error);
      await catalog.runs.fail('e1', '2026-01-02T03:11:00.000Z', 'cancelled', null);
      expect(await catalog.runs.get('e1')).toMatchObject({ status: 'failed', error, facts: null });
      await catalog.runs.finish('e1', '2026-01-02T03:12:00.000Z', facts, 'late-arrivals');
      expect(await catalog.runs.get('e1')).toMatchObject({ status: 'completed', error: null, facts });
    });

    it('are cancelled without an error', async () => {
      await catalog.runs.start(start('e1'));
      await catalog.runs.fail('e1', '2026-01-02T03:10:00.000Z', 'cancelled', null);
      expect(await catalog.runs.get('e1')).toMatchObject({
        status: 'cancelled',
        error: null,
        job: null,
        plan: null,
      });
    });

    it('are listed newest first and found by execution or by the latest execution of a workflow id', async () => {
      await catalog.runs.start(start('e2', '2026-01-02T00:00:00.002Z'));
      await catalog.runs.start(start('e3', '2026-01-02T00:00:00.003Z', 'other'));
      await catalog.runs.start(start('e1', '2026-01-02T00:00:00.001Z'));
      expect((await catalog.runs.list(2)).map(({ execution }) => execution)).toEqual(['e3', 'e2']);
      expect((await catalog.runs.get('train-late-arrivals'))?.execution).toBe('e2');
      expect((await catalog.runs.get('e1'))?.execution).toBe('e1');
      expect(await catalog.runs.get('nothing')).toBeUndefined();
    });

    it('keep a loss that is not finite as NaN, a gradient norm as null, and runs without measures as such', async () => {
      await catalog.runs.start({ ...start('e1'), kind: 'inference' });
      const curve = [{ round: 1, loss: Number.POSITIVE_INFINITY, gradientNorm: null }];
      await catalog.runs.finish('e1', '2026-01-02T03:10:00.000Z', { ...facts, metrics: null, curve }, null);
      const run = await catalog.runs.get('e1');
      expect(run?.facts).toEqual({
        ...facts,
        metrics: null,
        curve: [{ round: 1, loss: Number.NaN, gradientNorm: null }],
      });
      expect([run?.kind, run?.model]).toEqual(['inference', null]);
    });

    it('keep where they stood last, whatever has ended them, and forget it when they begin anew', async () => {
      await catalog.runs.start(start('e1'));
      expect(await catalog.runs.standing('e1')).toBeNull();
      const standing = (round: number) =>
        JSON.stringify({ journal: 'e1', reached: { round }, told: { é: '"' } });
      for (const round of [1, 2]) await catalog.runs.keepStanding('e1', standing(round));
      expect(await catalog.runs.standing('e1')).toBe(standing(2));
      await catalog.runs.fail('e1', '2026-01-02T03:10:00.000Z', 'terminated', null);
      expect(await catalog.runs.standing('e1')).toBe(standing(2));
      await catalog.runs.resume('e1', null, null);
      expect(await catalog.runs.standing('e1')).toBeNull();
      expect(await catalog.runs.standing('nothing')).toBeNull();
      await expect(catalog.runs.keepStanding('e0', standing(1))).rejects.toMatchObject({
        code: 'AMALUR_UNKNOWN_RUN',
      });
    });

    it('say from which run they go on, begin where that one stood, and go on from none once they begin anew', async () => {
      for (const execution of ['e1', 'e2']) await catalog.runs.start(start(execution));
      await catalog.runs.keepStanding('e1', '{"journal":"e1"}');
      await catalog.runs.resume('e2', 'e1', await catalog.runs.standing('e1'));
      // A repeated activity says the same again.
      await catalog.runs.resume('e2', 'e1', await catalog.runs.standing('e1'));
      expect((await catalog.runs.get('e2'))?.resumedFrom).toBe('e1');
      expect(await catalog.runs.standing('e2')).toBe('{"journal":"e1"}');
      await catalog.runs.resume('e2', null, null);
      expect((await catalog.runs.get('e2'))?.resumedFrom).toBeNull();
      expect(await catalog.runs.standing('e1')).toBe('{"journal":"e1"}');
    });

    it('that go on, or ended of late, name every run whose steps they go on from, also of runs long gone', async () => {
      const [day, later, now] = ['2026-01-02', '2026-03-01', '2026-03-02'].map(
        (one) => `${one}T00:00:00.000Z`,
      );
      // e1 ← e2 ← e3 ← e4, which alone goes on; e5 goes on from e1 as well, and ended of late; e6 ended long ago.
      for (const execution of ['e1', 'e2', 'e3', 'e4', 'e5', 'e6']) {
        await catalog.runs.start(start(execution, day, `run-${execution}`));
        await catalog.runs.keepStanding(execution, '{"journal":"e1"}');
      }
      for (const [execution, before] of [
        ['e2', 'e1'],
        ['e3', 'e2'],
        ['e4', 'e3'],
        ['e5', 'e1'],
      ] as const)
        await catalog.runs.resume(execution, before, '{"journal":"e1"}');
      for (const execution of ['e1', 'e2', 'e3', 'e6'])
        await catalog.runs.fail(execution, day!, 'terminated', null);
      await catalog.runs.fail('e5', now!, 'cancelled', null);
      const recent = await catalog.runs.recent(later!);
      expect(
        recent.map(({ goesOnFrom, ...one }) => ({ ...one, goesOnFrom: [...goesOnFrom].sort() })),
      ).toEqual([
        { run: 'run-e4', execution: 'e4', startedAt: day, goesOnFrom: ['e1', 'e2', 'e3'] },
        { run: 'run-e5', execution: 'e5', startedAt: day, goesOnFrom: ['e1'] },
      ]);
      expect((await catalog.runs.recent(now!)).map(({ execution }) => execution)).toEqual(['e4']);
      // Begun anew without a lost silo it needs the steps of none.
      await catalog.runs.resume('e4', null, null);
      expect((await catalog.runs.recent(now!))[0]?.goesOnFrom).toEqual([]);
    });

    it('refuse what belongs to no run or names no model', async () => {
      const code = (promise: Promise<unknown>) =>
        promise.then(
          () => 'stored',
          (error: unknown) => (error as { code?: string }).code,
        );
      expect(await code(catalog.runs.plan('e0', resolved, plan))).toBe('AMALUR_UNKNOWN_RUN');
      expect(await code(catalog.runs.finish('e0', '2026-01-02T03:10:00.000Z', facts, null))).toBe(
        'AMALUR_UNKNOWN_RUN',
      );
      expect(await code(catalog.models.publish('e0', manifest, metrics, '2026-01-02T03:10:00.000Z'))).toBe(
        'AMALUR_UNKNOWN_RUN',
      );
      await catalog.runs.start(start('e1'));
      expect(await code(catalog.runs.finish('e1', '2026-01-02T03:10:00.000Z', facts, 'no@1'))).toBe(
        'AMALUR_UNKNOWN_MODEL',
      );
      expect(await catalog.runs.get('e1')).toMatchObject({ status: 'running', facts: null });
    });

    it('lead from a model to the versions of the tables that it learned from', async () => {
      const { silo, table, version } = resolved.parties[0] ?? expect.fail();
      await catalog.tables.record(silo, [{ ...flights, table, contentHash: version }], [table]);
      await published('e1');
      const sql = `SELECT m."party", v."version", v."contentHash" FROM "ModelVersion" mv JOIN "Run" r ON r."execution" = mv."execution"
        JOIN "SchemaMapping" m ON m."integrationHash" = r."integrationHash" JOIN "TableVersion" v ON v."id" = m."tableVersionId"`;
      expect(await rows(sql)).toEqual([[resolved.parties[0]?.id, 1, version]]);
    });
  });

  describe('models', () => {
    it('come back with everything needed to use and to repeat them', async () => {
      const record = await published('e1');
      expect(record).toEqual({
        name: 'late-arrivals',
        version: 1,
        execution: 'e1',
        run: 'train-late-arrivals',
        createdAt: '2026-01-02T03:09:00.000Z',
        manifest,
        resolved,
        metrics,
        aliases: ['latest'],
      });
      for (const reference of ['late-arrivals', 'late-arrivals@1', 'late-arrivals@latest']) {
        expect(await catalog.models.get(reference)).toEqual(record);
      }
      for (const reference of [
        'late-arrivals@2',
        'late-arrivals@best',
        'late',
        '',
        '@',
        'late-arrivals@1@1x',
      ]) {
        expect(await catalog.models.get(reference), reference).toBeUndefined();
      }
    });

    it('have one version for each run, and `latest` is not moved back by a repetition', async () => {
      await published('e1', '2026-01-02T00:00:00.000Z');
      await published('e2', '2026-01-03T00:00:00.000Z');
      const again = await published('e1', '2026-01-04T00:00:00.000Z');
      expect([again.version, again.createdAt, again.aliases]).toEqual([1, '2026-01-02T00:00:00.000Z', []]);
      const listed = (await catalog.models.list()).map(({ version, aliases }) => [version, aliases]);
      expect(listed).toEqual([
        [2, ['latest']],
        [1, []],
      ]);
    });

    it('are named by an alias that goes where it is put, and nowhere for a version that is not there', async () => {
      await published('e1', '2026-01-02T00:00:00.000Z');
      await published('e2', '2026-01-03T00:00:00.000Z');
      for (const version of [2, 1, 1]) await catalog.models.setAlias('late-arrivals', version, 'production');
      expect((await catalog.models.get('late-arrivals@production'))?.aliases).toEqual(['production']);
      expect((await catalog.models.get('late-arrivals'))?.version).toBe(2);
      await expect(catalog.models.setAlias('late-arrivals', 3, 'production')).rejects.toMatchObject({
        code: 'AMALUR_UNKNOWN_MODEL',
      });
      expect((await catalog.models.get('late-arrivals@production'))?.version).toBe(1);
    });

    const verdict = (version: number, over: number | null, promoted = true) => ({
      ...{ name: 'late-arrivals', alias: 'production', version, over, promoted },
    });
    const decided = () =>
      Promise.all(
        [1, 2, 3].map((version) => catalog.models.isDecided('late-arrivals', version, 'production')),
      );

    it('are put into use by a verdict once, also by one that is repeated, and only over what it compared them with', async () => {
      for (const run of ['e1', 'e2', 'e3']) await published(run, '2026-01-02T00:00:00.000Z');
      const { models } = catalog;
      expect(await decided()).toEqual([false, false, false]);
      expect(await models.decide(verdict(1, null))).toBe(1);
      expect(await decided()).toEqual([true, false, false]);
      for (const _ of [1, 2]) expect(await models.decide(verdict(2, 1))).toBe(2);
      expect(await models.decide(verdict(3, 1)), 'it was compared with 1, and 2 is in use').toBe(2);
      expect(await models.decide(verdict(3, null)), 'it was compared with none').toBe(2);
      expect(await decided(), 'a verdict that came too late decides nothing').toEqual([true, true, false]);
      expect(await models.decide(verdict(3, 2, false))).toBe(2);
      expect(await decided()).toEqual([true, true, true]);
      await expect(models.decide(verdict(4, 2))).rejects.toMatchObject({ code: 'AMALUR_UNKNOWN_MODEL' });
    });

    it('stay as a person has put them, whatever verdict comes later on versions that were there then', async () => {
      for (const run of ['e1', 'e2']) await published(run, '2026-01-02T00:00:00.000Z');
      await catalog.models.setAlias('late-arrivals', 1, 'production');
      expect(await decided()).toEqual([true, true, false]);
      expect(await catalog.models.decide(verdict(2, 1))).toBe(1);
      await published('e3', '2026-01-03T00:00:00.000Z');
      expect(await decided()).toEqual([true, true, false]);
      expect(await catalog.models.decide(verdict(3, 1))).toBe(3);
    });

    it('of several verdicts at the same time over one version, one is carried out', async () => {
      const all = [1, 2, 3, 4, 5, 6];
      for (const run of all) await published(`e${String(run)}`, '2026-01-02T00:00:00.000Z');
      const other = await openCatalog(url);
      for (const over of [null, 1]) {
        const candidates = over === null ? [1] : all.slice(1);
        const named = await Promise.all(
          candidates.flatMap((version) =>
            [catalog, other].map((one) => one.models.decide(verdict(version, over))),
          ),
        );
        const now = (await catalog.models.get('late-arrivals@production'))?.version;
        expect(candidates).toContain(now);
        expect(new Set(named)).toEqual(new Set([now]));
      }
      await other.close();
    });

    it('published at the same time by many runs, and twice by each, get one version each', async () => {
      const executions = Array.from({ length: 12 }, (_, i) => `e${i}`);
      for (const execution of executions) {
        await catalog.runs.start(start(execution));
        await catalog.runs.plan(execution, resolved, plan);
      }
      const other = await openCatalog(url);
      const now = '2026-01-02T03:09:00.000Z';
      const records = await Promise.all(
        executions.flatMap((e) =>
          [catalog, other].map((one) => one.models.publish(e, manifest, metrics, now)),
        ),
      );
      await other.close();
      const byRun = new Map(records.map(({ execution, version }) => [execution, version]));
      expect(records.every(({ execution, version }) => byRun.get(execution) === version)).toBe(true);
      expect([...byRun.values()].sort((a, b) => a - b)).toEqual(executions.map((_, i) => i + 1));
      expect((await catalog.models.get('late-arrivals'))?.version).toBe(12);
    });
  });

  describe('integrations', () => {
    const [day, later] = ['2026-01-02T03:04:05.678Z', '2026-01-03T00:00:00.000Z'];
    const found = integrationFacts(resolved);
    const joining = (alias: string) =>
      resolvedJob({
        integration: {
          joins: [{ table: 'registry.airports', as: alias, on: [{ base: 'dest', table: 'faa' }] }],
        },
        features: {},
      });
    const record = (of: ReturnType<typeof resolvedJob>, at = day) =>
      catalog.integrations.record(of, integrationFacts(of), at);

    it('come back with what was found to the bit', async () => {
      const expected = { name: 'late-arrivals', version: 1, createdAt: day, facts: found };
      expect(await catalog.integrations.record(resolved, found, day)).toEqual(expected);
      expect(await catalog.integrations.list('late-arrivals')).toEqual([expected]);
      expect(canonicalJson((await catalog.integrations.list('late-arrivals'))[0]?.facts)).toBe(
        canonicalJson(found),
      );
      expect(await catalog.integrations.list('late')).toEqual([]);
    });

    it('of a name count up when the joins, the owners or a table change, and are listed newest first', async () => {
      const [first = expect.fail(), ...others] = resolved.parties;
      const changes = [
        resolved,
        joining('destination'),
        resolvedJob({ integration: { ...resolved.job.integration, overlap: 'fail' } }),
        { ...resolved, parties: [{ ...first, version: 'another content' }, ...others] },
      ];
      for (const [at, change] of changes.entries()) expect((await record(change)).version).toBe(at + 1);
      const listed = await catalog.integrations.list('late-arrivals');
      expect(listed.map(({ version, facts: { columns } }) => [version, columns.length])).toEqual(
        changes.map((change, at) => [at + 1, integrationFacts(change).columns.length]).reverse(),
      );
    });

    it('that are known already stay as they are, whatever else of the job has changed', async () => {
      await record(resolved);
      await record(joining('destination'));
      const other = resolvedJob({ split: { test: 0.5 }, strategy: 'materialize' });
      expect(await catalog.integrations.record(resolved, integrationFacts(resolved, 7), later)).toEqual({
        ...{ name: 'late-arrivals', version: 1, createdAt: day, facts: found },
      });
      expect((await record(other, later)).version).toBe(1);
      expect(await catalog.integrations.list('late-arrivals')).toHaveLength(2);
    });

    it('of one definition under two names have versions of their own', async () => {
      const renamed = resolvedJob({ name: 'arrivals' });
      await record(joining('destination'));
      const versions = [await record(resolved), await record(renamed), await record(renamed, later)];
      expect(versions.map(({ name, version }) => [name, version])).toEqual([
        ['late-arrivals', 2],
        ['arrivals', 1],
        ['arrivals', 1],
      ]);
      expect(await catalog.integrations.list('arrivals')).toHaveLength(1);
    });

    it('share their definition with runs that are planned', async () => {
      await published('e1');
      await record(resolved);
      expect(await rows('SELECT "hash" FROM "Integration"')).toHaveLength(1);
      expect((await catalog.runs.get('e1'))?.resolved).toEqual(resolved);
    });

    it('recorded at the same time over two connections get one version each, and equal ones the same', async () => {
      const other = await openCatalog(url);
      const all = Array.from({ length: 20 }, (_, i) => joining(`airport${i}`));
      const recorded = await Promise.all(
        all.flatMap((one) =>
          [catalog, other].map(({ integrations }) => integrations.record(one, integrationFacts(one), day)),
        ),
      );
      await other.close();
      const pairs = all.map((_, i) => recorded.slice(2 * i, 2 * i + 2).map(({ version }) => version));
      expect(pairs.map(([first]) => first)).toEqual(pairs.map(([, second]) => second));
      expect(pairs.map(([first = 0]) => first).sort((a, b) => a - b)).toEqual(all.map((_, i) => i + 1));
      expect(await catalog.integrations.list('late-arrivals')).toHaveLength(20);
    });
  });

  describe('processes', () => {
    it('four that open an empty database at once: one applies the migrations, all can write, none fails', async () => {
      url = await backend.fresh();
      const writers = ['a', 'b', 'c', 'd'].map((name) => writer(name, 10));
      expect(await Promise.all(writers.map(({ ended }) => ended))).toEqual([0, 0, 0, 0]);
      const versions = writers.flatMap(({ acknowledged }) => acknowledged.map(({ version }) => version));
      expect(versions.sort((a, b) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
      const applied = await rows(
        'SELECT migration_name, COUNT(*) FROM _prisma_migrations GROUP BY migration_name',
      );
      expect(applied.map(([, times]) => Number(times))).toEqual(applied.map(() => 1));
    });

    it('one killed with -9 while it writes: what was acknowledged is there, and nothing is half there', async () => {
      const { child, acknowledged, ended } = writer('killed', 0);
      await expect.poll(() => acknowledged.length, { timeout: 20_000, interval: 5 }).toBeGreaterThan(10);
      child.kill('SIGKILL');
      await ended;
      for (const { execution, version } of acknowledged) {
        expect(await catalog.runs.get(execution)).toMatchObject({ resolved, plan });
        expect(await catalog.models.get(`late-arrivals@${version}`)).toMatchObject({ execution, metrics });
      }
      const runs = await catalog.runs.list(1000);
      expect(runs.length).toBeLessThanOrEqual(acknowledged.length + 2);
      for (const run of runs) expect(run.plan === null ? run.resolved : run.plan).toEqual(run.plan);
    });
  });

  describe('migrations', () => {
    it('make exactly what the models say', async () => {
      expect(await missingMigration(backend.provider, backend.adapter(url))).toBe('');
    });

    it('are found applied, unedited and complete by Prisma itself', async () => {
      expect(await migrationStatus(backend.provider, backend.adapter(url))).toEqual({
        editedMigrationNames: [],
        failedMigrationNames: [],
        hasMigrationsTable: true,
        history: null,
      });
    });

    it('are refused when another text was applied under the same name', async () => {
      await rows("UPDATE _prisma_migrations SET checksum = 'another'");
      await expect(openCatalog(url)).rejects.toThrow('checksum');
    });
  });
});

it('a catalog file that was copied opens where it is', async () => {
  const here = join(folder, 'here.db');
  const catalog = await openCatalog(`file:${here}`);
  await catalog.silos.register('airline', host);
  await catalog.close();
  await copyFile(here, join(folder, 'there.db'));
  const copy = await openCatalog(`file:${join(folder, 'there.db')}`);
  expect((await copy.silos.list()).map(({ silo }) => silo)).toEqual(['airline']);
  await copy.close();
});

describe('a catalog that cannot be opened is refused with code and field, and without its URL', () => {
  const refusal = (url: string) =>
    openCatalog(url).then(
      () => expect.fail('opened'),
      (error: unknown) => error as Error,
    );

  it.each([
    ['mysql://host/catalog', 'AMALUR_INVALID_CONFIG'],
    ['file:input.json', 'AMALUR_INVALID_CONFIG'],
    ['file:input.json/catalog.db', 'AMALUR_INVALID_CONFIG'],
    ['file:.', 'AMALUR_INVALID_CONFIG'],
    ['postgresql://user:secret@127.0.0.1:9/catalog?schema=a"b', 'AMALUR_INVALID_CONFIG'],
    ['postgresql://user:secret@127.0.0.1:9/catalog', 'AMALUR_SERVER_UNREACHABLE'],
  ])('%s', async (url, code) => {
    const error = await refusal(url.replace('file:', `file:${folder}/`));
    expect(error).toMatchObject({ code, field: 'catalog' });
    expect(error.message).not.toContain('secret');
  });

  it('postgresql:// with a database that does not exist', async () => {
    const server = await startPostgres();
    const url = new URL(await server.freshDatabase());
    url.pathname = '/none';
    expect(await refusal(url.href)).toMatchObject({ code: 'AMALUR_INVALID_CONFIG', field: 'catalog' });
    await server.stop();
  });
});

it('a PostgreSQL schema of its own keeps one catalog apart from another in the same database', async () => {
  const server = await startPostgres();
  const url = await server.freshDatabase();
  const [a, b] = [await openCatalog(url), await openCatalog(`${url}?schema=Team-b`)];
  await b.silos.register('airline', host);
  expect([(await a.silos.list()).length, (await b.silos.list()).length]).toEqual([0, 1]);
  await Promise.all([a.close(), b.close()]);
  await server.stop();
});
