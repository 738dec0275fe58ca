import { readOwn } from '../../../models/pca/own.js';
import type { Prediction } from '../prediction.js';

/** (t − μ)ᵀ v_j of the scores T [V μ]. */
export const pca: Prediction = (graph, scores, { own }) => {
  Array.from(readOwn(own).means).forEach((mean, j) => {
    const along = graph.apply('Gather', [scores, graph.integers([j], [1])], { axis: 1 });
    graph.output(`component_${j + 1}`, graph.apply('Sub', [along, graph.number(mean)]), 'double');
  });
};
