import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ModelVersionRecord } from '../../../catalog/catalog.js';
import { readClassNames, readCoefficients } from '../../../client/stored-model.js';
import { dense } from '../../../core/algebra/dense.js';
import { createFolderStore, encodeBundle, type BlobRef, type Bundle } from '../../../core/exchange/index.js';
import type { Encoder } from '../../../core/integration/encoder.js';
import { parseJob, resolveJob } from '../../../core/job/resolve.js';
import { interactionBundle } from '../../../core/models/interaction-part.js';
import { partBundle } from '../../../core/models/model-part.js';
import type { ModelManifest } from '../../../core/models/model.js';
import { flightsJob, flightsTables } from '../../support/flights-job.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-stored-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const numbers = (...columns: string[]): Encoder => ({
  numeric: columns.map((column) => ({ kind: 'numeric', column, center: 0, scale: 1 })),
  categorical: [],
});

async function put(bundle: Bundle, home: BlobRef['home'] = 'exchange'): Promise<BlobRef> {
  const bytes = encodeBundle(bundle);
  const sha256 = await createFolderStore(folder).put(bytes);
  return { home, sha256, bytes: bytes.byteLength, kind: 'model' };
}

const part = (party: string, columns: readonly string[], classes: number, home?: BlobRef['home']) => {
  const data = Float64Array.from({ length: columns.length * classes }, (_, at) => at + 0.5);
  const theta = dense(columns.length, classes, data);
  const errors = classes === 1 && { standardErrors: data.map((value) => value / 10) };
  return put(partBundle({ party, encoder: numbers(...columns), theta, ...errors }), home);
};

/** A model of two columns of the flights and one of the planes. */
async function modelOf(
  change: object,
  classes: number,
  manifest: Partial<ModelManifest> = {},
): Promise<ModelVersionRecord> {
  const features = { include: ['airline.flights.day', 'airline.flights.distance', 'registry.planes.year'] };
  const resolved = resolveJob(parseJob({ ...flightsJob, features, ...change }), flightsTables);
  const metrics = { rows: 1, rmse: 1, mae: 1, r2: 1 };
  return {
    ...{ name: 'm', version: 1, execution: 'e', run: 'r', createdAt: '', aliases: [], resolved },
    metrics: { train: metrics, test: metrics },
    manifest: {
      ...{ type: resolved.job.model.type, intercept: 0 },
      parts: {
        'airline.flights': await part('airline.flights', ['day', 'distance'], classes),
        'registry.planes': await part('registry.planes', ['year'], classes),
      },
      ...manifest,
    },
  };
}

const softmax = {
  model: { type: 'softmax-regression' },
  target: { base: 'airline.flights', label: { column: 'carrier' } },
};

describe('what is read of a model from the exchange', () => {
  test('are its coefficients with their silos and standard errors', async () => {
    expect(await readCoefficients(await modelOf({}, 1), createFolderStore(folder))).toEqual([
      { column: 'airline.flights.day', silos: ['airline'], values: [0.5], standardError: 0.05 },
      { column: 'airline.flights.distance', silos: ['airline'], values: [1.5], standardError: 0.15 },
      { column: 'registry.planes.year', silos: ['registry'], values: [0.5], standardError: 0.05 },
    ]);
  });

  test('are those of products of columns of different tables, of both silos', async () => {
    const pair = [
      { group: 'airline.flights', column: 'day' },
      { group: 'registry.planes', column: 'year' },
    ] as const;
    const interactions = await put(
      interactionBundle({ pairs: [pair], theta: dense(1, 1, Float64Array.of(-3)) }),
    );
    const found = await readCoefficients(await modelOf({}, 1, { interactions }), createFolderStore(folder));
    expect(found?.at(-1)).toEqual({
      column: 'airline.flights.day*registry.planes.year',
      silos: ['airline', 'registry'],
      values: [-3],
    });
  });

  test('are those of each class and the names of the classes', async () => {
    const classes = await put({ json: { classes: ['AA', 'UA'] }, tensors: {} });
    const model = await modelOf(softmax, 2, { classes });
    const exchange = createFolderStore(folder);
    expect((await readCoefficients(model, exchange))?.map(({ values }) => values)).toEqual([
      [0.5, 1.5],
      [2.5, 3.5],
      [0.5, 1.5],
    ]);
    expect(await readClassNames(model, exchange)).toEqual(['AA', 'UA']);
  });

  test('is nothing of a model whose parts are private to their silos, of a network, or without the blobs', async () => {
    const exchange = createFolderStore(folder);
    const home = 'private:silo.registry';
    const own = await part('registry.planes', ['year'], 1, home);
    const federated = await modelOf({}, 1);
    const parts = { ...federated.manifest.parts, 'registry.planes': own };
    expect(
      await readCoefficients({ ...federated, manifest: { ...federated.manifest, parts } }, exchange),
    ).toBeUndefined();
    const network = await modelOf({ model: { type: 'neural-network' } }, 16);
    expect(await readCoefficients(network, exchange)).toBeUndefined();
    const elsewhere = createFolderStore(join(folder, 'other'));
    expect(await readCoefficients(federated, elsewhere)).toBeUndefined();
    const classes = await put({ json: { classes: ['AA', 'UA'] }, tensors: {} }, home);
    expect(await readClassNames(await modelOf(softmax, 2, { classes }), exchange)).toBeUndefined();
    expect(await readClassNames(federated, exchange)).toBeUndefined();
  });
});
