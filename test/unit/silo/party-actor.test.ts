import { beforeEach, expect, test, vi } from 'vitest';
import { partyActor } from '../../../activities/silo/party-actor.js';
import { dense } from '../../../core/algebra/dense.js';
import { createStores } from '../../../core/exchange/index.js';
import { vectorBundle } from '../../../core/exchange/bundle.js';
import { featureBundle } from '../../../core/exchange/table-bundle.js';
import { fitEncoder } from '../../../core/integration/encode.js';
import { jobSchema } from '../../../core/job/schema.js';
import { partBundle } from '../../../core/models/model-part.js';
import { asking } from '../../../core/training/exchange.js';
import { momentsOf } from '../../../core/training/moments.js';
import { denseOf } from '../../../core/training/tensors.js';
import { memoryStore } from '../../support/memory-store.js';

vi.mock('../../../core/training/moments.js', async (original) => {
  const actual = await original<{ momentsOf: typeof momentsOf }>();
  return { ...actual, momentsOf: vi.fn(actual.momentsOf) };
});
beforeEach(() => {
  vi.mocked(momentsOf).mockClear();
});

const home = 'private:silo.a';
const stores = createStores({
  exchange: memoryStore(),
  site: { name: 'silo.a', store: memoryStore() },
});
const data = {
  rows: 4,
  numeric: new Map([['x', Float64Array.of(1, 2, 4, 9)]]),
  categorical: new Map(),
};
const columns = [{ name: 'x', encoding: 'numeric' as const }];
const counts = Float64Array.of(1, 1, 2, 1);
const encoder = fitEncoder(data, columns, counts, 5, {});
const actor = partyActor(stores, home, () => Promise.reject(new Error('nothing was encoded before')));

async function begun(theta?: number) {
  const part = { party: 'a.t', encoder, theta: dense(1, 1, Float64Array.of(theta ?? 0)) };
  return actor.start({
    ...{ id: 'a.t', group: 'a.t', columns, sources: ['x'], trainRows: 5 },
    spec: jobSchema.shape.model.parse({ type: 'logistic-regression' }),
    features: await stores.put(home, 'features', featureBundle(data)),
    counts: await stores.put(home, 'counts', vectorBundle('counts', counts)),
    ...(theta !== undefined && { start: await stores.put(home, 'part', partBundle(part)) }),
  });
}

test('a party that begins at given parameters forms the moments of its columns once, and answers with its products', async () => {
  const { live } = await begun(3);
  const down = await stores.put(home, 'message', asking([], { width: 1, places: null }));
  const { live: opened, output } = await actor.step(live, { round: 1, down });
  expect(momentsOf).toHaveBeenCalledTimes(1);
  if (output === null) throw new Error('a party answers');
  const { tensors } = await stores.get(output);
  const cells = [1, 2, 4, 9].map((x) => (x - 4) / Math.sqrt(38 / 5));
  expect([...denseOf(tensors, 'partial').data]).toEqual(
    cells.map((cell) => expect.closeTo(3 * cell, 12) as number),
  );
  expect([...denseOf(opened.state!.tensors, 'theta').data]).toEqual([3]);
});

test('a party that begins by itself forms them once too, before the first step', async () => {
  const { live } = await begun();
  expect(momentsOf).toHaveBeenCalledTimes(1);
  expect(live.state?.tensors.theta).toBeDefined();
});
