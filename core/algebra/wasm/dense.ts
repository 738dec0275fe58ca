import { add, advance, block, firstLane, FunctionBuilder, get, I32, i32, one, rowLanes, secondLane, set, two, V128, whileBelow } from './assembler.js'; // prettier-ignore
import { F64, type Code } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

/** (into, end, d, x, width): row i of `into`, up to the address `end`, += D[i] X; a row of D is `width` bytes. */
export function denseProductKernel(p: number, columns: number): Kernel | undefined {
  if (p === 1) return columns === 1 ? scaleKernel() : dotKernel();
  return kernel(`dense ${p}`, () => {
    const [into, end, d, x, width] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const [last, from] = [f.local(I32), f.local(I32)];
    const sums = rowLanes(p).map(({ lanes }) => f.local(lanes.type));
    return f.module(
      whileBelow(
        into,
        get(end),
        set(last, add(get(d), get(width))),
        set(from, get(x)),
        ...rowLanes(p).map(({ lanes, offset }, n) => set(sums[n]!, lanes.load(get(into), offset))),
        whileBelow(
          d,
          get(last),
          ...rowLanes(p).map(({ lanes, offset }, n) =>
            set(
              sums[n]!,
              lanes.add(get(sums[n]!), lanes.mul(lanes.loadSplat(get(d)), lanes.load(get(from), offset))),
            ),
          ),
          advance(d, 8),
          advance(from, 8 * p),
        ),
        ...rowLanes(p).map(({ lanes, offset }, n) => lanes.store(get(into), get(sums[n]!), offset)),
        advance(into, 8 * p),
      ),
    );
  });
}

/** A single column and a single number: two rows at a time. */
function scaleKernel(): Kernel | undefined {
  return kernel('dense scale', () => {
    const [into, end, d, x] = [0, 1, 2, 3];
    const turn = (lanes: typeof one): Code =>
      block(
        lanes.store(
          get(into),
          lanes.add(lanes.load(get(into)), lanes.mul(lanes.load(get(d)), lanes.loadSplat(get(x)))),
        ),
        advance(into, lanes.bytes),
        advance(d, lanes.bytes),
      );
    return new FunctionBuilder(5).module(
      block(whileBelow(into, add(get(end), i32(-15)), turn(two)), whileBelow(into, get(end), turn(one))),
    );
  });
}

/** Rows times a vector: two columns at a time, in two sums. */
function dotKernel(): Kernel | undefined {
  return kernel('dense dot', () => {
    const [into, end, d, x, width] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const [last, from, sum, other, tail] = [
      f.local(I32),
      f.local(I32),
      f.local(V128),
      f.local(V128),
      f.local(F64),
    ];
    const term = (lanes: typeof one, offset = 0): Code =>
      lanes.mul(lanes.load(get(d), offset), lanes.load(get(from), offset));
    const step = (bytes: number): Code => block(advance(d, bytes), advance(from, bytes));
    return f.module(
      whileBelow(
        into,
        get(end),
        set(last, add(get(d), get(width))),
        set(from, get(x)),
        set(sum, two.constant(0)),
        set(other, two.constant(0)),
        set(tail, one.load(get(into))),
        whileBelow(
          d,
          add(get(last), i32(-31)),
          set(sum, two.add(get(sum), term(two))),
          set(other, two.add(get(other), term(two, 16))),
          step(32),
        ),
        whileBelow(d, get(last), set(tail, one.add(get(tail), term(one))), step(8)),
        set(sum, two.add(get(sum), get(other))),
        one.store(get(into), one.add(get(tail), one.add(firstLane(get(sum)), secondLane(get(sum))))),
        advance(into, 8),
      ),
    );
  });
}

/** (y, end, d, into, width): `into` += Dᵀ Y, row i of Y (up to the address `end`) belonging to row i of D. */
export function denseTransposedKernel(p: number, columns: number): Kernel | undefined {
  if (columns === 1) return p === 1 ? innerProductKernel() : oneColumnKernel(p);
  return kernel(`dense transposed ${p}`, () => {
    const [y, end, d, into, width] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const [last, to] = [f.local(I32), f.local(I32)];
    const [row, wide] = [rowLanes(p).map(({ lanes }) => f.local(lanes.type)), f.local(V128)];
    // With one vector the columns of D lie side by side like those of the result: two at a time.
    const pairs =
      p > 1
        ? []
        : block(
            set(wide, two.loadSplat(get(y))),
            whileBelow(
              d,
              add(get(last), i32(-15)),
              two.store(get(to), two.add(two.load(get(to)), two.mul(two.load(get(d)), get(wide)))),
              advance(d, 16),
              advance(to, 16),
            ),
          );
    return f.module(
      whileBelow(
        y,
        get(end),
        set(last, add(get(d), get(width))),
        set(to, get(into)),
        ...rowLanes(p).map(({ lanes, offset }, n) => set(row[n]!, lanes.load(get(y), offset))),
        pairs,
        whileBelow(
          d,
          get(last),
          ...rowLanes(p).map(({ lanes, offset }, n) =>
            lanes.store(
              get(to),
              lanes.add(lanes.load(get(to), offset), lanes.mul(lanes.loadSplat(get(d)), get(row[n]!))),
              offset,
            ),
          ),
          advance(d, 8),
          advance(to, 8 * p),
        ),
        advance(y, 8 * p),
      ),
    );
  });
}

/** One column, one vector: four sums that do not wait for one another. */
function innerProductKernel(): Kernel | undefined {
  return kernel('dense inner product', () => {
    const [y, end, d, into] = [0, 1, 2, 3];
    const f = new FunctionBuilder(5);
    const [sum, other, tail] = [f.local(V128), f.local(V128), f.local(F64)];
    const term = (lanes: typeof one, offset = 0): Code =>
      lanes.mul(lanes.load(get(d), offset), lanes.load(get(y), offset));
    const step = (bytes: number): Code => block(advance(d, bytes), advance(y, bytes));
    return f.module(
      block(
        set(tail, one.load(get(into))),
        whileBelow(
          y,
          add(get(end), i32(-31)),
          set(sum, two.add(get(sum), term(two))),
          set(other, two.add(get(other), term(two, 16))),
          step(32),
        ),
        whileBelow(y, get(end), set(tail, one.add(get(tail), term(one))), step(8)),
        set(sum, two.add(get(sum), get(other))),
        one.store(get(into), one.add(get(tail), one.add(firstLane(get(sum)), secondLane(get(sum))))),
      ),
    );
  });
}

/** One column: its p sums stay in registers. */
function oneColumnKernel(p: number): Kernel | undefined {
  return kernel(`dense one column ${p}`, () => {
    const [y, end, d, into] = [0, 1, 2, 3];
    const f = new FunctionBuilder(5);
    const sums = rowLanes(p).map(({ lanes }) => f.local(lanes.type));
    return f.module(
      block(
        ...rowLanes(p).map(({ lanes, offset }, n) => set(sums[n]!, lanes.load(get(into), offset))),
        whileBelow(
          y,
          get(end),
          ...rowLanes(p).map(({ lanes, offset }, n) =>
            set(
              sums[n]!,
              lanes.add(get(sums[n]!), lanes.mul(lanes.loadSplat(get(d)), lanes.load(get(y), offset))),
            ),
          ),
          advance(y, 8 * p),
          advance(d, 8),
        ),
        ...rowLanes(p).map(({ lanes, offset }, n) => lanes.store(get(into), get(sums[n]!), offset)),
      ),
    );
  });
}
