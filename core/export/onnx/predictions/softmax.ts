import type { Prediction } from '../prediction.js';
import type { OnnxGraph, Value } from '../graph.js';

export const softmax: Prediction = (graph, scores, { own, classes }) => {
  classOutputs(graph, graph.apply('Add', [scores, graph.numbers(own, [1, own.length])]), classes);
};

/** The most probable class of each row, the first of equals, and the probability of each class. @param scores N × C */
export function classOutputs(graph: OnnxGraph, scores: Value, classes: readonly string[] = []): void {
  const probabilities = graph.apply('Softmax', [scores], { axis: 1 });
  const best = graph.apply('ArgMax', [probabilities], { axis: 1, keepdims: 1 });
  if (classes.every(isInteger)) graph.output('class', numbered(graph, best, classes), 'int64');
  else graph.output('class', named(graph, best, classes), 'string');
  classes.forEach((name, at) => {
    const probability = graph.apply('Gather', [probabilities, graph.integers([at], [1])], { axis: 1 });
    graph.output(`probability_${name}`, probability, 'double');
  });
}

function isInteger(name: string): boolean {
  return /^(0|-?[1-9]\d*)$/.test(name) && Number.isSafeInteger(Number(name));
}

function numbered(graph: OnnxGraph, best: Value, classes: readonly string[]): Value {
  const names = graph.integers(classes.map(Number), [classes.length]);
  return graph.apply('Gather', [names, best], { axis: 0 });
}

function named(graph: OnnxGraph, best: Value, classes: readonly string[]): Value {
  return graph.apply(
    'LabelEncoder',
    [best],
    { keys_int64s: { ints: classes.map((_, at) => at) }, values_strings: classes },
    'ai.onnx.ml',
  );
}
