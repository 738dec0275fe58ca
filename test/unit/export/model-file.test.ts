import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BlobRef } from '../../../core/exchange/store.js';
import { createStores } from '../../../core/exchange/stores.js';
import { blobRefsIn } from '../../../core/export/amalur/blob-refs.js';
import { seal } from '../../../core/export/amalur/envelope.js';
import { readModelFile, writeModelFile, type PortableModel } from '../../../core/export/amalur/model-file.js';
import type { ModelType } from '../../../core/job/schema.js';
import { facts, manifest as anyManifest, metrics, resolvedJob } from '../../support/catalog-facts.js';
import { memoryStore } from '../../support/memory-store.js';
import { MODEL_TYPES, predictionBits, trainedModel } from '../../support/small-models.js';

const { rounds, stopReason, curve, evaluation } = facts;
const described: PortableModel = {
  ...{ name: 'late-arrivals', version: 3, execution: 'e-1', createdAt: '2026-01-02T03:04:05.678Z' },
  ...{ manifest: anyManifest, resolved: resolvedJob(), metrics },
  training: { rounds, stopReason, curve, evaluation },
};

const cells = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 90, maxLength: 90 });

function installation() {
  const exchange = memoryStore();
  return { exchange, stores: createStores({ exchange }) };
}

/** A file with this header, and the sha256 of both. */
function sealedText(header: string, length = Buffer.byteLength(header)): Uint8Array {
  const numbers = Buffer.alloc(8);
  numbers.writeUInt32LE(1, 0);
  numbers.writeUInt32LE(length, 4);
  const content = Buffer.concat([Buffer.from('AMALUR\r\n'), numbers, Buffer.from(header)]);
  return Buffer.concat([content, createHash('sha256').update(content).digest()]);
}

async function fileOf(type: ModelType, numbers: readonly number[]) {
  const { exchange, stores } = installation();
  const manifest = await trainedModel(stores, type, numbers);
  const file = await writeModelFile({ ...described, manifest }, ({ sha256 }) => exchange.get(sha256));
  return { file, manifest, stores };
}

describe('a model file', () => {
  test.each(MODEL_TYPES)('brings a model of type %s into another installation, to the bit', async (type) => {
    await fc.assert(
      fc.asyncProperty(cells, async (numbers) => {
        const { file, manifest, stores } = await fileOf(type, numbers);
        const there = installation();
        const { model, blobs } = readModelFile(file);
        for (const bytes of blobs.values()) await there.exchange.put(bytes);
        expect(model).toEqual(JSON.parse(JSON.stringify({ ...described, manifest })));
        expect(await predictionBits(there.stores, model.manifest, numbers)).toBe(
          await predictionBits(stores, manifest, numbers),
        );
      }),
      { numRuns: 2 },
    );
  });

  test('is the same file whenever the same model is written', async () => {
    const numbers = Array.from({ length: 90 }, (_, at) => (at * 7) % 11);
    const [one, other] = [await fileOf('k-means', numbers), await fileOf('k-means', numbers)];
    expect(Buffer.compare(one.file, other.file)).toBe(0);
    expect(readModelFile(one.file).digest).toBe(readModelFile(other.file).digest);
  });

  test('is refused whichever bits of it are altered, and wherever it is cut off', async () => {
    const { file } = await fileOf(
      'linear-regression',
      Array.from({ length: 90 }, (_, at) => (at * 5) % 13),
    );
    const refusal = expect.objectContaining({ code: expect.stringMatching(/^AMALUR_MODEL_FILE_/) }) as Error;
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.integer({ min: 1, max: 255 }), (at, bits) => {
        const altered = Uint8Array.from(file);
        altered[at]! ^= bits;
        expect(() => readModelFile(altered)).toThrow(refusal);
        expect(() => readModelFile(file.subarray(0, at))).toThrow(refusal);
      }),
      { numRuns: 300 },
    );
    expect(() => readModelFile(Buffer.concat([file, Buffer.alloc(1)]))).toThrow(refusal);
  });

  const refused = (file: Uint8Array) => {
    try {
      readModelFile(file);
    } catch (error) {
      return (error as { code: string }).code;
    }
    return 'read';
  };

  test('says which: another file, a newer version, or a damaged one', async () => {
    const { file, manifest } = await fileOf(
      'poisson-regression',
      Array.from({ length: 90 }, (_, at) => at % 7),
    );
    expect(refused(Buffer.from('a,b\n1,2\n'))).toBe('AMALUR_MODEL_FILE_UNKNOWN');
    expect(refused(new Uint8Array(0))).toBe('AMALUR_MODEL_FILE_UNKNOWN');
    const newer = Buffer.from(file);
    newer.writeUInt32LE(2, 8);
    expect(refused(newer)).toBe('AMALUR_MODEL_FILE_NEWER');
    expect(refused(file.subarray(0, file.length - 1))).toBe('AMALUR_MODEL_FILE_DAMAGED');
    expect(refused(file.subarray(0, 20))).toBe('AMALUR_MODEL_FILE_DAMAGED');
    const ofNewType = { ...described, manifest: { ...manifest, type: 'oracle' } };
    expect(refused(seal({ model: ofNewType, blobs: [] }, []))).toBe('AMALUR_MODEL_FILE_NEWER');
    // Every object has these.
    for (const type of ['constructor', '__proto__', 'toString']) {
      const model = { ...described, manifest: { ...manifest, type } };
      expect(refused(seal({ model, blobs: [] }, []))).toBe('AMALUR_MODEL_FILE_NEWER');
    }
  });

  test.each([
    ['no model', {}],
    ['a model without its parts', { model: { ...described }, blobs: [] }],
    [
      'a part that is larger than the file',
      { model: described, blobs: [{ sha256: 'ab'.repeat(32), bytes: 2 ** 50 }] },
    ],
    ['a part that has another hash', { model: described, blobs: [{ sha256: 'ab'.repeat(32), bytes: 1 }] }],
  ])('whose checksum is right is refused with %s in it', (_what, header) => {
    expect(refused(seal(header, [Uint8Array.of(1)]))).toBe('AMALUR_MODEL_FILE_DAMAGED');
  });

  test.each(['../../x', '/x', 'Late arrivals', ''])(
    'in which a model or a job is called %j is refused',
    async (name) => {
      const { resolved } = described;
      const { manifest, stores } = await fileOf(
        'linear-regression',
        Array.from({ length: 90 }, (_, at) => at % 9),
      );
      const read = (ref: BlobRef) => stores.at('exchange').get(ref.sha256);
      const written = (change: Partial<PortableModel>) =>
        writeModelFile({ ...described, manifest, ...change }, read);
      expect(refused(await written({}))).toBe('read');
      expect(refused(await written({ name }))).toBe('AMALUR_MODEL_FILE_DAMAGED');
      const job = { ...resolved.job, name };
      expect(refused(await written({ resolved: { ...resolved, job } }))).toBe('AMALUR_MODEL_FILE_DAMAGED');
    },
  );

  test.each([
    ['joins that say not of what', { joins: [{ party: 'a.b', field: 'x' }] }, 'DAMAGED'],
    ['columns without names', { groups: [{ id: 'a.b', features: [{}], shares: [] }] }, 'DAMAGED'],
    ['shares of nobody', { groups: [{ id: 'a.b', features: [], shares: [{ columns: [3] }] }] }, 'DAMAGED'],
    ['an overlap of nothing', { overlap: null }, 'DAMAGED'],
    ['more to say than a workflow can be told', { more: 'x'.repeat(2 ** 21) }, 'DAMAGED'],
    [
      'an encoding of later times',
      { groups: [{ id: 'a.b', features: [{ name: 'x', encoding: 'constructor' }], shares: [] }] },
      'NEWER',
    ],
  ])('whose job has %s is refused before it is compared with tables', (_what, change, code) => {
    const { type, intercept } = anyManifest;
    const fileWith = (own: object) =>
      seal(
        {
          model: {
            ...described,
            manifest: { type, intercept, parts: {} },
            resolved: { ...described.resolved, ...own },
          },
          blobs: [],
        },
        [],
      );
    expect(refused(fileWith({}))).toBe('read');
    expect(refused(fileWith(change))).toBe(`AMALUR_MODEL_FILE_${code}`);
  });

  test('whose header is deeper than can be read, or longer than the file, is refused', () => {
    const levels = 200_000;
    const nested = `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
    const { manifest, ...others } = described;
    const text = JSON.stringify({ model: { ...others, manifest: { ...manifest, more: 0 } }, blobs: [] });
    const file = sealedText(text.replace('"more":0', `"more":${nested}`));
    expect(refused(file)).toBe('AMALUR_MODEL_FILE_DAMAGED');
    expect(refused(sealedText('{}', 2 ** 32 - 1))).toBe('AMALUR_MODEL_FILE_DAMAGED');
  });

  test('is not written of a model of which any part stays in a silo', async () => {
    const { stores, exchange } = installation();
    const manifest = await trainedModel(
      stores,
      'neural-network',
      Array.from({ length: 90 }, (_, at) => at % 5),
    );
    const [first] = blobRefsIn(manifest.network);
    if (!first) throw new Error('a network has layers');
    const federated = { ...manifest, network: { ...first, home: 'private:silo.shop' as const } };
    await expect(
      writeModelFile({ ...described, manifest: federated }, ({ sha256 }) => exchange.get(sha256)),
    ).rejects.toMatchObject({ code: 'AMALUR_NOT_EXPORTABLE', field: 'model' });
  });
});
