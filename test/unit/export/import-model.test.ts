import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createCatalogActivities } from '../../../activities/catalog/activities.js';
import { openCatalog, type Catalog } from '../../../catalog/index.js';
import type { PortableModel } from '../../../core/export/amalur/model-file.js';
import { requireTables } from '../../../core/job/require-tables.js';
import type { TableInSilo } from '../../../core/job/resolve.js';
import type { ImportRequest } from '../../../workflows/contracts/results.js';
import { facts, host, manifest, metrics, resolvedJob } from '../../support/catalog-facts.js';
import { flightsTables } from '../../support/flights-job.js';

const { rounds, stopReason, curve, evaluation } = facts;
const model: PortableModel = {
  ...{ name: 'late-arrivals', version: 3, execution: 'far-away', createdAt: '2026-01-02T03:04:05.678Z' },
  ...{ manifest, resolved: resolvedJob({ name: 'late-arrivals' }), metrics },
  training: { rounds, stopReason, curve, evaluation },
};
const file = 'ab'.repeat(32);

describe('a model that is imported', () => {
  let folder: string;
  let catalog: Catalog;
  let imports = 0;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amalur-import-'));
    catalog = await openCatalog(`file:${join(folder, 'catalog.db')}`);
    for (const silo of new Set(flightsTables.map((one) => one.silo))) {
      const profiles = flightsTables.filter((one) => one.silo === silo).map(({ profile }) => profile);
      await catalog.silos.register(silo, host);
      await catalog.tables.record(
        silo,
        profiles,
        profiles.map(({ table }) => table),
      );
    }
  });

  afterEach(async () => {
    await catalog.close();
    await rm(folder, { recursive: true });
  });

  async function imported(request: Partial<ImportRequest> = {}, given = model, digest = 'digest') {
    const execution = `import-${String(imports++)}`;
    await catalog.runs.start({
      ...{ run: 'import-x', execution, kind: 'import', startedAt: '2026-02-02T00:00:00.000Z' },
    });
    const publish = () =>
      createCatalogActivities(catalog).publishImport(execution, { file, ...request }, given, digest);
    return { execution, publish, published: await publish() };
  }

  test('is there as one that was trained: by name, with job, measures and where it comes from', async () => {
    const { published, publish, execution } = await imported();
    expect(published).toEqual({ name: 'late-arrivals', version: 1, known: false });
    const stored = await catalog.models.get('late-arrivals');
    const origin = { file: 'digest', model: 'late-arrivals@3', createdAt: model.createdAt };
    expect(stored).toMatchObject({
      ...{ name: model.name, version: 1, execution, metrics, resolved: model.resolved },
      manifest: { ...manifest, origin },
    });
    // The activity is repeated where its answer got lost.
    expect(await publish()).toEqual(published);
    expect(await catalog.models.list()).toHaveLength(1);
  });

  test('changes nothing the second time', async () => {
    await imported();
    expect((await imported()).published).toEqual({ name: 'late-arrivals', version: 1, known: true });
    // Written again by the installation that has it, its file is another, and the model the same.
    const [here] = await catalog.models.list();
    const again = { ...model, execution: here?.execution ?? '' };
    expect((await imported({}, again, 'other')).published.known).toBe(true);
    expect(await catalog.models.list()).toHaveLength(1);
  });

  test('does not take the name of another unless it is to be its next version', async () => {
    await imported();
    const other = { ...model, execution: 'elsewhere' };
    await expect(imported({}, other, 'other')).rejects.toMatchObject({
      type: 'AMALUR_DUPLICATE_NAME',
      message: expect.stringContaining('late-arrivals') as string,
    });
    const next = await imported({ nextVersion: true }, other, 'other');
    expect(next.published).toEqual({ name: 'late-arrivals', version: 2, known: false });
    const renamed = await imported({ name: 'delays' }, other, 'other');
    expect(renamed.published).toEqual({ name: 'delays', version: 1, known: false });
    const { resolved } = (await catalog.models.get('delays')) ?? {};
    expect(resolved?.job.name).toBe('delays');
    expect(resolved?.jobHash).not.toBe(model.resolved.jobHash);
  });

  test('is refused where the tables that it reads are not, and leaves nothing', async () => {
    await catalog.tables.record('weather', [], []);
    await expect(imported()).rejects.toMatchObject({ type: 'AMALUR_UNKNOWN_SILO' });
    expect(await catalog.models.list()).toEqual([]);
  });
});

describe('the tables that a model reads', () => {
  const { resolved } = model;
  const changed = (of: string, change: (table: TableInSilo['profile']) => Partial<TableInSilo['profile']>) =>
    flightsTables.map((one) =>
      one.profile.table === of ? { ...one, profile: { ...one.profile, ...change(one.profile) } } : one,
    );
  const without = (of: string, column: string) =>
    changed(of, ({ columns }) => ({ columns: columns.filter(({ name }) => name !== column) }));
  const retyped = (of: string, column: string) =>
    changed(of, ({ columns }) => ({
      columns: columns.map((one) => (one.name === column ? { ...one, type: 'text' as const } : one)),
    }));
  const label = resolved.job.target.label?.column ?? '';

  test.each([
    ['other content', changed('flights', () => ({ contentHash: 'other', rows: 1_000_000 }))],
    ['no label', without('flights', label)],
  ])('may have %s', (_what, tables) => {
    expect(() => {
      requireTables(resolved, tables);
    }).not.toThrow();
  });

  test.each([
    ['a silo', flightsTables.filter(({ silo }) => silo !== 'registry'), 'AMALUR_UNKNOWN_SILO'],
    ['a table', flightsTables.filter(({ profile }) => profile.table !== 'planes'), 'AMALUR_UNKNOWN_TABLE'],
    ['a feature', without('hourly', 'visib'), 'AMALUR_UNKNOWN_COLUMN'],
    ['the type of a feature', retyped('hourly', 'visib'), 'AMALUR_WRONG_TYPE'],
    ['a key', without('planes', 'tailnum'), 'AMALUR_UNKNOWN_COLUMN'],
    ['the type of a key', retyped('hourly', 'time_hour'), 'AMALUR_KEY_TYPE_MISMATCH'],
    ['a row key', without('flights', 'id'), 'AMALUR_UNKNOWN_COLUMN'],
  ])('must not lack %s', (_what, tables, code) => {
    expect(() => {
      requireTables(resolved, tables);
    }).toThrow(expect.objectContaining({ code, field: expect.any(String) as string }));
  });
});
