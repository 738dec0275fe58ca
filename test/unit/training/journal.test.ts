import fc from 'fast-check';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { costedActor } from '../../../activities/compute/costed-actor.js';
import { createFolderStore, createStores, type BlobRef, type Stores } from '../../../core/exchange/index.js';
import { vectorBundle } from '../../../core/exchange/bundle.js';
import { Journal } from '../../../core/training/journal.js';
import { countingActor, type CountingInput, type CountingLive } from '../../support/counting-actor.js';

const HOME = 'private:shop';
let folder: string;
let stores: Stores;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'amalur-journal-'));
  stores = storesAt('shop');
});
afterEach(async () => {
  vi.useRealTimers();
  await rm(folder, { recursive: true, force: true });
});

function storesAt(name: string): Stores {
  return createStores({
    exchange: createFolderStore(join(folder, 'exchange')),
    site: { name: 'shop', store: createFolderStore(join(folder, name)) },
  });
}

/** The same site after its process was lost: nothing in memory, everything in the store. */
const restarted = (remembered?: number) => new Journal(stores, HOME, remembered);

const inputs = Array.from({ length: 25 }, (_, i) => i * i);

/** Makes a chain of steps; `between` is called before each and names the journal that goes on. */
async function chain(
  journal: Journal,
  { actor }: Pick<ReturnType<typeof countingActor>, 'actor'>,
  given: readonly CountingInput[] = inputs,
  between: (step: number, journal: Journal) => Journal = (_, same) => same,
): Promise<{ keys: string[]; sums: number[]; stamps: string[]; journal: Journal }> {
  let at = journal;
  const records = [await at.start(actor, 'run-1', { seed: 4 })];
  for (const [step, input] of given.entries()) {
    at = between(step, at);
    records.push(await at.step(actor, records.at(-1)?.key ?? '', input));
  }
  return {
    keys: records.map(({ key }) => key),
    sums: records.map(({ output }) => output.sum),
    stamps: records.map(({ output }) => output.stamp),
    journal: at,
  };
}

/** Bits, not values: −0 and 0 differ. */
const bits = ({ theta }: CountingLive) =>
  Buffer.from(theta.buffer, theta.byteOffset, theta.byteLength).toString('hex');

/** Path and content of every file of a folder of the store. */
async function filesOf(kind: 'blobs' | 'records', name = 'shop'): Promise<Map<string, string>> {
  const entries = await readdir(join(folder, name, kind), { recursive: true, withFileTypes: true }).catch(
    () => [],
  );
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file, 'hex')] as const)));
}

/** Keys, outputs and the bits of every state of a chain that nothing disturbed, in a store of its own. */
async function undisturbed(given: readonly CountingInput[] = inputs) {
  const own = storesAt('undisturbed');
  const counting = countingActor(own);
  const states: string[] = [];
  const journal = new Journal(own, HOME);
  const { keys, sums } = await chain(journal, counting, given);
  // With room for the newest state only, every older one is made from the store.
  for (const key of keys) states.push(bits(await new Journal(own, HOME).live(counting.actor, key)));
  return { keys, sums, states, live: bits(await journal.live(counting.actor, keys.at(-1) ?? '')) };
}

describe('a chain of steps', () => {
  test('that is repeated, in the same process or another, computes nothing and answers the same', async () => {
    const counting = countingActor(stores);
    const first = await chain(restarted(), counting);
    const before = { ...counting.calls };
    const records = await filesOf('records');
    const same = await chain(first.journal, counting);
    const other = await chain(restarted(), counting);
    expect(before).toEqual({ starts: 1, steps: inputs.length, loads: 0 });
    expect(counting.calls).toEqual(before);
    for (const again of [same, other]) expect([again.keys, again.sums]).toEqual([first.keys, first.sums]);
    expect(await filesOf('records')).toEqual(records);
  });

  test('gives the same keys, outputs and bits wherever memory was lost on the way', async () => {
    const reference = await undisturbed();
    const losses = fc.array(fc.boolean(), { minLength: inputs.length, maxLength: inputs.length });
    await fc.assert(
      fc.asyncProperty(losses, fc.constantFrom(1, 32), async (lost, remembered) => {
        await rm(join(folder, 'shop'), { recursive: true, force: true });
        const counting = countingActor(stores);
        const { keys, sums, journal } = await chain(restarted(remembered), counting, inputs, (step, same) =>
          lost[step] === true ? restarted(remembered) : same,
        );
        expect({ keys, sums }).toEqual({ keys: reference.keys, sums: reference.sums });
        expect(bits(await journal.live(counting.actor, keys.at(-1) ?? ''))).toBe(reference.live);
      }),
      { numRuns: 20 },
    );
  });

  test('can be resumed from every step: between checkpoints as at them', async () => {
    const reference = await undisturbed();
    const { keys } = await chain(restarted(), countingActor(stores));
    for (const [step, key] of keys.entries()) {
      const { actor, calls } = countingActor(stores);
      expect(bits(await restarted().live(actor, key)), `after step ${step}`).toBe(reference.states[step]);
      // From the newest checkpoint, at most nine steps are made again.
      expect(calls).toEqual(
        step < 10 ? { starts: 1, steps: step, loads: 0 } : { starts: 0, steps: step % 10, loads: 1 },
      );
    }
  });

  test('goes on from every step to the same end', async () => {
    const reference = await undisturbed();
    for (const length of [0, 1, 9, 10, 11, 19, 20, 24]) {
      await rm(join(folder, 'shop'), { recursive: true, force: true });
      await chain(restarted(), countingActor(stores), inputs.slice(0, length));
      const { keys, sums } = await chain(restarted(), countingActor(stores));
      expect({ keys, sums }, `from step ${length}`).toEqual({ keys: reference.keys, sums: reference.sums });
    }
  });

  test('has its outputs in the order in which they were made', async () => {
    const { keys, sums } = await chain(restarted(), countingActor(stores));
    const outputs = (await restarted().outputs(keys[12] ?? '')) as { sum: number }[];
    expect(outputs.map(({ sum }) => sum)).toEqual(sums.slice(0, 13));
  });

  test('is another one for another run, actor, start or input', async () => {
    const { actor } = countingActor(stores);
    const journal = restarted();
    const starts = await Promise.all([
      journal.start(actor, 'run-1', { seed: 4 }),
      journal.start(actor, 'run-2', { seed: 4 }),
      journal.start(actor, 'run-1', { seed: 5 }),
      journal.start({ ...actor, name: 'other' }, 'run-1', { seed: 4 }),
    ]);
    const steps: string[] = [];
    for (const { key } of starts) {
      for (const input of [1, 2]) steps.push((await journal.step(actor, key, input)).key);
    }
    expect(new Set([...starts.map(({ key }) => key), ...steps]).size).toBe(12);
  });

  test('whose step fails has committed nothing, and the step can be made again', async () => {
    const { actor } = countingActor(stores);
    const journal = restarted();
    const { key } = await journal.start(actor, 'run-1', { seed: 4 });
    const records = await filesOf('records');
    const failing = { ...actor, step: () => Promise.reject(new Error('no memory left')) };
    await expect(journal.step(failing, key, 1)).rejects.toThrow('no memory left');
    expect(await filesOf('records')).toEqual(records);
    const { sum } = (await journal.step(actor, key, 1)).output;
    expect(sum).toBe((await undisturbed([1])).sums[1]);
  });
});

describe('what the steps of a chain have cost', () => {
  /** The counting actor, sending a message of always the same size with every step. */
  const sending = () =>
    costedActor({ stores }, ({ stores: metered }) => {
      const { actor } = countingActor(metered);
      return {
        ...actor,
        async step(live: CountingLive, input: CountingInput) {
          const made = await actor.step(live, input);
          await metered.put('exchange', 'message', vectorBundle('sum', Float64Array.of(made.output.sum)));
          return made;
        },
      };
    });

  /** Costs of the steps of a chain; `journalAt` names the journal that makes each. */
  async function costs(journalAt: (step: number) => Journal) {
    let { key, output } = await journalAt(0).start(sending(), 'run-1', { seed: 4 });
    const made = [output.cost];
    for (const [step, input] of inputs.entries()) {
      ({ key, output } = await journalAt(step + 1).step(sending(), key, input));
      made.push(output.cost);
    }
    return { made, bytes: made.map(({ bytesOut }) => bytesOut), key };
  }

  test('is what they sent, wherever memory was lost: what is made again to rebuild a state does not count', async () => {
    const journal = restarted();
    const { bytes } = await costs(() => journal);
    expect(bytes[0]).toBe(0);
    expect(bytes[1]).toBeGreaterThan(0);
    expect(new Set(bytes.slice(1)).size).toBe(1);
    await rm(join(folder, 'shop'), { recursive: true, force: true });
    expect((await costs(() => restarted())).bytes).toEqual(bytes);
  });

  test('is told again by whoever repeats them, in the same process or another, as it was committed', async () => {
    const journal = restarted();
    const first = await costs(() => journal);
    expect(await costs(() => journal)).toEqual(first);
    expect(await costs(() => restarted())).toEqual(first);
  });
});

describe('of two writers of the same steps', () => {
  /** Two processes of one site that draw different random numbers. */
  const writers = () =>
    ['first', 'second'].map((stamp) => ({ journal: restarted(), ...countingActor(stores, () => stamp) }));

  test('one wins each step, and both go on from what it committed', async () => {
    const made = await Promise.all(
      writers().map((writer) =>
        chain(writer.journal, writer).then(({ keys, sums, stamps }) => ({ keys, sums, stamps })),
      ),
    );
    expect(made[1]).toEqual(made[0]);
    expect(made[0]?.sums).toEqual((await undisturbed()).sums);
    for (const stamp of made[0]?.stamps ?? []) expect(stamp).toMatch(/^(first|second)$/);
  });

  test('the one that computed first but committed last takes the other output for its own', async () => {
    const [slow, fast] = writers();
    if (!slow || !fast) throw new Error('there are two writers');
    const { key } = await slow.journal.start(slow.actor, 'run-1', { seed: 4 });
    let go = () => {};
    const held = new Promise<void>((resolve) => (go = resolve));
    const computed = slow.journal.step(
      {
        ...slow.actor,
        async step(live, input) {
          const result = await slow.actor.step(live, input);
          await held;
          return result;
        },
      },
      key,
      1,
    );
    const winner = await fast.journal.step(fast.actor, key, 1);
    go();
    expect(winner.output.stamp).toBe('second');
    expect(await computed).toEqual(winner);
    const next = await slow.journal.step(slow.actor, winner.key, 2);
    expect(await fast.journal.step(fast.actor, winner.key, 2)).toEqual(next);
    expect(await restarted().outputs(next.key)).toMatchObject([
      { stamp: 'first' },
      { stamp: 'second' },
      { stamp: 'first' },
    ]);
  });

  test('what is drawn once for a run is the same for both, and a repetition draws nothing', async () => {
    let draws = 0;
    const draw = () => Promise.resolve(`draw ${++draws}`);
    const drawn = await Promise.all([
      restarted().once('secret', 'run-1', {}, draw),
      restarted().once('secret', 'run-1', {}, draw),
    ]);
    expect(drawn[1]).toBe(drawn[0]);
    const before = draws;
    expect(await restarted().once('secret', 'run-1', {}, draw)).toBe(drawn[0]);
    expect(draws).toBe(before);
    expect(await restarted().once('secret', 'run-2', {}, draw)).not.toBe(drawn[0]);
  });

  test('a draw that failed is no draw', async () => {
    await expect(
      restarted().once('secret', 'run-1', {}, () => Promise.reject(new Error('no entropy'))),
    ).rejects.toThrow('no entropy');
    expect(await restarted().once('secret', 'run-1', {}, () => Promise.resolve('drawn'))).toBe('drawn');
  });
});

describe('a zombie that comes late', () => {
  test('with steps that were made meanwhile is answered with them and changes nothing', async () => {
    const zombie = { journal: restarted(), ...countingActor(stores, () => 'zombie') };
    const { keys } = await chain(zombie.journal, zombie, inputs.slice(0, 3));
    const going = countingActor(stores, () => 'successor');
    const whole = await chain(restarted(), going);
    const records = await filesOf('records');
    const blobs = await filesOf('blobs');
    for (let step = 3; step < inputs.length; step++) {
      const late = await zombie.journal.step(zombie.actor, whole.keys[step] ?? '', inputs[step] ?? 0);
      expect(late).toEqual({
        key: whole.keys[step + 1],
        output: { sum: whole.sums[step + 1], stamp: 'successor' },
      });
    }
    expect(keys).toEqual(whole.keys.slice(0, 4));
    expect(await filesOf('records')).toEqual(records);
    expect(await filesOf('blobs')).toEqual(blobs);
  });

  test('with another input makes a branch of its own; the chain stays what it is', async () => {
    const counting = countingActor(stores);
    const { keys, sums, journal } = await chain(restarted(), counting);
    const live = bits(await journal.live(counting.actor, keys.at(-1) ?? ''));
    for (const from of [0, 7, 19]) await journal.step(counting.actor, keys[from] ?? '', -1);
    for (const reader of [journal, restarted()]) {
      const outputs = (await reader.outputs(keys.at(-1) ?? '')) as { sum: number }[];
      expect(outputs.map(({ sum }) => sum)).toEqual(sums);
      expect(bits(await reader.live(counting.actor, keys.at(-1) ?? ''))).toBe(live);
    }
  });
});

describe('memory', () => {
  test('holds no more states than it may, and a state that it lost is made again', async () => {
    const counting = countingActor(stores);
    const journal = restarted(2);
    const starts = [];
    for (const seed of [1, 2, 3]) starts.push((await journal.start(counting.actor, 'run-1', { seed })).key);
    expect(counting.calls.starts).toBe(3);
    for (const key of [starts[2], starts[1]]) await journal.live(counting.actor, key ?? '');
    expect(counting.calls.starts).toBe(3);
    await journal.live(counting.actor, starts[0] ?? '');
    expect(counting.calls.starts).toBe(4);
    // Of the other two the one that was used less recently had to go.
    await journal.live(counting.actor, starts[1] ?? '');
    expect(counting.calls.starts).toBe(4);
  });

  test('drops what is forgotten, and what nobody has used for ten minutes', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const counting = countingActor(stores);
    const journal = restarted();
    const { key } = await journal.start(counting.actor, 'run-1', { seed: 1 });
    journal.forget(key);
    await journal.live(counting.actor, key);
    expect(counting.calls.starts).toBe(2);
    vi.setSystemTime(Date.now() + 9 * 60_000);
    await journal.live(counting.actor, key);
    vi.setSystemTime(Date.now() + 9 * 60_000);
    await journal.start(counting.actor, 'run-2', { seed: 1 });
    await journal.live(counting.actor, key);
    expect(counting.calls.starts).toBe(3);
    vi.setSystemTime(Date.now() + 10 * 60_000);
    await journal.start(counting.actor, 'run-3', { seed: 1 });
    await journal.live(counting.actor, key);
    expect(counting.calls.starts).toBe(5);
  });
});

describe('what the store has lost is an error, never another state', () => {
  const damages = [
    ['missing', 'AMALUR_BLOB_MISSING', (file: string) => rm(file)],
    ['empty', 'AMALUR_BLOB_CORRUPT', (file: string) => writeFile(file, '')],
    ['altered in one bit', 'AMALUR_BLOB_CORRUPT', flipLastBit],
    [
      'cut',
      'AMALUR_BLOB_CORRUPT',
      async (file: string) => writeFile(file, (await readFile(file)).subarray(0, -8)),
    ],
  ] as const;

  async function flipLastBit(file: string): Promise<void> {
    const bytes = await readFile(file);
    bytes.writeUInt8(bytes.readUInt8(bytes.length - 1) ^ 1, bytes.length - 1);
    await writeFile(file, bytes);
  }

  const blobFile = (name: string, hash: string) => join(folder, name, 'blobs', hash.slice(0, 2), hash);

  test.each(damages)('a checkpoint that is %s: %s', async (_what, code, damage) => {
    const { actor } = countingActor(stores);
    const { keys, sums } = await chain(restarted(), { actor }, inputs.slice(0, 12));
    const [file = ''] = [...(await filesOf('blobs')).keys()];
    const whole = await readFile(file);
    await damage(file);
    const records = await filesOf('records');
    const last = keys.at(-1) ?? '';
    await expect(restarted().live(actor, last)).rejects.toMatchObject({ code });
    await expect(restarted().step(actor, last, inputs[12] ?? 0)).rejects.toMatchObject({ code });
    expect(await filesOf('records')).toEqual(records);
    // Steps before the checkpoint need it not, and what is committed is still answered.
    expect((await restarted().step(actor, keys[5] ?? '', inputs[5] ?? 0)).output.sum).toBe(sums[6]);
    await restarted().live(actor, keys[9] ?? '');
    await writeFile(file, whole);
    const { sum } = (await restarted().step(actor, last, inputs[12] ?? 0)).output;
    expect(sum).toBe((await undisturbed()).sums[13]);
  });

  test.each(damages)('a message that is %s: %s', async (_what, code, damage) => {
    const { actor } = countingActor(stores);
    const message = await stores.put('exchange', 'message', vectorBundle('value', Float64Array.of(3)));
    const { keys } = await chain(restarted(), { actor }, [1, message, 2]);
    await damage(blobFile('exchange', message.sha256));
    const records = await filesOf('records');
    await expect(restarted().live(actor, keys[3] ?? '')).rejects.toMatchObject({ code });
    await expect(restarted().step(actor, keys[3] ?? '', 9)).rejects.toMatchObject({ code });
    await expect(restarted().step(actor, keys[1] ?? '', { ...message, kind: 'other' })).rejects.toMatchObject(
      { code },
    );
    expect(await filesOf('records')).toEqual(records);
  });

  test('a blob that is private to another site: AMALUR_BLOB_MISSING', async () => {
    const { actor } = countingActor(stores);
    const message = await stores.put(HOME, 'message', vectorBundle('value', Float64Array.of(3)));
    const foreign: BlobRef = { ...message, home: 'private:bank' };
    await expect(chain(restarted(), { actor }, [foreign])).rejects.toMatchObject({
      code: 'AMALUR_BLOB_MISSING',
    });
  });

  test('a record: the chain does not go on without it', async () => {
    const { actor } = countingActor(stores);
    const { keys } = await chain(restarted(), { actor }, inputs.slice(0, 4));
    const lost = keys[2] ?? '';
    await rm(join(folder, 'shop', 'records', lost.slice(0, 2), lost));
    const missing = { code: 'AMALUR_BLOB_MISSING', message: expect.stringContaining(lost) as string };
    await expect(restarted().live(actor, keys[4] ?? '')).rejects.toMatchObject(missing);
    await expect(restarted().outputs(keys[4] ?? '')).rejects.toMatchObject(missing);
    await expect(restarted().step(actor, lost, 0)).rejects.toMatchObject(missing);
  });

  test('a record that is cut, empty or altered is not read as another', async () => {
    const { actor } = countingActor(stores);
    const { keys } = await chain(restarted(), { actor }, inputs.slice(0, 4));
    const last = keys[4] ?? '';
    const file = join(folder, 'shop', 'records', last.slice(0, 2), last);
    const text = await readFile(file, 'utf8');
    const altered = text.replace('"position":4', '"position":5');
    expect(altered).not.toBe(text);
    for (const damaged of ['', text.slice(0, -1), '{}', 'null', altered]) {
      await writeFile(file, damaged);
      const corrupt = { code: 'AMALUR_BLOB_CORRUPT' };
      await expect(restarted().live(actor, last)).rejects.toMatchObject(corrupt);
      await expect(restarted().step(actor, keys[3] ?? '', inputs[3] ?? 0)).rejects.toMatchObject(corrupt);
      await expect(restarted().step(actor, last, 0)).rejects.toMatchObject(corrupt);
    }
  });
});

test('whoever counts is told of steps that are made, answered from their records, and made again', async () => {
  const kinds: string[] = [];
  const counted = () => new Journal(stores, HOME, undefined, (kind) => kinds.push(kind));
  const counting = countingActor(stores);
  const { keys } = await chain(counted(), counting, inputs.slice(0, 12));
  expect(kinds.splice(0)).toEqual(inputs.slice(0, 12).map(() => 'made'));
  // A repetition of the last step, by a process that knows nothing any more; then one more.
  const again = counted();
  await again.step(counting.actor, keys.at(-2) ?? '', inputs[11] ?? 0);
  expect(kinds.splice(0)).toEqual(['answered']);
  await again.step(counting.actor, keys.at(-1) ?? '', 7);
  expect(kinds).toEqual(['rebuilt', 'rebuilt', 'made']);
});
