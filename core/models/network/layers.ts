import { draws } from '../draws.js';
import { widthsOf, type NetworkSpec } from './spec.js';

/** A weight of the layers above the first product. */
export interface Weight {
  readonly name: string;
  readonly shape: readonly number[];
  /** kernel: penalised, and drawn at the beginning; statistic: found by running means, not by gradients. */
  readonly kind: 'kernel' | 'bias' | 'scale' | 'statistic';
}

/**
 * The weights of the layers that the aggregator has, layer 0 being the sums Z of the parties' products:
 *
 *     a₀ = Z + bias.0,   a_l = f(a_{l−1}) kernel.l + bias.l,   f = dropout ∘ activation ∘ normalise
 *
 * normalise(a) = scale.l (a − mean.l) / √(variance.l + ε) + shift.l, where the network normalises (Ioffe and Szegedy, ICML 2015).
 */
export function weightsOf(spec: NetworkSpec): readonly Weight[] {
  const widths = widthsOf(spec);
  return widths.flatMap((units, layer): Weight[] => {
    const below = widths[layer - 1];
    const vector = (name: string, kind: Weight['kind']) => ({
      name: `${name}.${layer}`,
      shape: [units],
      kind,
    });
    return [
      ...(below === undefined
        ? []
        : [{ name: `kernel.${layer}`, shape: [below, units], kind: 'kernel' as const }]),
      vector('bias', 'bias'),
      ...(spec.batchNormalization && layer < widths.length - 1
        ? [
            vector('scale', 'scale'),
            vector('shift', 'bias'),
            vector('mean', 'statistic'),
            vector('variance', 'statistic'),
          ]
        : []),
    ];
  });
}

/** Largest initial weight of a layer: Glorot and Bengio, AISTATS 2010, (16). */
export function glorotLimit(inputs: number, units: number): number {
  return Math.sqrt(6 / (inputs + units));
}

/** Kernels are uniform in ± the limit, drawn by seed and place; scales and variances are 1, all else 0. */
export function initialWeights(spec: NetworkSpec): ReadonlyMap<string, Float64Array> {
  return new Map(
    weightsOf(spec).map(({ name, shape, kind }) => {
      const [rows = 1, columns = 1] = shape;
      if (kind !== 'kernel') {
        const value = kind === 'scale' || name.startsWith('variance') ? 1 : 0;
        return [name, new Float64Array(rows).fill(value)];
      }
      const draw = draws(`network ${name} ${spec.seed}`);
      const limit = glorotLimit(rows, columns);
      const drawn = (_: unknown, at: number) =>
        limit * (2 * draw(Math.floor(at / columns), at % columns) - 1);
      return [name, Float64Array.from({ length: rows * columns }, drawn)];
    }),
  );
}
