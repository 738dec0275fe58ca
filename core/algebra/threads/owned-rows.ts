import type { Dense } from '../matrix.js';
import { isResident, resident } from '../wasm/arena.js';
import { ownedCountKernel, ownedSumKernel } from '../wasm/owned.js';
import { fork, forkMode, isWorthForking, threadCount } from './pool.js';

// Sums that are scattered (Iᵀ Y, Dᵀ Y of a sparse D) on several threads. Partial sums of the threads would depend on how many
// there are. Instead each thread owns a range of the rows of the result and adds what belongs there in the order of the rows of
// Y, which is the order in which one thread adds: the same bits.

/** Entries (row of Y, row of the result, value) by ranges of rows of the result, those of a range in the order of rows of Y. */
interface OwnedRows {
  readonly rows: Int32Array;
  readonly targets: Int32Array;
  readonly values: Float64Array | undefined;
  /** Where each range begins, and the end. */
  readonly starts: readonly number[];
}

/** Which rows of the result the rows of Y are added to. */
export interface Scattering {
  /** Row of the result of each entry, −1 for none. */
  readonly targets: Int32Array;
  /** Rows of the result. */
  readonly count: number;
  /** Entries rowStarts[i] … are row i's of Y; left out if each row has one. */
  readonly rowStarts?: Int32Array;
  /** Value of each entry; left out if all are 1. */
  readonly values?: Float64Array | undefined;
}

/** A scattered sum: into[intoRow + target] += value · Y[row]. */
export interface OwnedSum extends Scattering {
  readonly into: Dense;
  readonly intoRow: number;
}

/** Ranges a thread, so that one that is held up leaves a part to the others. */
const SHARES = 2;
/** What is scattered less often than this is not worth being sorted. */
const PASSES = 2;

/** By the array of targets, as long as that lives; undefined where there is no room for it in the arena. */
const kept = new WeakMap<Int32Array, { passed: number; owned?: OwnedRows | undefined }>();

/**
 * Adds rows of Y, the first of which is row `from`, to each of `sums` on all threads.
 * @returns whether it has: not if it is not worth it, or the arrays are not where threads reach them
 */
export function addOwned(sums: readonly OwnedSum[], y: Dense, from: number, to: number): boolean {
  const p = y.columns;
  const owned = ownedOf(sums, p, from, to);
  if (owned === undefined) return false;
  for (const valued of [false, true]) {
    const run = ownedSumKernel(p, valued);
    if (run === undefined) return false;
    const tasks = sums.flatMap(({ into, intoRow }, k) => {
      const { rows, targets, values } = owned[k]!;
      if ((values !== undefined) !== valued) return [];
      return rangesOf(owned[k]!, from, to).map(([first, end]) => [
        rows.byteOffset + 4 * first,
        rows.byteOffset + 4 * end,
        targets.byteOffset + 4 * first,
        values === undefined ? 0 : values.byteOffset + 8 * first,
        y.data.byteOffset - 8 * p * from,
        into.data.byteOffset + 8 * p * intoRow,
      ]);
    });
    fork(run, tasks);
  }
  return true;
}

/** into[CI[t], groups[t]] += 1 for rows 0 … rows − 1 of the target, as addOwned does. */
export function countOwned(into: Dense, scattering: Scattering, groups: Int32Array, rows: number): boolean {
  const run = ownedCountKernel(into.columns);
  const [owned] = ownedOf([scattering], 1, 0, rows) ?? [];
  if (owned === undefined || run === undefined) return false;
  fork(
    run,
    rangesOf(owned, 0, rows).map(([first, end]) => [
      owned.rows.byteOffset + 4 * first,
      owned.rows.byteOffset + 4 * end,
      owned.targets.byteOffset + 4 * first,
      groups.byteOffset,
      into.data.byteOffset,
    ]),
  );
  return true;
}

function ownedOf(
  scatterings: readonly Scattering[],
  p: number,
  from: number,
  to: number,
): OwnedRows[] | undefined {
  if (threadCount() === 1) return undefined;
  const entries = scatterings.reduce((sum, one) => sum + entriesIn(one, from, to), 0);
  if (!isWorthForking(p * entries)) return undefined;
  // All of them are asked, so that all are counted.
  const owned = scatterings.map((one) => keptOf(one, to - from));
  return owned.every((one) => one !== undefined) ? owned : undefined;
}

const entriesIn = ({ rowStarts }: Scattering, from: number, to: number) =>
  rowStarts === undefined ? to - from : rowStarts[to]! - rowStarts[from]!;

function keptOf(scattering: Scattering, rows: number): OwnedRows | undefined {
  const { targets, rowStarts } = scattering;
  const all = rowStarts === undefined ? targets.length : rowStarts.length - 1;
  const entry = kept.get(targets) ?? { passed: 0 };
  kept.set(targets, entry);
  entry.passed += rows;
  if (!('owned' in entry) && (entry.passed > PASSES * all || forkMode.value === 'others')) {
    const owned = ownedRows(scattering);
    entry.owned = isReachable(owned) ? owned : undefined;
  }
  return entry.owned;
}

const isReachable = ({ rows, targets, values }: OwnedRows) =>
  isResident(rows) && isResident(targets) && (values === undefined || isResident(values));

/** Two counting sorts: where ranges of equally many entries begin, then the entries into their ranges. */
function ownedRows({ targets, count, rowStarts, values }: Scattering): OwnedRows {
  const perTarget = new Int32Array(count);
  let entries = 0;
  for (const target of targets)
    if (target >= 0) {
      perTarget[target]! += 1;
      entries += 1;
    }
  const shares = Math.max(1, Math.min(count, SHARES * threadCount()));
  const rangeOf = new Int32Array(count);
  const next = new Array<number>(shares).fill(0);
  const starts = [0];
  let passed = 0;
  for (let target = 0, range = 0; target < count; target++) {
    while (range + 1 < shares && passed >= ((range + 1) * entries) / shares) {
      starts.push(passed);
      next[++range] = passed;
    }
    rangeOf[target] = range;
    passed += perTarget[target]!;
  }
  while (starts.length <= shares) starts.push(entries);
  const sorted = {
    rows: new Int32Array(entries),
    targets: new Int32Array(entries),
    values: values === undefined ? undefined : new Float64Array(entries),
  };
  const rows = rowStarts === undefined ? targets.length : rowStarts.length - 1;
  for (let row = 0, entry = 0; row < rows; row++)
    for (const end = rowStarts?.[row + 1] ?? row + 1; entry < end; entry++) {
      const target = targets[entry]!;
      if (target < 0) continue;
      const at = next[rangeOf[target]!]!++;
      sorted.rows[at] = row;
      sorted.targets[at] = target;
      if (sorted.values !== undefined && values !== undefined) sorted.values[at] = values[entry]!;
    }
  return {
    rows: resident(sorted.rows),
    targets: resident(sorted.targets),
    values: sorted.values && resident(sorted.values),
    starts,
  };
}

/** Of each range the entries of rows from … to − 1, where it has any. */
function rangesOf({ rows, starts }: OwnedRows, from: number, to: number): [first: number, end: number][] {
  return starts
    .slice(1)
    .map((end, range): [number, number] => [
      firstFrom(rows, from, starts[range]!, end),
      firstFrom(rows, to, starts[range]!, end),
    ])
    .filter(([first, end]) => first < end);
}

/** The first entry from `low` on, below `high`, whose row is `row` or a later one. */
function firstFrom(rows: Int32Array, row: number, low: number, high: number): number {
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
