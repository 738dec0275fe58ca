import { entryOf } from '../../../entry-of.js';
import { AmalurError } from '../../../errors.js';
import { architectureOf } from '../../../job/architecture/layers-of.js';
import { upToScores } from '../../../job/architecture/activation-at-end.js';
import { storedSpec } from '../../../models/network/spec.js';
import type { Prediction } from '../prediction.js';
import { biased, layerOf, type WeightOf } from './network-layers.js';
import { classOutputs } from './softmax.js';

/**
 * The layers above the first product (core/models/network/forward.ts) in float32, as they are trained.
 * @throws AMALUR_NOT_EXPORTABLE for a layer that is not said here
 */
export const network: Prediction = (graph, scores, { network: bundle, classes }) => {
  if (bundle === undefined) throw new Error('the layers above the first are missing');
  const spec = storedSpec.parse(bundle.json);
  const { layers } = architectureOf(spec);
  let a = graph.apply('Cast', [scores], { to: graph.element('float') });
  upToScores(layers, spec.output).forEach((layer, at) => {
    const { class_name: name, config } = layer;
    const weight: WeightOf = (own) => {
      const { shape, data } = entryOf(bundle.tensors, `${own}.${config.name}`);
      return { shape, data: Float32Array.from(data as Float32Array) };
    };
    const next = at === 0 ? biased(graph, a, config, weight) : layerOf(graph, a, layer, weight);
    if (next === undefined) throw unsaid(`${name}, layer ${String(at + 1)} of the network,`);
    a = next;
  });
  const score = graph.apply('Cast', [a], { to: graph.element('double') });
  if (spec.output === 'softmax') {
    classOutputs(graph, score, classes);
    return;
  }
  const prediction = spec.output === 'sigmoid' ? graph.apply('Sigmoid', [score]) : score;
  graph.output('prediction', prediction, 'double');
};

function unsaid(what: string): AmalurError {
  return new AmalurError('AMALUR_NOT_EXPORTABLE', `${what} is not written in ONNX`, {
    field: 'format',
    suggestion: 'export the network for TensorFlow.js (--format tfjs), or as .amalur',
  });
}
