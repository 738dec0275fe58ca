import { freeing } from '../tensorflow.js';
import type { Penalty } from './optimizer.js';
import { penaltyOf } from './penalty.js';
import type { NetworkSpec } from './spec.js';
import {
  freshNetwork,
  upperNetwork,
  weightName,
  type LayerVariable,
  type UpperNetwork,
} from './upper-network.js';

/** A weight of the layers above the first product. */
export interface Weight {
  /** `kernel.1` is that of the layer 1; the first layer is 0, and its kernel the parties'. */
  readonly name: string;
  readonly shape: readonly number[];
  /** statistic: found by running means, not by gradients. */
  readonly kind: 'kernel' | 'other' | 'statistic';
  readonly penalty: Penalty;
  /** Of a running mean, what a batch adds to it at the least. */
  readonly newest: number;
}

/** What they are called in a stored model. */
const NAMES: Readonly<Record<string, string>> = {
  gamma: 'scale',
  beta: 'shift',
  moving_mean: 'mean',
  moving_variance: 'variance',
};

/** The weights of the layers that the aggregator has, with the variables of tfjs that stand for them. */
export function variablesOf(
  spec: NetworkSpec,
  { layers }: UpperNetwork = upperNetwork(spec),
): readonly (Weight & { readonly variable: LayerVariable })[] {
  return layers.flatMap(({ spec: { config }, variables }) =>
    variables.map((variable) => {
      const own = weightName(variable);
      const kind = own.startsWith('moving_') ? 'statistic' : own.endsWith('kernel') ? 'kernel' : 'other';
      return {
        name: `${NAMES[own] ?? own}.${config.name}`,
        shape: variable.shape.map(Number),
        kind,
        penalty: penaltyOf(config, own, kind === 'kernel' ? spec.l2 : 0),
        newest: kind === 'statistic' ? 1 - Number(config['momentum']) : 1,
        variable,
      };
    }),
  );
}

export function weightsOf(spec: NetworkSpec): readonly Weight[] {
  return variablesOf(spec);
}

/** The weights as they are before the first step, by the initialisers of tfjs. */
export function initialWeights(spec: NetworkSpec): ReadonlyMap<string, Float64Array> {
  const network = freshNetwork(spec);
  try {
    return freeing(
      () =>
        new Map(
          variablesOf(spec, network).map(({ name, variable }) => [
            name,
            Float64Array.from(variable.read().dataSync()),
          ]),
        ),
    );
  } finally {
    network.dispose();
  }
}
