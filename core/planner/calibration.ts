import { randomBytes } from 'node:crypto';
import { cpus, hostname, totalmem } from 'node:os';
import { columnVector, dense, denseMatrix } from '../algebra/dense.js';
import { gatherAdd, scatterSum } from '../algebra/index-vector.js';
import type { Store } from '../exchange/store.js';
import { keyTokens } from '../integration/key-tokens.js';
import { codesAmong, rowsByKey } from '../integration/match-keys.js';
import { logisticLoss } from '../models/logistic-regression.js';
import type { HostProfile, MachineRates } from './plan.js';

/** Rows of a table of doubles that outgrows the caches of one core: 4 MiB. */
const LARGE_TABLE = 1 << 19;
const TARGET_ROWS = 1 << 18;
const DENSE_COLUMNS = 32;
const KEYS = 20_000;
const STORE_BYTES = 4 << 20;
const SCANNED_ROWS = 20_000;
/** How long each rate is measured, in milliseconds, after one run to warm up. */
const BUDGET = 40;

/**
 * Measures what this host can do, with the kernels that will run: about a second. The caller keeps the result for the life
 * of the worker.
 * @param store where the rates of writing and reading are measured: the site's private store where it has one; it gains one blob of 4 MiB
 */
export async function calibrate(store: Store): Promise<HostProfile> {
  const [first] = cpus();
  return {
    host: hostname(),
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    node: process.version,
    rates: { ...measureKernels(), ...(await measureStore(store)), scannedCells: await measureScan() },
  };
}

function measureKernels(): Omit<MachineRates, 'putBytes' | 'getBytes' | 'scannedCells'> {
  const index = scrambled(TARGET_ROWS, LARGE_TABLE);
  const large = columnVector(new Float64Array(LARGE_TABLE).fill(1));
  const target = columnVector(new Float64Array(TARGET_ROWS).fill(0.5));
  const labels = new Float64Array(TARGET_ROWS);
  const matrix = denseMatrix(dense(TARGET_ROWS / DENSE_COLUMNS, DENSE_COLUMNS));
  const vector = columnVector(new Float64Array(DENSE_COLUMNS).fill(1));
  const keys = {
    codes: scrambled(KEYS, KEYS),
    values: Array.from({ length: KEYS }, (_, key) => `3:key${String(key)}`),
  };
  const distinct = { ...keys, codes: Int32Array.from(keys.values.keys()) };
  return {
    denseMultiplyAdds: rateOf(TARGET_ROWS, () => matrix.multiply(vector)),
    gathers: rateOf(TARGET_ROWS, () => gatherAdd(target, large, index)),
    // The result is as large as the table, and clearing it is part of the work.
    scatters: rateOf(TARGET_ROWS, () => scatterSum(target, index, LARGE_TABLE)),
    lossEvaluations: rateOf(TARGET_ROWS, () => logisticLoss.along(target.data, target.data, { labels }, 0.1)),
    matchedRows: rateOf(2 * KEYS, () => codesAmong(keyTokens(keys), rowsByKey(keyTokens(distinct)))),
  };
}

/** Random content, so that the blob is new to the store and a put writes. */
async function measureStore(store: Store): Promise<Pick<MachineRates, 'putBytes' | 'getBytes'>> {
  const bytes = randomBytes(STORE_BYTES);
  const start = performance.now();
  const hash = await store.put(bytes);
  const written = performance.now();
  await store.get(hash);
  const read = performance.now();
  return {
    putBytes: STORE_BYTES / secondsBetween(start, written),
    getBytes: STORE_BYTES / secondsBetween(written, read),
  };
}

/** Reads numbers and text out of DuckDB, as sources are read. */
async function measureScan(): Promise<number> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const query = `SELECT i::DOUBLE AS a, i * 0.5 AS b, i AS c, (i % 100)::VARCHAR AS d FROM range(${String(SCANNED_ROWS)}) t(i)`;
    await connection.runAndReadAll(query);
    const start = performance.now();
    const columns = (await connection.runAndReadAll(query)).getColumns();
    return (columns.length * SCANNED_ROWS) / secondsBetween(start, performance.now());
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** Elements per second in the best of several runs: what disturbs a measurement only ever slows it down. */
function rateOf(elements: number, run: () => unknown): number {
  run();
  let best = Infinity;
  const start = performance.now();
  do {
    const before = performance.now();
    run();
    best = Math.min(best, secondsBetween(before, performance.now()));
  } while (performance.now() - start < BUDGET);
  return elements / best;
}

/** Positions in no order that a prefetcher could guess; the same on every host. */
function scrambled(length: number, below: number): Int32Array {
  return Int32Array.from({ length }, (_, at) => Math.imul(at + 1, 0x9e3779b1) >>> 0).map(
    (hash) => (hash >>> 0) % below,
  );
}

/** Never 0, however coarse the clock. */
function secondsBetween(start: number, end: number): number {
  return Math.max(end - start, 1e-3) / 1000;
}
