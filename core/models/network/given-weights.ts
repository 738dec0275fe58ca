import { architectureOf } from '../../job/architecture/layers-of.js';
import { plus } from '../../training/vectors.js';
import type { Opening } from '../../training/program.js';
import { initialWeights, weightsOf } from './layers.js';
import { readNetwork } from './saved.js';
import type { NetworkSpec } from './spec.js';

/**
 * The weights above the first product with which a training begins at those of an earlier model. A weight of another shape begins by
 * itself, and so does the last layer where the classes are others. The first bias takes up what the columns' centres have moved.
 */
export function givenWeights(
  spec: NetworkSpec,
  { network, classes: before, shift }: Pick<Opening, 'network' | 'classes' | 'shift'>,
  classes: readonly string[] | undefined,
): ReadonlyMap<string, Float64Array> {
  const fresh = initialWeights(spec);
  if (network === undefined) return fresh;
  const { weights: given } = readNetwork(network);
  const all = weightsOf(spec);
  const [first] = architectureOf(spec).layers;
  const firstBias = `bias.${first?.config.name ?? ''}`;
  const lastLayer = layerOf(all.at(-1)?.name ?? '');
  const sameClasses = before?.join('\n') === classes?.join('\n');
  return new Map(
    all.map(({ name }) => {
      const own = given.get(name);
      const begun = fresh.get(name) ?? new Float64Array(0);
      const fits = own?.length === begun.length && (sameClasses || layerOf(name) !== lastLayer);
      if (!fits) return [name, begun] as const;
      return [name, name === firstBias && shift.length > 0 ? plus(own, 1, shift) : own] as const;
    }),
  );
}

function layerOf(name: string): string {
  return name.slice(name.indexOf('.') + 1);
}
