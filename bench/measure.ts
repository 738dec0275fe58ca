/** Times of one way to do one thing, in milliseconds. */
export interface Times {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export type Measured = () => number | null | Promise<number | null>;

/**
 * Measures several ways in turn, so that what disturbs the machine disturbs them all: one round to warm up, then `rounds`.
 * A way that answers null has no times.
 */
export async function measureInTurn<Name extends string>(
  ways: Readonly<Record<Name, Measured>>,
  rounds: number,
): Promise<Record<Name, Times | null>> {
  const names = Object.keys(ways) as Name[];
  const taken = new Map<Name, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      const elapsed = await ways[name]();
      if (round > 0 && elapsed !== null) taken.get(name)?.push(elapsed);
    }
  }
  return Object.fromEntries(names.map((name) => [name, timesOf(taken.get(name) ?? [])])) as Record<
    Name,
    Times | null
  >;
}

function timesOf(taken: number[]): Times | null {
  if (taken.length === 0) return null;
  const sorted = taken.sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return {
    median: (sorted[Math.ceil(middle) - 1]! + sorted[Math.floor(middle)]!) / 2,
    min: sorted[0]!,
    max: sorted.at(-1) ?? NaN,
  };
}

/**
 * wall: what a user waits; cpu: what the process computes, all of its threads together (for us with the garbage collector and
 * the compiler), which other processes on a busy machine lengthen less.
 */
export type Clock = 'wall' | 'cpu';

/** Milliseconds of one run, out of `repetitions`. */
export function elapsed(repetitions: number, run: () => unknown, clock: Clock = 'wall'): number {
  const start = now(clock);
  for (let i = 0; i < repetitions; i++) run();
  return (now(clock) - start) / repetitions;
}

function now(clock: Clock): number {
  if (clock === 'wall') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Largest difference relative to the largest magnitude; NaN or another length is infinitely far. */
export function relativeDifference(actual: Float64Array, expected: Float64Array): number {
  if (actual.length !== expected.length) return Infinity;
  let [scale, worst] = [0, 0];
  for (let at = 0; at < expected.length; at++) {
    scale = Math.max(scale, Math.abs(expected[at]!));
    const difference = Math.abs(actual[at]! - expected[at]!);
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  }
  return worst === 0 ? 0 : worst / (scale === 0 ? 1 : scale);
}
