import { catalog } from './activity-proxies.js';
import type { PromotionRequest, PromotionResult } from './contracts/retraining.js';
import { endOf } from './failures.js';

/** Lets an alias of a model name another version, as a person has decided. */
export async function promoteModel(request: PromotionRequest): Promise<PromotionResult> {
  try {
    return await catalog.promoteModel(request);
  } catch (error) {
    throw endOf(error);
  }
}
