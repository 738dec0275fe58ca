import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { Mailbox } from '../../../core/exchange/mailbox.js';
import { createStores } from '../../../core/exchange/index.js';
import { hashJson } from '../../../core/json.js';
import { memoryStore } from '../../support/memory-store.js';

const key = hashJson('a message');
const signal = new AbortController().signal;

/** A mailbox, another of a process that shares the store, and how often the store was looked at. */
function twoBoxes() {
  const store = memoryStore();
  let looks = 0;
  const counted = {
    ...store,
    readRecord(wanted: string) {
      looks++;
      return store.readRecord(wanted);
    },
  };
  const exchange = createStores({ exchange: counted });
  return { store, one: new Mailbox(exchange), other: new Mailbox(exchange), looks: () => looks };
}

test('a message is taken as it was put first, however often it is put, and again by whoever asks again', async () => {
  const { one, other } = twoBoxes();
  await one.put('exchange', key, { from: 'the first' });
  await other.put('exchange', key, { from: 'the second' });
  expect(await one.take('exchange', key, signal)).toEqual({ from: 'the first' });
  expect(await other.take('exchange', key, signal)).toEqual({ from: 'the first' });
});

test('whoever waits in the process of the sender is woken at once, in another it looks less and less often', async () => {
  const { one, other, looks } = twoBoxes();
  const taken: Promise<number>[] = [one, other].map(async (box) => {
    await box.take('exchange', key, signal);
    return performance.now();
  });
  await sleep(1000);
  // Of each one a millisecond in the first ten, then ten for each time as long: about 60.
  expect(looks()).toBeGreaterThan(20);
  expect(looks()).toBeLessThan(180);
  const put = performance.now();
  await one.put('exchange', key, 1);
  const [here, elsewhere] = await Promise.all(taken);
  expect(here! - put).toBeLessThan(60);
  expect(elsewhere! - put).toBeLessThan(250);
});

test('a message that a power cut has damaged is not taken for another', async () => {
  const { store, one } = twoBoxes();
  await store.putIfAbsent(key, 'x'.repeat(64) + '\n{"down":{}}');
  await expect(one.take('exchange', key, signal)).rejects.toMatchObject({ code: 'AMALUR_BLOB_CORRUPT' });
});
