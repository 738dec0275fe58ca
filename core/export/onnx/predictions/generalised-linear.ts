import type { Prediction } from '../prediction.js';

/** @param link operator from a score to a prediction; default: they are the same */
export function generalisedLinear(link?: string): Prediction {
  return (graph, scores, { own }) => {
    const score = graph.apply('Add', [scores, graph.numbers(own, [1, 1])]);
    graph.output('prediction', link === undefined ? score : graph.apply(link, [score]), 'double');
  };
}
