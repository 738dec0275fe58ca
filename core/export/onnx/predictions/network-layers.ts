import type { LayerClass, LayerConfig } from '../../../job/architecture/layer-kinds.js';
import type { OnnxGraph, Value } from '../graph.js';

/** A weight of a layer, by the name that a stored network gives it. */
export type WeightOf = (name: string) => {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
};

/** What a layer makes of rows of units, N × units in float32; undefined where ONNX is not asked to say it. */
type LayerGraph = (graph: OnnxGraph, a: Value, config: LayerConfig, weight: WeightOf) => Value | undefined;

const operator = (name: string) => (graph: OnnxGraph, a: Value) => graph.apply(name, [a]);

/** Those of Keras that are an operator of ONNX, but for a factor. */
const ACTIVATIONS: Readonly<Record<string, (graph: OnnxGraph, a: Value) => Value>> = {
  linear: (_graph, a) => a,
  relu: operator('Relu'),
  elu: operator('Elu'),
  sigmoid: operator('Sigmoid'),
  softplus: operator('Softplus'),
  softsign: operator('Softsign'),
  tanh: operator('Tanh'),
  swish: (graph, a) => graph.apply('Mul', [a, graph.apply('Sigmoid', [a])]),
};

/** Of rows of units; dropout plays no part in prediction. */
const LAYERS: Readonly<Partial<Record<LayerClass, LayerGraph>>> = {
  Dense(graph, a, config, weight) {
    const { data, shape } = weight('kernel');
    return biased(graph, graph.apply('MatMul', [a, graph.floats(data, shape)]), config, weight);
  },
  Activation: activated,
  Dropout: (_graph, a) => a,
  /** scale (a − mean) / √(variance + ε) + shift, with running statistics. */
  BatchNormalization(graph, a, { epsilon }, weight) {
    const [mean, variance, scale] = [weight('mean'), weight('variance'), weight('scale')];
    const factor = Array.from(
      scale.data,
      (one, at) => one / Math.sqrt((variance.data[at] ?? 0) + Number(epsilon)),
    );
    const centred = graph.apply('Sub', [a, row(graph, mean)]);
    const scaled = graph.apply('Mul', [centred, row(graph, { data: factor })]);
    return graph.apply('Add', [scaled, row(graph, weight('shift'))]);
  },
};

/** A layer in prediction; undefined for one that is not said in ONNX. */
export function layerOf(
  graph: OnnxGraph,
  a: Value,
  { class_name, config }: { readonly class_name: LayerClass; readonly config: LayerConfig },
  weight: WeightOf,
): Value | undefined {
  return LAYERS[class_name]?.(graph, a, config, weight);
}

/** f(a + b), of the first layer, whose product has been formed. */
export function biased(graph: OnnxGraph, a: Value, config: LayerConfig, weight: WeightOf): Value | undefined {
  const sum = config['use_bias'] === false ? a : graph.apply('Add', [a, row(graph, weight('bias'))]);
  return activated(graph, sum, config);
}

function activated(graph: OnnxGraph, a: Value, { activation }: LayerConfig): Value | undefined {
  return ACTIVATIONS[String(activation)]?.(graph, a);
}

function row(graph: OnnxGraph, { data }: { readonly data: ArrayLike<number> }): Value {
  return graph.floats(data, [1, data.length]);
}
