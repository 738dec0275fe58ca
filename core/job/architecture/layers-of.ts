import type { z } from 'zod';
import type { neuralNetworkSchema } from '../model-schema.js';
import { readArchitecture, sizesOf, type Architecture, type LayerSpec } from './read-architecture.js';

type NeuralNetwork = z.output<typeof neuralNetworkSchema>;
type Described = Pick<
  NeuralNetwork,
  'architecture' | 'hidden' | 'activation' | 'batchNormalization' | 'dropout' | 'output'
> & {
  /** C, where the output is softmax; without it, what stands above the first layer is not to be counted on. */
  readonly classes?: number | undefined;
};

/** The layers of a network: those that the job gives, or dense ones as it describes them. */
export function architectureOf(model: Described): Architecture {
  if (model.architecture !== undefined) return readArchitecture(model.architecture);
  const layers = describedLayers(model);
  return { layers, ...sizesOf(layers) };
}

/** What stands above one dense layer has its name, as in f = dropout ∘ activation ∘ normalise. */
function describedLayers({
  hidden,
  activation,
  batchNormalization,
  dropout,
  output,
  classes = 1,
}: Described): LayerSpec[] {
  const above = hidden.flatMap((units, at): LayerSpec[] => {
    const name = String(at);
    return [
      dense(name, units, batchNormalization ? 'linear' : activation),
      ...(batchNormalization
        ? [layer('BatchNormalization', { name, ...NORMALISING }), layer('Activation', { name, activation })]
        : []),
      ...(dropout > 0 ? [layer('Dropout', { name, rate: dropout })] : []),
    ];
  });
  const units = output === 'softmax' ? classes : 1;
  return [...above, dense(String(hidden.length), units, output ?? 'linear')];
}

const BY_KERAS = { class_name: 'GlorotUniform', config: {} };
const zeros = { class_name: 'Zeros', config: {} };
const ones = { class_name: 'Ones', config: {} };
const NORMALISING = {
  ...{ axis: -1, momentum: 0.99, epsilon: 1e-3, center: true, scale: true },
  ...{ beta_initializer: zeros, gamma_initializer: ones },
  ...{ moving_mean_initializer: zeros, moving_variance_initializer: ones },
};

function dense(name: string, units: number, activation: string): LayerSpec {
  const initial = { kernel_initializer: BY_KERAS, bias_initializer: zeros };
  return layer('Dense', { name, units, activation, use_bias: true, ...initial });
}

function layer(name: LayerSpec['class_name'], config: LayerSpec['config']): LayerSpec {
  return { class_name: name, config };
}
