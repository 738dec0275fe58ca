import {
  codesTerm,
  numbersTerm,
  present,
  squaresOf,
  type Block,
  type Codes,
  type Numbers,
  type Term,
} from './block.js';
import type { OnnxGraph, Value } from './graph.js';

/** Each column of a by each of b, in the order of `productMatrix` (core/integration/encoding/products.ts). */
export function productTerm(graph: OnnxGraph, a: Block, b: Block): Term {
  if ('codes' in a) return 'codes' in b ? crossed(graph, a, b) : scaledLevels(graph, b, a, 'level first');
  return 'codes' in b ? scaledLevels(graph, a, b, 'number first') : outer(graph, a, b);
}

/** The category of pairs of levels. */
function crossed(graph: OnnxGraph, a: Codes, b: Codes): Term {
  const number = (value: number) => graph.integers([value], [1]);
  const levels = a.levels * b.levels;
  const absent = graph.apply('Or', [
    graph.apply('Equal', [a.codes, number(a.levels)]),
    graph.apply('Equal', [b.codes, number(b.levels)]),
  ]);
  const pair = graph.apply('Add', [graph.apply('Mul', [a.codes, number(b.levels)]), b.codes]);
  return codesTerm(graph, { codes: graph.apply('Where', [absent, number(levels), pair]), levels });
}

function outer(graph: OnnxGraph, a: Numbers, b: Numbers): Term {
  const column = graph.apply('Unsqueeze', [a.numbers, graph.integers([2], [1])]);
  const row = graph.apply('Unsqueeze', [b.numbers, graph.integers([1], [1])]);
  const numbers = graph.apply('Flatten', [graph.apply('Mul', [column, row])], { axis: 1 });
  return numbersTerm(graph, { numbers, columns: a.columns * b.columns });
}

/** The numbers of a row in the columns of its level, 0 in those of others: of θ, the rows of the level are looked up. */
function scaledLevels(
  graph: OnnxGraph,
  { numbers, columns: width }: Numbers,
  codes: Codes,
  order: 'level first' | 'number first',
): Term {
  const { levels } = codes;
  return {
    columns: width * levels,
    times({ data, columns: q }): Value {
      const rows = new Float64Array((levels + 1) * width * q);
      for (let level = 0; level < levels; level++)
        for (let j = 0; j < width; j++) {
          const column = order === 'level first' ? level * width + j : j * levels + level;
          rows.set(data.subarray(column * q, (column + 1) * q), (level * width + j) * q);
        }
      const own = graph.apply('Gather', [graph.numbers(rows, [levels + 1, width, q]), codes.codes], {
        axis: 0,
      });
      const row = graph.apply('Unsqueeze', [numbers, graph.integers([1], [1])]);
      return graph.apply('Squeeze', [graph.apply('MatMul', [row, own]), graph.integers([1], [1])]);
    },
    squares: () => graph.apply('Mul', [present(graph, codes, 1), squaresOf(graph, numbers)]),
  };
}
