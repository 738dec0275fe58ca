import type { ModelType } from '../job/schema.js';
import type { ModelFamily } from './family.js';
import { generalisedLinear } from './glm/family.js';
import { kMeans } from './k-means/family.js';
import { linearRegression } from './linear-regression.js';
import { logisticLoss } from './logistic-regression.js';
import { neuralNetwork } from './network/family.js';
import { nmf } from './nmf/family.js';

/** Models that train by exchanging partial products. */
const FAMILIES: Record<ModelType, ModelFamily> = {
  'linear-regression': linearRegression,
  'logistic-regression': generalisedLinear(logisticLoss, 'classification'),
  'k-means': kMeans,
  nmf,
  'neural-network': neuralNetwork,
};

export function familyOf(type: ModelType): ModelFamily {
  return FAMILIES[type];
}
