import { compareModels } from '../../core/evaluation/compare-models.js';
import { vectorBundle } from '../../core/exchange/bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import { testPart } from '../../core/integration/target-index.js';
import { withOffsets } from '../../core/models/family.js';
import type { Site } from '../../core/planner/plan.js';
import { float64 } from '../../core/training/tensors.js';
import type { Fitted, ToEvaluate } from '../../workflows/contracts/operations.js';
import { privateHome } from '../compute/site.js';
import type { TestScores } from './evaluate-scores.js';

/** Keeps the predictions of the test rows, which do not leave the site, or compares them with those of another model that were kept. */
export async function compareScores(
  stores: Stores,
  site: Site,
  { family, own, network, target, metrics, scores }: TestScores,
  { keepPredictions, compareWith }: ToEvaluate,
): Promise<Pick<Fitted, 'predictions' | 'differences'>> {
  if (keepPredictions === undefined && compareWith === undefined) return {};
  const predictions = family
    .predict(withOffsets(scores, testPart(target).offsets), own, { ...(network && { network }) })
    .get('prediction');
  if (predictions === undefined) return {};
  if (compareWith === undefined)
    return {
      predictions: await stores.put(
        privateHome(site),
        'predictions',
        vectorBundle('predictions', predictions),
      ),
    };
  const other = float64((await stores.get(compareWith.predictions)).tensors, 'predictions');
  const labels = target.labels.subarray(target.trainRows);
  const differences = compareModels({ metrics, one: predictions, other, labels }, compareWith);
  return differences ? { differences } : {};
}
