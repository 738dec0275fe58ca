import type { ModelType } from '../job/schema.js';
import { glmAggregator } from '../training/glm-aggregator.js';
import { glmParty } from '../training/glm-party.js';
import type { AggregatorProgram, PartyProgram } from '../training/program.js';
import { squaredLoss } from './linear-regression.js';
import { logisticLoss } from './logistic-regression.js';
import type { Loss } from './loss.js';

/** Models that train by exchanging partial products, each a loss with the programs that minimise it. */
const LOSSES: Partial<Record<ModelType, Loss>> = {
  'linear-regression': squaredLoss,
  'logistic-regression': logisticLoss,
};

/** @throws Error for a model that has no exchange: it trains on the materialized table only */
export function lossOf(type: ModelType): Loss {
  const loss = LOSSES[type];
  if (loss === undefined) throw new Error(`${type} does not train by exchanging partial products`);
  return loss;
}

export function programsOf(type: ModelType): { party: PartyProgram; aggregator: AggregatorProgram } {
  const loss = lossOf(type);
  return { party: glmParty(loss.curvature), aggregator: glmAggregator(loss) };
}
