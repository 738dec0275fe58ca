import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { defaultPayloadConverter, type Payload } from '@temporalio/common';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadKeys, parseKeys, type CodecKey } from '../../../workers/codec/keys.js';
import { createPayloadCodec } from '../../../workers/codec/payload-codec.js';

const key = (id: string): CodecKey => ({ id, key: randomBytes(32) });
const [old, recent] = [key('2026-01'), key('2026-02')];
const one = defaultPayloadConverter.toPayload({ name: 'canary' });
const refusal = { code: 'AMALUR_CODEC_KEY' };

async function sealed(keys: readonly CodecKey[], payload: Payload = one): Promise<Payload> {
  const [made] = await createPayloadCodec(keys).encode([payload]);
  return made!;
}

describe('a payload', () => {
  test('that is sealed shows its key alone, and opens to the same bytes', async () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    const payloads = fc.record({ metadata: fc.dictionary(fc.string({ minLength: 1 }), bytes), data: bytes });
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const codec = createPayloadCodec([recent]);
        const [opened] = await codec.decode(await codec.encode([payload]));
        const plain = ({ metadata, data }: Payload) => [
          Object.entries(metadata ?? {}).map(([name, value]) => [name, Buffer.from(value).toString('hex')]),
          Buffer.from(data ?? []).toString('hex'),
        ];
        expect(plain(opened!)).toEqual(plain(payload));
      }),
      { numRuns: 50 },
    );
    const made = await sealed([recent]);
    expect(Buffer.from(made.data!).toString('latin1')).not.toContain('canary');
    expect(Object.keys(made.metadata!)).toEqual(['encoding', 'amalur-key']);
    // A random IV each: equal payloads do not look equal.
    expect(Buffer.from((await sealed([recent])).data!)).not.toEqual(Buffer.from(made.data!));
  });

  test('of before a rotation opens by its old key, and new ones are sealed by the first', async () => {
    const before = await sealed([old]);
    const after = await sealed([recent, old]);
    const [a, b] = await createPayloadCodec([recent, old]).decode([before, after]);
    expect([a, b].map((payload) => defaultPayloadConverter.fromPayload(payload!))).toEqual([
      { name: 'canary' },
      { name: 'canary' },
    ]);
    expect(Buffer.from(after.metadata!['amalur-key']!).toString()).toBe('2026-02');
  });

  test('whose key is missing is refused by name of the key; so is one that another key of that name has sealed', async () => {
    const before = await sealed([old]);
    for (const keys of [[], [recent]])
      await expect(createPayloadCodec(keys).decode([before])).rejects.toMatchObject({
        ...refusal,
        message: expect.stringContaining('2026-01'),
      });
    await expect(createPayloadCodec([key('2026-01')]).decode([before])).rejects.toMatchObject(refusal);
  });

  test('that was altered in any byte, cut off or given to another key id does not open', async () => {
    const codec = createPayloadCodec([old, { id: 'same', key: old.key }]);
    const made = await sealed([old]);
    const [metadata, data] = [made.metadata!, made.data!];
    for (let at = 0; at < data.length; at++) {
      const altered = Uint8Array.from(data);
      altered[at]! ^= 1;
      await expect(codec.decode([{ metadata, data: altered }])).rejects.toMatchObject(refusal);
    }
    for (const length of [0, 5, 28, data.length - 1])
      await expect(codec.decode([{ metadata, data: data.slice(0, length) }])).rejects.toMatchObject(refusal);
    const renamed = { ...metadata, 'amalur-key': Buffer.from('same') };
    await expect(codec.decode([{ metadata: renamed, data }])).rejects.toMatchObject(refusal);
  });

  test('that was never sealed passes, and without keys none is sealed', async () => {
    expect(await createPayloadCodec([recent]).decode([one])).toEqual([one]);
    expect(await createPayloadCodec([]).encode([one])).toEqual([one]);
  });
});

describe('keys', () => {
  const line = (id: string) => `${id}:${randomBytes(32).toString('base64')}`;

  test('come from where the configuration says, else from a file, else from the environment', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'amalur-keys-'));
    try {
      const file = path.join(folder, 'keys');
      await writeFile(file, `# ours\n${line('b')}  # since May\n\n${line('a')}\n`);
      const environment = { AMALUR_CODEC_KEYS: `${line('x')},${line('y')}`, AMALUR_CODEC_KEYS_FILE: file };
      const ids = (...given: Parameters<typeof loadKeys>) => loadKeys(...given).map(({ id }) => id);
      expect(ids({ variable: 'AMALUR_CODEC_KEYS' }, environment)).toEqual(['x', 'y']);
      expect(ids({ file }, {})).toEqual(['b', 'a']);
      expect(ids(undefined, environment)).toEqual(['b', 'a']);
      expect(ids(undefined, { AMALUR_CODEC_KEYS: line('z') })).toEqual(['z']);
      expect(ids(undefined, {})).toEqual([]);
      for (const [at, field] of [
        [{ file: path.join(folder, 'none') }, 'codec.keysFile'],
        [{ variable: 'NOT_SET' }, 'codec.keysVariable'],
      ] as const)
        expect(() => loadKeys(at, {})).toThrow(expect.objectContaining({ ...refusal, field }));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('that are short, unnamed, repeated or none are refused, and not quoted', () => {
    const repeated = line('a');
    for (const text of [
      'a:c2hvcnQ=',
      randomBytes(32).toString('base64'),
      `${repeated}\n${repeated}`,
      '# none',
    ]) {
      const secret = text.split(':')[1] ?? text;
      expect(() => parseKeys(text, 'here')).toThrow(expect.objectContaining(refusal));
      expect(() => parseKeys(text, 'here')).not.toThrow(secret);
    }
  });
});
