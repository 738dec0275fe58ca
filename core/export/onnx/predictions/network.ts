import { entryOf } from '../../../entry-of.js';
import { EPSILON } from '../../../models/network/forward.js';
import { readNetwork } from '../../../models/network/saved.js';
import { widthsOf } from '../../../models/network/spec.js';
import type { Prediction } from '../exported-model.js';
import type { Value } from '../graph.js';

const ACTIVATIONS = { relu: 'Relu', tanh: 'Tanh', elu: 'Elu' } as const;

/** The layers above the first (core/models/network/layers.ts) in float32, as they are trained, with running statistics. */
export const network: Prediction = (graph, scores, { network: bundle }) => {
  if (bundle === undefined) throw new Error('the layers above the first are missing');
  const { spec, weights } = readNetwork(bundle);
  const widths = widthsOf(spec);
  const row = (values: Float64Array) => graph.floats(values, [1, values.length]);
  /** scale (a − mean) / √(variance + ε) + shift. */
  const normalised = (a: Value, layer: number) => {
    const variance = entryOf(weights, `variance.${layer}`);
    const scale = entryOf(weights, `scale.${layer}`);
    const factor = scale.map((one, at) => one / Math.sqrt(variance[at]! + EPSILON));
    const centred = graph.apply('Sub', [a, row(entryOf(weights, `mean.${layer}`))]);
    return graph.apply('Add', [
      graph.apply('Mul', [centred, row(factor)]),
      row(entryOf(weights, `shift.${layer}`)),
    ]);
  };
  const z = graph.apply('Cast', [scores], { to: graph.element('float') });
  let a = graph.apply('Add', [z, row(entryOf(weights, 'bias.0'))]);
  for (let layer = 1; layer < widths.length; layer++) {
    const normal = spec.batchNormalization ? normalised(a, layer - 1) : a;
    const inputs = graph.apply(ACTIVATIONS[spec.activation], [normal]);
    const kernel = graph.floats(entryOf(weights, `kernel.${layer}`), [widths[layer - 1]!, widths[layer]!]);
    a = graph.apply('Add', [graph.apply('MatMul', [inputs, kernel]), row(entryOf(weights, `bias.${layer}`))]);
  }
  const score = graph.apply('Cast', [a], { to: graph.element('double') });
  const prediction = spec.output === 'sigmoid' ? graph.apply('Sigmoid', [score]) : score;
  graph.output('prediction', prediction, 'double');
};
