import { expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import { denseMatrix } from '../../../core/algebra/dense.js';
import { trainInProcess } from '../../support/rounds-in-process.js';
import { fit, sample, specOf } from '../../support/network-fits.js';

const spec = specOf({ hidden: [6], epochs: 6, batchSize: 16 });

test('a network that begins at its weights goes on from the loss that it had, and alike in one place and in rounds', () => {
  const sampled = sample();
  const before = fit(sampled, spec);
  const startAt = {
    parameters: before.parameters,
    own: before.own,
    ...(before.network && { network: before.network }),
  };
  const after = fit(sampled, spec, { startAt });
  expect(after.losses[0]).toBeLessThan(before.losses.at(-1)! * 1.05);
  expect(after.losses.at(-1)).toBeLessThan(before.losses.at(-1)!);

  const { rows, columns, data } = sampled.table;
  const split = [
    [0, 2],
    [2, columns],
  ] as const;
  const part = (from: number, to: number) =>
    dense(
      rows,
      to - from,
      data.filter((_, at) => at % columns >= from && at % columns < to),
    );
  const index = Int32Array.from({ length: rows }, (_, row) => row);
  const target: TargetIndex = {
    ...{ rows, trainRows: rows, labels: sampled.labels },
    groups: split.map((_, k) => ({
      id: `p${String(k)}`,
      shares: [{ party: `p${String(k)}`, sourceRows: rows, rows: index }],
    })),
  };
  const tables = new Map(
    split.map(([from, to], k) => [
      `p${String(k)}`,
      {
        table: denseMatrix(part(from, to)),
        names: Array.from({ length: to - from }, (_, at) => `c${String(from + at)}`),
        counts: new Float64Array(rows).fill(1),
        trainRows: rows,
      },
    ]),
  );
  for (const forgetting of [false, true]) {
    const apart = trainInProcess(tables, target, spec, { startAt, forgetting });
    const found = split.flatMap((_, k) => [...apart.parameters.get(`p${String(k)}`)!.data]);
    found.forEach((value, at) => expect(value).toBeCloseTo(after.parameters.data[at]!, 5));
  }
});

test('columns that are new are drawn, and the first bias takes up what centres have moved', () => {
  const sampled = sample();
  const before = fit(sampled, spec);
  const known = Float64Array.of(1, 1, 1, 1, 0);
  const startAt = { parameters: before.parameters, own: before.own, network: before.network!, known };
  const begun = fit(sampled, spec, { startAt, rounds: 0 });
  const cold = fit(sampled, spec, { rounds: 0 });
  const h = 6;
  expect([...begun.parameters.data.slice(0, 4 * h)]).toEqual([...before.parameters.data.slice(0, 4 * h)]);
  expect([...begun.parameters.data.slice(4 * h)]).toEqual([...cold.parameters.data.slice(4 * h)]);
  const shift = Float64Array.from({ length: h }, (_, unit) => unit + 1);
  const moved = fit(sampled, spec, { startAt: { ...startAt, shift }, rounds: 0 });
  const bias = (network: typeof before.network) => [...network!.tensors['bias.0']!.data].map(Number);
  bias(moved.network).forEach((value, unit) =>
    expect(value - bias(before.network)[unit]!).toBeCloseTo(unit + 1, 5),
  );
});
