import { add, advance, block, doWhile, FunctionBuilder, get, I32, i32, lessUnsigned, loadI32, mul, rowLanes, set, when } from './assembler.js'; // prettier-ignore
import type { Code } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

// Index −1 is a row like any other: the row of zeros before X when gathering, a row that nobody reads when scattering.

/** Rows per turn of the loop for single numbers: what a turn costs is shared by four of them. */
const unrolled = (p: number) => (p === 1 ? 4 : 1);

/**
 * (into, end, index_1, x_1, index_2, x_2, …): row t of `into`, up to the address `end`, is the sum of rows index_k[t] of x_k,
 * p numbers each.
 * @param adds whether what is there counts as well
 */
export function gatherKernel(p: number, sources: number, adds: boolean): Kernel | undefined {
  return kernel(`gather ${p} ${sources} ${String(adds)}`, () => {
    const [into, end] = [0, 1];
    const f = new FunctionBuilder(2 + 2 * sources);
    const from = Array.from({ length: sources }, () => f.local(I32));
    const row = (at: number): Code =>
      block(
        ...from.map((local, k) =>
          set(local, add(get(3 + 2 * k), mul(loadI32(get(2 + 2 * k), 4 * at), i32(8 * p)))),
        ),
        ...rowLanes(p).map(({ lanes, offset }) => {
          const terms = from.map((local) => lanes.load(get(local), offset));
          if (adds) terms.unshift(lanes.load(get(into), 8 * p * at + offset));
          return lanes.store(get(into), terms.reduce(lanes.add), 8 * p * at + offset);
        }),
      );
    const turn = (rows: number): Code =>
      block(
        ...Array.from({ length: rows }, (_, at) => row(at)),
        ...from.map((_, k) => advance(2 + 2 * k, 4 * rows)),
        advance(into, 8 * p * rows),
      );
    return f.module(rowsInTurns(into, end, p, turn));
  });
}

/** (y, end, index_1, into_1, index_2, into_2, …): adds row t of Y to row index_k[t] of into_k, in the order of the rows. */
export function scatterKernel(p: number, sources: number): Kernel | undefined {
  return kernel(`scatter ${p} ${sources}`, () => {
    const [y, end] = [0, 1];
    const f = new FunctionBuilder(2 + 2 * sources);
    const to = Array.from({ length: sources }, () => f.local(I32));
    const values = rowLanes(p).map(({ lanes }) => f.local(lanes.type));
    const row = (at: number): Code =>
      block(
        ...to.map((local, k) =>
          set(local, add(get(3 + 2 * k), mul(loadI32(get(2 + 2 * k), 4 * at), i32(8 * p)))),
        ),
        ...rowLanes(p).map(({ lanes, offset }, n) =>
          block(
            set(values[n]!, lanes.load(get(y), 8 * p * at + offset)),
            ...to.map((local) =>
              lanes.store(get(local), lanes.add(lanes.load(get(local), offset), get(values[n]!)), offset),
            ),
          ),
        ),
      );
    const turn = (rows: number): Code =>
      block(
        ...Array.from({ length: rows }, (_, at) => row(at)),
        ...to.map((_, k) => advance(2 + 2 * k, 4 * rows)),
        advance(y, 8 * p * rows),
      );
    return f.module(rowsInTurns(y, end, p, turn));
  });
}

/** Several rows a turn while they last, then one by one. */
export function rowsInTurns(at: number, end: number, p: number, turn: (rows: number) => Code): Code {
  const rows = unrolled(p);
  const full = lessUnsigned(add(get(at), i32(8 * p * rows - 1)), get(end));
  const any = lessUnsigned(get(at), get(end));
  return block(rows > 1 ? when(full, doWhile(full, turn(rows))) : [], when(any, doWhile(any, turn(1))));
}
