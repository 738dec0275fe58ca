import { add, advance, block, equalBits2, FunctionBuilder, get, greater2, I32, i32, lesser2, lowestBit, one, or, powerOfTwo2, rowLanes, set, shiftLeft, storeI32, swapLanes, two, V128, whileBelow } from './assembler.js'; // prettier-ignore
import type { Code } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

/** Added to a small number, rounds it to a whole one and leaves that in the low bits. */
const ROUNDING = 1.5 * 2 ** 52;

/** (x, end): x ← 1 / (1 + e^−x), two numbers at a time: the array ends on a pair. */
export function sigmoidKernel(): Kernel | undefined {
  return kernel('sigmoid', () => {
    const [x, end] = [0, 1];
    const f = new FunctionBuilder(2);
    const local = () => f.local(V128);
    const [value, shifted, k, r, square, exponential] = [
      local(),
      local(),
      local(),
      local(),
      local(),
      local(),
    ];
    const c = two.constant;
    // e^v = 2^k e^r with |r| ≤ ½ ln 2, ln 2 in two parts so that r keeps its digits (Cody and Waite), e^r by its series: the
    // first term left out is below 2^−57. Even and odd terms apart make the chain of operations half as long.
    const terms = (first: number): Code => {
      const coefficients = [];
      for (let n = first; n < 14; n += 2) coefficients.unshift(1 / factorial(n));
      return coefficients
        .slice(1)
        .reduce<Code>((sum, next) => two.add(two.mul(sum, get(square)), c(next)), c(coefficients[0]!));
    };
    return f.module(
      whileBelow(
        x,
        get(end),
        set(value, lesser2(greater2(two.mul(two.load(get(x)), c(-1)), c(-708)), c(708))),
        set(shifted, two.add(two.mul(get(value), c(Math.LOG2E)), c(ROUNDING))),
        set(k, two.sub(get(shifted), c(ROUNDING))),
        set(r, two.sub(get(value), two.mul(get(k), c(0.693147180369123816)))),
        set(r, two.sub(get(r), two.mul(get(k), c(1.90821492927058770002e-10)))),
        set(square, two.mul(get(r), get(r))),
        set(exponential, two.mul(two.add(terms(0), two.mul(get(r), terms(1))), powerOfTwo2(get(shifted)))),
        two.store(get(x), two.div(c(1), two.add(c(1), get(exponential)))),
        advance(x, 16),
      ),
    );
  });
}

const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));

/**
 * (block, end, offsets, nearest): nearest[t] = the first column j with the least offsets[j] + block[t, j]. Which one it is cannot
 * be predicted, so no branch depends on it.
 */
export function argMinKernel(p: number): Kernel | undefined {
  return kernel(`arg-min ${p}`, () => {
    const [rows, end, offsets, nearest] = [0, 1, 2, 3];
    const f = new FunctionBuilder(4);
    const local = () => f.local(V128);
    // An odd last column is in both lanes: it counts twice, which changes no minimum.
    const pairs = rowLanes(p).map(({ lanes, offset }) => {
      const load = lanes === two ? two.load : two.loadSplat;
      return { at: offset, value: local(), offset: local(), load };
    });
    const least = local();
    const mask = pairs
      .map(({ value }, n) => shiftLeft(equalBits2(get(value), get(least)), 2 * n))
      .reduce(or, i32(1 << (p - 1)));
    return f.module(
      block(
        ...pairs.map(({ offset, at, load }) => set(offset, load(get(offsets), at))),
        whileBelow(
          rows,
          get(end),
          ...pairs.map(({ value, offset, at, load }) =>
            set(value, two.add(load(get(rows), at), get(offset))),
          ),
          set(least, pairs.map(({ value }) => get(value)).reduce(lesser2)),
          set(least, lesser2(get(least), swapLanes(get(least)))),
          storeI32(get(nearest), lowestBit(mask)),
          advance(rows, 8 * p),
          advance(nearest, 4),
        ),
      ),
    );
  });
}

/**
 * (x, end, numerator, gram, sums): rows of the numerator become x ∘ numerator / (x G + tiny), G being p × p, and the upper
 * triangle of `sums` (p × p) += that of their Gram matrix.
 */
export function updateKernel(p: number, tiny: number): Kernel | undefined {
  return kernel(`update ${p}`, () => {
    const [x, end, numerator, gram, sums] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const lanes = rowLanes(p);
    const locals = () => lanes.map((lane) => f.local(lane.lanes.type));
    const denominator = locals();
    const fresh = locals();
    // Symmetric: the lanes that reach the diagonal or lie right of it.
    const upper = Array.from({ length: p }, (_, j) =>
      lanes.flatMap(({ lanes: kind, offset }, n) =>
        offset + kind.bytes > 8 * j ? [{ kind, offset, n, local: f.local(kind.type) }] : [],
      ),
    );
    const at = (j: number, offset: number) => 8 * p * j + offset;
    return f.module(
      block(
        ...upper.flatMap((row, j) =>
          row.map(({ kind, offset, local }) => set(local, kind.load(get(sums), at(j, offset)))),
        ),
        whileBelow(
          x,
          get(end),
          ...lanes.map((lane, n) => set(denominator[n]!, lane.lanes.constant(tiny))),
          ...Array.from({ length: p }, (_, l) =>
            block(
              ...lanes.map(({ lanes: kind, offset }, n) =>
                set(
                  denominator[n]!,
                  kind.add(
                    get(denominator[n]!),
                    kind.mul(kind.loadSplat(get(x), 8 * l), kind.load(get(gram), at(l, offset))),
                  ),
                ),
              ),
            ),
          ),
          ...lanes.map(({ lanes: kind, offset }, n) =>
            block(
              set(
                fresh[n]!,
                kind.div(
                  kind.mul(kind.load(get(x), offset), kind.load(get(numerator), offset)),
                  get(denominator[n]!),
                ),
              ),
              kind.store(get(numerator), get(fresh[n]!), offset),
            ),
          ),
          ...upper.flatMap((row, j) =>
            row.map(({ kind, n, local }) =>
              set(
                local,
                kind.add(get(local), kind.mul(kind.loadSplat(get(numerator), 8 * j), get(fresh[n]!))),
              ),
            ),
          ),
          advance(x, 8 * p),
          advance(numerator, 8 * p),
        ),
        ...upper.flatMap((row, j) =>
          row.map(({ kind, offset, local }) => kind.store(get(sums), get(local), at(j, offset))),
        ),
      ),
    );
  });
}

/** (index, end, groups, into): adds 1 to into[index[t] · p + groups[t]]; a group is 0 … p − 1. */
export function countKernel(p: number): Kernel | undefined {
  return kernel(`count ${p}`, () => {
    const [index, end, groups, into] = [0, 1, 2, 3];
    const f = new FunctionBuilder(4);
    const to = f.local(I32);
    const load = (local: number): Code => [...get(local), 0x28, 0, 0];
    const times = (code: Code, n: number): Code => [...code, ...i32(n), 0x6c];
    return f.module(
      whileBelow(
        index,
        get(end),
        set(to, add(get(into), times(add(times(load(index), p), load(groups)), 8))),
        one.store(get(to), one.add(one.load(get(to)), one.constant(1))),
        advance(index, 4),
        advance(groups, 4),
      ),
    );
  });
}
