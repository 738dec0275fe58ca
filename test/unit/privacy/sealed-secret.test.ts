import fc from 'fast-check';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { SiteContext } from '../../../activities/compute/site.js';
import { failureOf } from '../../../activities/failures.js';
import { channelOperations, channelSecret } from '../../../activities/silo/channel.js';
import { createFolderStore, createStores } from '../../../core/exchange/index.js';
import { createKeyPair, createSecret, open, seal } from '../../../core/privacy/sealed-secret.js';
import { Journal } from '../../../core/training/journal.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const secrets = fc.uint8Array({ minLength: 1, maxLength: 64 });

/** How what opening throws leaves an activity; undefined if it opens. */
function failure(sealed: string, privateKey: string) {
  try {
    open(sealed, privateKey);
    return undefined;
  } catch (error) {
    const { type, nonRetryable, message } = failureOf(error);
    return { type, nonRetryable, message };
  }
}

/** Ends a run at once. */
const coded = { type: 'AMALUR_BLOB_CORRUPT', nonRetryable: true };

describe('a sealed secret', () => {
  test('is opened by the silo that it was sealed for', () => {
    const { publicKey, privateKey } = createKeyPair();
    fc.assert(
      fc.property(secrets, (secret) => {
        expect(hex(open(seal(secret, publicKey), privateKey))).toBe(hex(secret));
      }),
    );
  });

  test('is not opened by another silo, nor by whoever has the public keys: a coded failure', () => {
    const [shop, bank] = [createKeyPair(), createKeyPair()];
    const sealed = seal(createSecret(), shop.publicKey);
    expect(failure(sealed, shop.privateKey)).toBeUndefined();
    for (const key of [bank.privateKey, shop.publicKey, bank.publicKey, '']) {
      expect(failure(sealed, key)).toMatchObject(coded);
    }
  });

  test('of which any bit was altered is not opened: a coded failure', () => {
    const { publicKey, privateKey } = createKeyPair();
    const parts = seal(createSecret(), publicKey).split('.');
    parts.forEach((part, at) => {
      const bytes = Buffer.from(part, 'base64');
      for (let bit = 0; bit < 8 * bytes.length; bit++) {
        const altered = Buffer.from(bytes);
        altered[bit >> 3]! ^= 1 << (bit & 7);
        const sealed = parts.with(at, altered.toString('base64')).join('.');
        expect(failure(sealed, privateKey), `part ${at}, bit ${bit}`).toMatchObject(coded);
      }
    });
  });

  test('that lacks a part, or has one of another, is not opened: a coded failure', () => {
    const { publicKey, privateKey } = createKeyPair();
    const [one, other] = [seal(createSecret(), publicKey), seal(createSecret(), publicKey)];
    const parts = one.split('.');
    for (const at of parts.keys()) {
      const mixed = parts.with(at, other.split('.')[at] ?? '');
      for (const sealed of [parts.toSpliced(at, 1), parts.with(at, ''), mixed]) {
        expect(failure(sealed.join('.'), privateKey), `part ${at}`).toMatchObject(coded);
      }
    }
    for (const sealed of ['', '...', 'a.b.c.d']) expect(failure(sealed, privateKey)).toMatchObject(coded);
  });

  test('whose tag was cut, or that has something behind it, is not opened: a coded failure', () => {
    const { publicKey, privateKey } = createKeyPair();
    const parts = seal(createSecret(), publicKey).split('.');
    const tag = Buffer.from(parts[3] ?? '', 'base64');
    for (const bytes of [4, 8, 12, 15]) {
      const cut = parts.with(3, tag.subarray(0, bytes).toString('base64')).join('.');
      expect(failure(cut, privateKey), `${bytes} bytes`).toMatchObject(coded);
    }
    expect(failure([...parts, ''].join('.'), privateKey)).toMatchObject(coded);
  });

  test('is in no part of its sealed bytes, in no encoding, nor is it in a message', () => {
    const { publicKey } = createKeyPair();
    const stranger = createKeyPair().privateKey;
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), (secret) => {
        const sealed = seal(secret, publicKey);
        const bytes = sealed.split('.').map((part) => Buffer.from(part, 'base64'));
        expect(Buffer.concat(bytes).includes(Buffer.from(secret))).toBe(false);
        for (const encoding of ['base64', 'base64url', 'hex', 'latin1'] as const) {
          const text = Buffer.from(secret).toString(encoding).replace(/=+$/, '');
          expect(sealed).not.toContain(text);
          expect(failure(sealed, stranger)?.message).not.toContain(text);
        }
      }),
    );
  });

  test('sealed again, or for another silo, shares no part with the first: nobody sees that it is the same', () => {
    const secret = createSecret();
    const [shop, bank] = [createKeyPair().publicKey, createKeyPair().publicKey];
    const parts = [seal(secret, shop), seal(secret, shop), seal(secret, bank)].flatMap((one) =>
      one.split('.'),
    );
    expect(new Set(parts).size).toBe(12);
  });

  test('secrets and key pairs never repeat', () => {
    const many = <T>(draw: () => T) => new Set(Array.from({ length: 500 }, draw)).size;
    expect(many(() => hex(createSecret()))).toBe(500);
    expect(many(() => createKeyPair().privateKey)).toBe(500);
    expect(createSecret()).toHaveLength(32);
  });
});

describe('the silos of a run', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'amalur-channel-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** A silo; again with the same name it is the same silo after a restart. */
  function silo(name: string): SiteContext {
    const store = createFolderStore(join(folder, name));
    const site = `silo.${name}` as const;
    const stores = createStores({
      exchange: createFolderStore(join(folder, 'exchange')),
      site: { name: site, store },
    });
    const journal = new Journal(stores, `private:${site}`);
    return { site, stores, journal, sources: new Map(), predictions: folder, report: () => {} };
  }

  /** What passes through the coordinator when a run opens its channel, and what each silo then holds. */
  async function channelOf(execution: string) {
    const [shop, bank] = [silo('shop'), silo('bank')];
    const { publicKey } = await channelOperations(bank).openChannel({ execution });
    const { sealed } = await channelOperations(shop).sealSecret({
      execution,
      publicKeys: { bank: publicKey },
    });
    const secret = await channelSecret(shop, execution, undefined);
    const opened = await channelSecret(bank, execution, sealed['bank']);
    return { seen: JSON.stringify({ publicKey, sealed }), secret: hex(secret), opened: hex(opened) };
  }

  test('share a secret that the coordinator does not see, and a repetition sends the same bytes', async () => {
    const first = await channelOf('run-1');
    expect(first.opened).toBe(first.secret);
    const bytes = Buffer.from(first.secret, 'hex');
    for (const encoding of ['hex', 'base64', 'base64url'] as const) {
      expect(first.seen).not.toContain(bytes.toString(encoding));
    }
    expect(await channelOf('run-1')).toEqual(first);
  });

  test('have another one in every run, and cannot open the one of another run', async () => {
    const runs = await Promise.all(['run-2', 'run-3', 'run-4'].map(channelOf));
    expect(new Set(runs.map(({ secret }) => secret)).size).toBe(3);
    const { sealed } = JSON.parse(runs[0]?.seen ?? '') as { sealed: Record<string, string> };
    await expect(channelSecret(silo('bank'), 'run-3', sealed['bank'])).rejects.toThrow();
  });
});
