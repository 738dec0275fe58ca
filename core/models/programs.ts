import type { ModelSpec, ModelType } from '../job/schema.js';
import type { ModelFamily } from './family.js';
import { gammaLoss } from './gamma-regression.js';
import { gaussianMixture } from './gaussian-mixture/family.js';
import { generalisedLinear } from './glm/family.js';
import { huberLosses } from './huber-regression.js';
import { kMeans } from './k-means/family.js';
import { linearRegression } from './linear-regression.js';
import { logisticLoss } from './logistic-regression.js';
import { neuralNetwork } from './network/family.js';
import { nmf } from './nmf/family.js';
import { pca } from './pca/family.js';
import { poissonLoss } from './poisson-regression.js';
import { quantileLosses } from './quantile-regression.js';
import { softmaxRegression } from './softmax/family.js';

/** Models that train by exchanging partial products. */
const FAMILIES: Record<ModelType, ModelFamily> = {
  'linear-regression': linearRegression,
  'logistic-regression': generalisedLinear(logisticLoss, 'classification'),
  'poisson-regression': generalisedLinear(poissonLoss, 'regression'),
  'gamma-regression': generalisedLinear(gammaLoss, 'regression'),
  'huber-regression': generalisedLinear(huberLosses, 'regression'),
  'quantile-regression': generalisedLinear(quantileLosses, 'regression'),
  'softmax-regression': softmaxRegression,
  'k-means': kMeans,
  'gaussian-mixture': gaussianMixture,
  nmf,
  pca,
  'neural-network': neuralNetwork,
};

export function familyOf(type: ModelType): ModelFamily {
  return FAMILIES[type];
}

/** Whether a type that stands in a file of another version, or of anybody, is one that is known here. */
export function isKnownType(type: string): boolean {
  return Object.hasOwn(FAMILIES, type);
}

/** The family of a model with the programs that its settings ask for. */
export function trainedBy(spec: ModelSpec): ModelFamily {
  const family = familyOf(spec.type);
  return 'l1' in spec && spec.l1 > 0 ? { ...family, ...family.sparse } : family;
}
