import { isGlm } from '../models/glm/party.js';
import type { ModelSpec } from '../job/schema.js';
import type { Search } from '../job/search-schema.js';
import type { Moments } from '../training/moments.js';
import { runSideBySide } from '../training/side-by-side.js';
import { fittedFold, rowsOfFold, type FittedFold, type FoldedRows } from './fit-fold.js';
import type { Fold } from './folds.js';
import { pathOf } from './trial-count.js';

/** Trials at the most that are trained side by side: so many times a step is longer than one trial's. */
const MOST = 8;
/** What their bases of L-BFGS may take together, beside those of one. */
const MOST_BYTES = 256 * 2 ** 20;

/**
 * Trials that are trained side by side with one, itself among them, in their order: the search alone and the number of rows say which, so
 * that they are the same ones again whoever trains them. On a path a trial begins where another ended, so that it is alone, and so is one of another
 * model than a generalised linear one.
 * @param specs the settings of all trials
 * @param rows of T that a training has
 */
export function besideTrial(
  search: Search | undefined,
  trial: number,
  specs: readonly ModelSpec[],
  rows: number,
): readonly number[] {
  if (pathOf(search) !== undefined || !specs.every(isGlm)) return [trial];
  const memory = Math.max(...specs.map((spec) => ('memory' in spec ? spec.memory : 0)));
  const bytes = 8 * (2 * memory + 3) * Math.max(1, rows);
  const together = Math.max(1, Math.min(MOST, Math.floor(MOST_BYTES / bytes)));
  const first = trial - (trial % together);
  const count = Math.min(together, specs.length - first);
  return Array.from({ length: count }, (_, at) => first + at);
}

/** As `fitFold` of each of the settings, with one product where that has one for each. */
export function fitSideBySide(
  rows: FoldedRows,
  specs: readonly ModelSpec[],
  fold: Fold,
  moments: Moments | undefined,
): readonly FittedFold[] {
  const trained = runSideBySide({ ...rowsOfFold(rows, fold), ...(moments && { moments }) }, specs);
  return trained.map((result, at) => fittedFold(rows, specs[at]!, fold, result));
}
