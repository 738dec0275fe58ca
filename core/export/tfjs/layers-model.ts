import { entryOf } from '../../entry-of.js';
import type { Bundle } from '../../exchange/bundle.js';
import { architectureOf } from '../../job/architecture/layers-of.js';
import { architectureJson, type LayerSpec } from '../../job/architecture/read-architecture.js';
import type { Dense } from '../../algebra/matrix.js';
import { storedSpec } from '../../models/network/spec.js';

/** A weight as the manifest of a model.json names it. */
interface Named {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface LayersModel {
  /** What stands in the model.json. */
  readonly json: object;
  /** The weights one after another in the order of the manifest, float32, little-endian. */
  readonly weights: Uint8Array;
}

/** Weights of each class of layers, by their names in a stored network. */
const OWN: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Dense: { kernel: 'kernel', bias: 'bias' },
  Conv1D: { kernel: 'kernel', bias: 'bias' },
  BatchNormalization: {
    gamma: 'scale',
    beta: 'shift',
    moving_mean: 'mean',
    moving_variance: 'variance',
  },
  LayerNormalization: { gamma: 'scale', beta: 'shift' },
};

/** File beside the model.json that has its weights. */
export const WEIGHTS_FILE = 'weights.bin';

/**
 * A network in one piece again, as tf.loadLayersModel reads it: a row of encoded columns in, what is predicted of it out.
 * @param kernel W of the first layer, c_T × h
 * @param network the layers above it (`manifest.network`)
 */
export function layersModel(kernel: Dense, network: Bundle): LayersModel {
  const { layers } = architectureOf(storedSpec.parse(network.json));
  const named = layers.map((layer, at) => renamed(layer, at, kernel.rows));
  const first: Named = {
    name: `${nameOf(layers[0]?.class_name ?? 'Dense', 0)}/kernel`,
    shape: [kernel.rows, kernel.columns],
    data: Float32Array.from(kernel.data),
  };
  const above = layers.flatMap((layer, at) => weightsOf(layer, at, network));
  const weights = [first, ...above];
  const json = {
    format: 'layers-model',
    generatedBy: 'amalur',
    convertedBy: null,
    modelTopology: { keras_version: 'tfjs-layers 4', backend: 'tensor_flow.js', ...architectureJson(named) },
    weightsManifest: [
      {
        paths: [WEIGHTS_FILE],
        weights: weights.map(({ name, shape }) => ({ name, shape, dtype: 'float32' })),
      },
    ],
  };
  return { json, weights: concatenated(weights.map(({ data }) => data)) };
}

function nameOf(className: string, at: number): string {
  return `${className.toLowerCase()}_${String(at)}`;
}

/** Unique names; and how wide a row is. */
function renamed({ class_name: className, config }: LayerSpec, at: number, columns: number): LayerSpec {
  const input = at === 0 ? { batch_input_shape: [null, columns], dtype: 'float32' } : {};
  return { class_name: className, config: { ...config, ...input, name: nameOf(className, at) } };
}

function weightsOf({ class_name: className, config }: LayerSpec, at: number, { tensors }: Bundle): Named[] {
  return Object.entries(OWN[className] ?? {}).flatMap(([name, stored]) => {
    // The first kernel is the parties'; a layer may have no bias.
    if (config['use_bias'] === false && name === 'bias') return [];
    if (at === 0 && name === 'kernel') return [];
    const { shape, data } = entryOf(tensors, `${stored}.${config.name}`);
    return [
      { name: `${nameOf(className, at)}/${name}`, shape, data: Float32Array.from(data as Float32Array) },
    ];
  });
}

function concatenated(arrays: readonly Float32Array[]): Uint8Array {
  const bytes = arrays.map(({ buffer, byteOffset, byteLength }) =>
    Buffer.from(buffer, byteOffset, byteLength),
  );
  return Buffer.concat(bytes);
}
