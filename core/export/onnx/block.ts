import type { Dense } from '../../algebra/matrix.js';
import type { OnnxGraph, Value } from './graph.js';

/**
 * What a column of raw cells is encoded as, but for its indicator. numbers: N × columns, 0 where a cell is absent. codes: the
 * level of each row, N (int64); as many as there are levels where a cell is absent.
 */
export type Block =
  { readonly numbers: Value; readonly columns: number } | { readonly codes: Value; readonly levels: number };

export type Numbers = Extract<Block, { numbers: Value }>;
export type Codes = Extract<Block, { codes: Value }>;

/** Encoded columns D of the rows, which need not be written out. */
export interface Term {
  readonly columns: number;
  /** D θ, N × q, of θ (columns × q). */
  times(theta: Dense): Value;
  /** ‖d‖² of each row, N × 1. */
  squares(): Value;
}

export function numbersTerm(graph: OnnxGraph, { numbers, columns }: Numbers): Term {
  return {
    columns,
    times: ({ data, columns: q }) => graph.apply('MatMul', [numbers, graph.numbers(data, [columns, q])]),
    squares: () => squaresOf(graph, numbers),
  };
}

/**
 * An indicator column for each level: θ is looked up.
 * @param indicated whether there is a column after them that is 1 where there is a value
 */
export function codesTerm(graph: OnnxGraph, { codes, levels }: Codes, indicated = false): Term {
  return {
    columns: levels + (indicated ? 1 : 0),
    times({ data, columns: q }) {
      // The row after the last is that of an absent cell: zeros.
      const rows = new Float64Array((levels + 1) * q);
      for (let at = 0; at < levels * q; at++)
        rows[at] = data[at]! + (indicated ? data[levels * q + (at % q)]! : 0);
      return graph.apply('Gather', [graph.numbers(rows, [levels + 1, q]), codes], { axis: 0 });
    },
    squares: () => present(graph, { codes, levels }, indicated ? 2 : 1),
  };
}

/** A number where there is a level, 0 where there is none; N × 1. */
export function present(graph: OnnxGraph, { codes, levels }: Codes, value: number): Value {
  const values = new Float64Array(levels + 1).fill(value, 0, levels);
  return graph.apply('Gather', [graph.numbers(values, [levels + 1, 1]), codes], { axis: 0 });
}

export function squaresOf(graph: OnnxGraph, numbers: Value): Value {
  return graph.apply('ReduceSumSquare', [numbers], { axes: { ints: [1] }, keepdims: 1 });
}
