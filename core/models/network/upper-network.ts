import type { layers as tfLayers, Tensor } from '@tensorflow/tfjs-node';
import { architectureOf } from '../../job/architecture/layers-of.js';
import { invalid, type LayerSpec } from '../../job/architecture/read-architecture.js';
import { upToScores } from '../../job/architecture/activation-at-end.js';
import { draws } from '../draws.js';
import { freeing, tensorflow, type Tensorflow } from '../tensorflow.js';
import type { NetworkSpec } from './spec.js';
import { toTensorflow } from './to-tensorflow.js';

type Layer = tfLayers.Layer;
export type LayerVariable = Layer['weights'][number];

/** A layer of tfjs above Z: of the first one the activation, and its bias as the variable; its kernel is the parties'. */
export interface UpperLayer {
  readonly spec: LayerSpec;
  readonly layer: Layer;
  readonly variables: readonly LayerVariable[];
}

/** The layers of tfjs to which Z = Σ_k I_k (D_k W_k) is given. Their variables have no values of their own: each step writes them. */
export interface UpperNetwork {
  readonly layers: readonly UpperLayer[];
  dispose(): void;
}

let kept: { readonly key: string; readonly network: UpperNetwork } | undefined;

/** The layers of a network as tfjs has them, with what they began with at first. One network is kept from step to step. */
export function upperNetwork(spec: NetworkSpec): UpperNetwork {
  const { layers, units } = architectureOf(spec);
  const key = JSON.stringify([layers, spec.output]);
  if (kept?.key === key) return kept.network;
  kept?.network.dispose();
  kept = undefined;
  const network = build(upToScores(layers, spec.output), units, spec.seed);
  kept = { key, network };
  return network;
}

/** What a network has before the first step, drawn by seed and name of the weight. */
export function freshNetwork(spec: NetworkSpec): UpperNetwork {
  const { layers, units } = architectureOf(spec);
  return build(layers, units, spec.seed);
}

/** @throws AMALUR_INVALID_NETWORK where tfjs does not take what looked sound */
function build(specs: readonly LayerSpec[], units: number, seed: number): UpperNetwork {
  const tf = tensorflow();
  const made: UpperLayer[] = [];
  const dispose = () => {
    for (const { variables } of made) for (const variable of variables) variable.dispose();
  };
  try {
    freeing(() => {
      let row: Tensor = tf.zeros([1, units]);
      specs.forEach((spec, at) => {
        const layer = layerOf(spec, seed);
        if (at === 0) {
          made.push(firstLayer(spec, layer));
          return;
        }
        // A layer makes its variables when it sees a row.
        row = layer.apply(row) as Tensor;
        made.push({ spec, layer, variables: layer.weights });
      });
    });
  } catch (error) {
    dispose();
    const { message } = error as Error;
    throw invalid(`TensorFlow.js refuses layer ${String(made.length + 1)}: ${message}`);
  }
  return { layers: made, dispose };
}

/** As wide as T, the kernel is not made here: one of a column makes the bias begin as it is to. */
function firstLayer(spec: LayerSpec, layer: Layer): UpperLayer {
  const tf = tensorflow();
  layer.apply(tf.zeros([1, 1]));
  const [kernel, ...variables] = layer.weights;
  kernel?.dispose();
  const activation = tf.layers.activation({ activation: activationOf(spec) });
  return { spec, layer: activation, variables };
}

/** `kernel`, `moving_mean` …: what stands after the layer's name. */
export function weightName({ originalName }: LayerVariable): string {
  return originalName.slice(originalName.lastIndexOf('/') + 1);
}

function layerOf({ class_name: className, config }: LayerSpec, seed: number): Layer {
  const { SerializationMap } = tensorflow().serialization;
  const [made, fromConfig] = SerializationMap.getMap().classNameMap[className] ?? [];
  if (!made || !fromConfig) throw new Error(`there is no class ${className}`);
  const seeded = Object.entries(config).map(([key, value]) => {
    if (!key.endsWith('_initializer')) return [key, value] as const;
    const { class_name, config: settings } = value as { class_name: string; config: object };
    return [key, { class_name, config: { ...settings, seed: seedOf(seed, config.name, key) } }] as const;
  });
  // Statistics of a batch are what a layer without memory has: who remembers how many batches there were, averages them.
  const momentum = className === 'BatchNormalization' ? { momentum: 0 } : {};
  // Names of variables are unique in a process; layers may repeat them.
  const name = `amalur_${config.name}`;
  const layer: unknown = fromConfig(made, toTensorflow({ ...Object.fromEntries(seeded), ...momentum, name }));
  if (layer instanceof tensorflow().layers.Layer) return layer;
  throw new Error(`${className} is no layer`);
}

function activationOf({ config }: LayerSpec) {
  return toTensorflow(config)['activation'] as Parameters<
    Tensorflow['layers']['activation']
  >[0]['activation'];
}

/** A seed as tfjs takes it, of each weight its own; 0 would mean none. */
function seedOf(seed: number, layer: string, weight: string): number {
  return 1 + Math.floor(draws(`network ${layer} ${weight} ${String(seed)}`)(0) * (2 ** 31 - 2));
}
