import type { LayerSpec } from './read-architecture.js';

/** Whether the last layer gives a probability by a sigmoid. */
export function endsInSigmoid(layers: readonly LayerSpec[]): boolean {
  const last = layers.at(-1);
  if (last?.class_name !== 'Dense' && last?.class_name !== 'Activation') return false;
  return last.config['activation'] === 'sigmoid';
}

/** The same layers up to the score s of the probability 1 / (1 + e⁻ˢ). */
export function withoutSigmoid(layers: readonly LayerSpec[]): readonly LayerSpec[] {
  return layers.map((layer, at) =>
    at === layers.length - 1 ? { ...layer, config: { ...layer.config, activation: 'linear' } } : layer,
  );
}
