import { expect, test } from 'vitest';
import { startHere } from '../../../activities/aggregator/start-here.js';
import { dense } from '../../../core/algebra/dense.js';
import { createStores, type BlobRef } from '../../../core/exchange/index.js';
import type { Encoder } from '../../../core/integration/encoder.js';
import type { LocalTable } from '../../../core/integration/local-table.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import { jobSchema } from '../../../core/job/schema.js';
import { partBundle } from '../../../core/models/model-part.js';
import { memoryStore } from '../../support/memory-store.js';

const stores = createStores({ exchange: memoryStore() });
const encoder = (...numbers: [column: string, center: number, scale: number][]): Encoder => ({
  numeric: numbers.map(([column, center, scale]) => ({ kind: 'numeric' as const, column, center, scale })),
  categorical: [],
});
const part = (party: string, before: Encoder, ...theta: number[]): Promise<BlobRef> =>
  stores.put(
    'exchange',
    'part',
    partBundle({ party, encoder: before, theta: dense(theta.length, 1, Float64Array.from(theta)) }),
  );

test('parameters of several tables are laid over the columns of T in their order, and what all centres have moved is added up', async () => {
  const now = new Map([
    ['a', encoder(['x', 1, 2], ['new', 0, 1])],
    ['b', encoder(['gone', 5, 1])],
    ['c', encoder(['y', 4, 1], ['z', 2, 3])],
  ]);
  const target = {
    groups: [...now.keys()].map((id) => ({ id, shares: [{ party: id }] })),
  } as unknown as TargetIndex;
  const names = ['a.x', 'a.new', 'b.gone', 'c.y', 'c.z', 'a.x × c.y'];
  const table = { names, encoders: now } as unknown as LocalTable;
  const start = await startHere(
    stores,
    jobSchema.shape.model.parse({ type: 'logistic-regression' }),
    target,
    table,
    {
      model: 'm@1',
      parts: {
        a: await part('a', encoder(['x', 0, 1]), 3),
        c: await part('c', encoder(['z', 2, 1], ['y', 1, 2]), 5, 7),
      },
      own: [0.5],
    },
  );
  // θ′ = θ s′/s, and θ (c′ − c)/s goes to the intercept.
  expect([...start.parameters.data]).toEqual([6, 0, 0, 3.5, 15, 0]);
  expect([...(start.known ?? [])]).toEqual([1, 0, 0, 1, 1, 0]);
  expect([...(start.shift ?? [])]).toEqual([3 * 1 + 7 * 1.5]);
  expect([...start.own]).toEqual([0.5]);
});
