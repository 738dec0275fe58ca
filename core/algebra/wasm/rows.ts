import { add, advance, block, f64Less, F64, FunctionBuilder, get, I32, i32, maximum2, minimum2, nearest2, one, powerOfTwo2, rowLanes, select, set, storeI32, two, V128, whileBelow } from './assembler.js'; // prettier-ignore
import type { Code } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

/** (x, end): x ← 1 / (1 + e^−x), two numbers at a time: the array ends on a pair. */
export function sigmoidKernel(): Kernel | undefined {
  return kernel('sigmoid', () => {
    const [x, end] = [0, 1];
    const f = new FunctionBuilder(2);
    const [value, k, r, sum] = [V128, V128, V128, V128].map((type) => f.local(type)) as [
      number,
      number,
      number,
      number,
    ];
    const c = two.constant;
    // e^v = 2^k e^r with |r| ≤ ½ ln 2, ln 2 in two parts so that r keeps its digits (Cody and Waite), e^r by its series: the
    // first term left out is below 2^−57.
    const series = (): Code => {
      let factorial = 1;
      const coefficients = Array.from({ length: 14 }, (_, n) => 1 / (factorial *= Math.max(1, n)));
      return coefficients
        .reverse()
        .slice(1)
        .reduce<Code>(
          (code, coefficient) => two.add(two.mul(code, get(r)), c(coefficient)),
          c(coefficients[0]!),
        );
    };
    return f.module(
      whileBelow(
        x,
        get(end),
        set(value, minimum2(maximum2(two.mul(two.load(get(x)), c(-1)), c(-708)), c(708))),
        set(k, nearest2(two.mul(get(value), c(Math.LOG2E)))),
        set(r, two.sub(get(value), two.mul(get(k), c(6.9314718036912381649e-1)))),
        set(r, two.sub(get(r), two.mul(get(k), c(1.90821492927058770002e-10)))),
        set(sum, series()),
        two.store(get(x), two.div(c(1), two.add(c(1), two.mul(get(sum), powerOfTwo2(get(k)))))),
        advance(x, 16),
      ),
    );
  });
}

/** (block, end, offsets, nearest): nearest[t] = the first column j with the least offsets[j] + block[t, j]. */
export function argMinKernel(p: number): Kernel | undefined {
  return kernel(`arg-min ${p}`, () => {
    const [rows, end, offsets, nearest] = [0, 1, 2, 3];
    const f = new FunctionBuilder(4);
    const offset = Array.from({ length: p }, () => f.local(F64));
    const [best, smallest, value] = [f.local(I32), f.local(F64), f.local(F64)];
    return f.module(
      block(
        ...offset.map((local, j) => set(local, one.load(get(offsets), 8 * j))),
        whileBelow(
          rows,
          get(end),
          set(best, i32(0)),
          set(smallest, one.add(get(offset[0]!), one.load(get(rows)))),
          ...offset.slice(1).map((local, at) =>
            block(
              set(value, one.add(get(local), one.load(get(rows), 8 * (at + 1)))),
              // Which is nearest cannot be predicted: selecting costs less than a branch.
              set(best, select(i32(at + 1), get(best), f64Less(get(value), get(smallest)))),
              set(smallest, select(get(value), get(smallest), f64Less(get(value), get(smallest)))),
            ),
          ),
          storeI32(get(nearest), get(best)),
          advance(rows, 8 * p),
          advance(nearest, 4),
        ),
      ),
    );
  });
}

/**
 * (x, end, numerator, gram, sums): rows of the numerator become x ∘ numerator / (x G + tiny), G being p × p, and `sums` (p × p)
 * += their Gram matrix.
 */
export function updateKernel(p: number, tiny: number): Kernel | undefined {
  return kernel(`update ${p}`, () => {
    const [x, end, numerator, gram, sums] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const lanes = rowLanes(p);
    const locals = () => lanes.map((lane) => f.local(lane.lanes.type));
    const denominator = locals();
    const fresh = locals();
    const products = Array.from({ length: p }, locals);
    const at = (j: number, offset: number) => 8 * p * j + offset;
    return f.module(
      block(
        ...products.flatMap((row, j) =>
          lanes.map((lane, n) => set(row[n]!, lane.lanes.load(get(sums), at(j, lane.offset)))),
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
          ...products.flatMap((row, j) =>
            lanes.map(({ lanes: kind }, n) =>
              set(
                row[n]!,
                kind.add(get(row[n]!), kind.mul(kind.loadSplat(get(numerator), 8 * j), get(fresh[n]!))),
              ),
            ),
          ),
          advance(x, 8 * p),
          advance(numerator, 8 * p),
        ),
        ...products.flatMap((row, j) =>
          lanes.map((lane, n) => lane.lanes.store(get(sums), get(row[n]!), at(j, lane.offset))),
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
