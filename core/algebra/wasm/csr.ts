import { add, advance, block, FunctionBuilder, get, I32, i32, loadI32, mul, rowLanes, set, sub, whileBelow } from './assembler.js'; // prettier-ignore
import type { Code } from './assembler.js';
import { kernel, type Kernel } from './kernels.js';

/** Entries a row that are written out instead of looped over. */
const WIDEST = 64;

/** How the entries of a sparse matrix lie. */
export interface CsrForm {
  /** Whether entries have values; otherwise all are 1. */
  readonly valued: boolean;
  /** Entries of every row if that is the same for all of them, as where categories were spread out. */
  readonly width: number | undefined;
}

const writtenWidth = ({ width = Infinity }: CsrForm) => (width <= WIDEST ? width : undefined);
const nameOf = (form: CsrForm) => `${form.valued ? 'valued' : 'pattern'} ${writtenWidth(form) ?? 'any'}`;

/** (into, end, starts, columns, values, x): row i of `into`, up to the address `end`, is D[i] X or, adding, has it added. */
export function csrProductKernel(p: number, form: CsrForm, adds: boolean): Kernel | undefined {
  return kernel(`csr ${p} ${nameOf(form)} ${String(adds)}`, () => {
    const [into, end, starts, columns, values, x] = [0, 1, 2, 3, 4, 5];
    const f = new FunctionBuilder(6);
    const last = f.local(I32);
    const from = f.local(I32);
    // Two sums that take turns: an addition need not wait for the one before it.
    const sums = [0, 1].map(() => rowLanes(p).map(({ lanes }) => f.local(lanes.type)));
    const entry = (at: number): Code =>
      block(
        set(from, add(get(x), mul(loadI32(get(columns), 4 * at), i32(8 * p)))),
        ...rowLanes(p).map(({ lanes, offset }, n) => {
          const sum = sums[at % 2]![n]!;
          const cell = lanes.load(get(from), offset);
          const term = form.valued ? lanes.mul(lanes.loadSplat(get(values), 8 * at), cell) : cell;
          return set(sum, lanes.add(get(sum), term));
        }),
      );
    const next = (entries: number): Code =>
      block(advance(columns, 4 * entries), form.valued ? advance(values, 8 * entries) : []);
    const turn = (entries: number) =>
      block(...Array.from({ length: entries }, (_, at) => entry(at)), next(entries));
    const width = writtenWidth(form);
    const entries =
      width !== undefined
        ? turn(width)
        : block(
            set(last, add(get(columns), mul(sub(loadI32(get(starts), 4), loadI32(get(starts))), i32(4)))),
            whileBelow(columns, add(get(last), i32(-7)), turn(2)),
            whileBelow(columns, get(last), turn(1)),
            advance(starts, 4),
          );
    return f.module(
      whileBelow(
        into,
        get(end),
        ...rowLanes(p).flatMap(({ lanes, offset }, n) => [
          set(sums[0]![n]!, adds ? lanes.load(get(into), offset) : lanes.constant(0)),
          set(sums[1]![n]!, lanes.constant(0)),
        ]),
        entries,
        ...rowLanes(p).map(({ lanes, offset }, n) =>
          lanes.store(get(into), lanes.add(get(sums[0]![n]!), get(sums[1]![n]!)), offset),
        ),
        advance(into, 8 * p),
      ),
    );
  });
}

/** (y, end, starts, columns, values, into): `into` += Dᵀ Y, row i of Y (up to the address `end`) belonging to row i of D. */
export function csrTransposedKernel(p: number, form: CsrForm): Kernel | undefined {
  return kernel(`csr transposed ${p} ${nameOf(form)}`, () => {
    const [y, end, starts, columns, values, into] = [0, 1, 2, 3, 4, 5];
    const f = new FunctionBuilder(6);
    const last = f.local(I32);
    const to = f.local(I32);
    const row = rowLanes(p).map(({ lanes }) => f.local(lanes.type));
    const entry = (at: number): Code =>
      block(
        set(to, add(get(into), mul(loadI32(get(columns), 4 * at), i32(8 * p)))),
        ...rowLanes(p).map(({ lanes, offset }, n) => {
          const cell = get(row[n]!);
          const term = form.valued ? lanes.mul(lanes.loadSplat(get(values), 8 * at), cell) : cell;
          return lanes.store(get(to), lanes.add(lanes.load(get(to), offset), term), offset);
        }),
      );
    const turn = (entries: number) =>
      block(
        ...Array.from({ length: entries }, (_, at) => entry(at)),
        advance(columns, 4 * entries),
        form.valued ? advance(values, 8 * entries) : [],
      );
    const width = writtenWidth(form);
    const entries =
      width !== undefined
        ? turn(width)
        : block(
            set(last, add(get(columns), mul(sub(loadI32(get(starts), 4), loadI32(get(starts))), i32(4)))),
            whileBelow(columns, get(last), turn(1)),
            advance(starts, 4),
          );
    return f.module(
      whileBelow(
        y,
        get(end),
        ...rowLanes(p).map(({ lanes, offset }, n) => set(row[n]!, lanes.load(get(y), offset))),
        entries,
        advance(y, 8 * p),
      ),
    );
  });
}
