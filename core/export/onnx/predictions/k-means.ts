import { ROUNDING } from '../../../models/k-means/nearest.js';
import type { Prediction } from '../prediction.js';

/** ‖t − c_j‖² = ‖t‖² − 2 t c_jᵀ + ‖c_j‖²; of centres that are as near but for rounding the first (core/models/k-means/nearest.ts). */
export const kMeans: Prediction = (graph, scores, { own }, norms) => {
  const squares = graph.numbers(own, [1, own.length]);
  const sizes = graph.apply('Add', [norms(), squares]);
  const distances = graph.apply('Sub', [sizes, graph.apply('Mul', [scores, graph.number(2)])]);
  const least = graph.apply('ReduceMin', [distances], { axes: { ints: [1] }, keepdims: 1 });
  const rounding = graph.apply('Mul', [sizes, graph.number(ROUNDING)]);
  const near = graph.apply('LessOrEqual', [distances, graph.apply('Add', [least, rounding])]);
  const first = graph.apply('ArgMax', [graph.apply('Cast', [near], { to: graph.element('float') })], {
    axis: 1,
    keepdims: 1,
  });
  const nothingLeft = graph.apply('ReduceMin', [rounding], { axes: { ints: [1] }, keepdims: 1 });
  const square = graph.apply('Where', [graph.apply('Greater', [least, nothingLeft]), least, graph.number(0)]);
  graph.output('cluster', first, 'int64');
  graph.output('distance', graph.apply('Sqrt', [square]), 'double');
};
