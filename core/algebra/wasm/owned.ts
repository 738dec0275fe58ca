import { add, advance, block, FunctionBuilder, get, i32, loadI32, mul, one, rowLanes, set, whileBelow } from './assembler.js'; // prettier-ignore
import { I32 } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

/**
 * (rows, end, targets, values, y, into): row targets[e] of `into` += values[e] · row rows[e] of Y for each entry e in their order,
 * rows[e] being at the address `rows`, up to `end`. Without values they are all 1.
 */
export function ownedSumKernel(p: number, valued: boolean): Kernel | undefined {
  return kernel(`owned sum ${p} ${String(valued)}`, () => {
    const [rows, end, targets, values, y, into] = [0, 1, 2, 3, 4, 5];
    const f = new FunctionBuilder(6);
    const [from, to] = [f.local(I32), f.local(I32)];
    return f.module(
      whileBelow(
        rows,
        get(end),
        set(from, add(get(y), mul(loadI32(get(rows)), i32(8 * p)))),
        set(to, add(get(into), mul(loadI32(get(targets)), i32(8 * p)))),
        ...rowLanes(p).map(({ lanes, offset }) => {
          const cell = lanes.load(get(from), offset);
          const term = valued ? lanes.mul(lanes.loadSplat(get(values)), cell) : cell;
          return lanes.store(get(to), lanes.add(lanes.load(get(to), offset), term), offset);
        }),
        advance(rows, 4),
        advance(targets, 4),
        valued ? advance(values, 8) : block(),
      ),
    );
  });
}

/** (rows, end, targets, groups, into): adds 1 to into[targets[e] · p + groups[rows[e]]] for each entry e. */
export function ownedCountKernel(p: number): Kernel | undefined {
  return kernel(`owned count ${p}`, () => {
    const [rows, end, targets, groups, into] = [0, 1, 2, 3, 4];
    const f = new FunctionBuilder(5);
    const to = f.local(I32);
    const group = loadI32(add(get(groups), mul(loadI32(get(rows)), i32(4))));
    return f.module(
      whileBelow(
        rows,
        get(end),
        set(to, add(get(into), mul(add(mul(loadI32(get(targets)), i32(p)), group), i32(8)))),
        one.store(get(to), one.add(one.load(get(to)), one.constant(1))),
        advance(rows, 4),
        advance(targets, 4),
      ),
    );
  });
}
