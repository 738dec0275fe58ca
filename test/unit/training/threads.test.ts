import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, test } from 'vitest';
import { denseMatrix, dense } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { oneHotMatrix } from '../../../core/algebra/one-hot.js';
import { stackColumns } from '../../../core/algebra/stack.js';
import { forkMode, runningThreads, setThreads } from '../../../core/algebra/threads/pool.js';
import { kernelMode } from '../../../core/algebra/wasm/arena.js';
import type { ModelSpec } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { MODEL_TYPES, smallSpec } from '../../support/small-models.js';

const ROWS = 400;
const SOURCE_ROWS = 37;

/** Every model. */
const specs = MODEL_TYPES.map((type) =>
  smallSpec(type, { ...(type === 'neural-network' && { batchSize: 128 }) }),
);

/** Cells ≥ 0, that all models may have. */
const cells = (rows: number, columns: number, seed: number) =>
  denseMatrix(
    dense(
      rows,
      columns,
      Float64Array.from({ length: rows * columns }, (_, at) => Math.abs(Math.sin(seed + at * at)) / 3),
    ),
  );

function table(): Matrix {
  const codes = Int32Array.from({ length: SOURCE_ROWS }, (_, row) => (row % 5) - 1);
  const source = stackColumns(
    [cells(SOURCE_ROWS, 6, 1), oneHotMatrix(SOURCE_ROWS, [{ levels: 4, codes }])],
    SOURCE_ROWS,
  );
  return factorizedTable(ROWS, [
    { table: cells(ROWS, 5, 2), index: Int32Array.from({ length: ROWS }, (_, row) => row) },
    {
      table: source,
      index: Int32Array.from({ length: ROWS }, (_, row) => ((row * row) % (SOURCE_ROWS + 1)) - 1),
    },
  ]);
}

function trained(spec: ModelSpec) {
  const own = table();
  // Amounts are above 0.
  const least = spec.type === 'gamma-regression' ? 1 : 0;
  return runLocally({
    table: own,
    names: Array.from({ length: own.columns }, (_, at) => `c${at}`),
    labels: Float64Array.from({ length: ROWS }, (_, row) => Number(Math.sin(row * 7) > 0.1) + least),
    ...(spec.type === 'softmax-regression' && { classes: ['no', 'yes'] }),
    spec,
    rounds: 25,
  });
}

afterAll(() => {
  setThreads(1);
  forkMode.value = 'auto';
  kernelMode.value = 'auto';
});

test.each(specs.map((spec) => [spec.type, spec] as const))(
  '%s trained on two threads has the bits of one, and nothing of it lies in shared memory',
  async (_type, spec) => {
    kernelMode.value = 'compiled';
    setThreads(1);
    const expected = trained(spec);
    setThreads(2);
    while (runningThreads() < 2) await sleep(5);
    forkMode.value = 'others';
    const actual = trained(spec);
    forkMode.value = 'auto';
    expect(actual).toEqual(expected);
    for (const array of arraysIn(actual)) expect(array.buffer).toBeInstanceOf(ArrayBuffer);
    expect(arraysIn(actual).length).toBeGreaterThan(2);
  },
);

/** All arrays of numbers, at any depth. */
function arraysIn(value: unknown): ArrayBufferView[] {
  if (ArrayBuffer.isView(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(arraysIn);
}
