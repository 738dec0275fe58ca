import type { ModelType } from '../job/schema.js';
import type { ModelFamily } from './family.js';
import { generalisedLinear } from './glm/family.js';
import { kMeans } from './k-means/family.js';
import { linearRegression } from './linear-regression.js';
import { logisticLoss } from './logistic-regression.js';
import { nmf } from './nmf/family.js';
import { softmaxRegression } from './softmax/family.js';

/** Models that train by exchanging partial products. */
const FAMILIES: Partial<Record<ModelType, ModelFamily>> = {
  'linear-regression': linearRegression,
  'logistic-regression': generalisedLinear(logisticLoss, 'classification'),
  'softmax-regression': softmaxRegression,
  'k-means': kMeans,
  nmf,
};

/** @throws Error for a model that has no exchange: it trains on the materialized table only */
export function familyOf(type: ModelType): ModelFamily {
  const family = FAMILIES[type];
  if (family === undefined) throw new Error(`${type} does not train by exchanging partial products`);
  return family;
}
