import type { LayersModel } from '@tensorflow/tfjs-node';
import { tensorflow } from '../../core/models/tensorflow.js';

type Config = Readonly<Record<string, unknown>>;

/** Layers as a person writes them into a model.json, whose input has so many columns. */
export function modelJson(layers: readonly (readonly [string, Config?])[], columns?: number) {
  return {
    class_name: 'Sequential',
    config: {
      layers: layers.map(([name, config = {}], at) => ({
        class_name: name,
        config: {
          ...config,
          ...(at === 0 && columns !== undefined && { batch_input_shape: [null, columns] }),
        },
      })),
    },
  };
}

/** The model of tfjs in one piece. */
export function loaded(
  layers: readonly (readonly [string, Config?])[],
  columns: number,
): Promise<LayersModel> {
  return tensorflow().models.modelFromJSON(modelJson(layers, columns));
}
