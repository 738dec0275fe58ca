import type { BinsEncoding } from '../../../integration/encoder.js';
import type { Block } from '../block.js';
import type { OnnxGraph, Value } from '../graph.js';

/** The number of edges that x is not below; one more than there are of an absent x. */
export function binsBlock(graph: OnnxGraph, x: Value, { edges }: BinsEncoding): Block {
  const levels = edges.length + 1;
  // Nothing is below −∞: a bin without edges has one that counts for nothing.
  const passed = graph.apply('GreaterOrEqual', [x, graph.numbers([-Infinity, ...edges], [1, levels])]);
  const count = graph.apply(
    'ReduceSum',
    [graph.apply('Cast', [passed], { to: graph.element('int64') }), graph.integers([1], [1])],
    { keepdims: 0 },
  );
  const bin = graph.apply('Sub', [count, graph.integers([1], [1])]);
  const absent = graph.apply('Squeeze', [graph.apply('IsNaN', [x]), graph.integers([1], [1])]);
  return { codes: graph.apply('Where', [absent, graph.integers([levels], [1]), bin]), levels };
}
