import type { LayerSpec } from './read-architecture.js';

/** Activations of a last layer that make probabilities of scores; the loss takes the scores. */
const PROBABILITIES = ['sigmoid', 'softmax'] as const;

/** By what the last layer makes probabilities of scores; undefined where it makes none. */
export function probabilitiesAtEnd(layers: readonly LayerSpec[]): (typeof PROBABILITIES)[number] | undefined {
  const last = layers.at(-1);
  if (last?.class_name !== 'Dense' && last?.class_name !== 'Activation') return undefined;
  return PROBABILITIES.find((name) => last.config['activation'] === name);
}

/** The same layers up to the scores: s of 1 / (1 + e⁻ˢ), or s_j of exp(s_j) / Σ exp(s), where the output is such a probability. */
export function upToScores(
  layers: readonly LayerSpec[],
  output: 'sigmoid' | 'softmax' | 'linear',
): readonly LayerSpec[] {
  if (output === 'linear') return layers;
  return layers.map((layer, at) =>
    at === layers.length - 1 ? { ...layer, config: { ...layer.config, activation: 'linear' } } : layer,
  );
}
