import { rowRange } from '../../core/algebra/stack.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import { ownParameters } from '../../core/models/manifest.js';
import { familyOf } from '../../core/models/programs.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { readClasses } from './class-names.js';
import { recoded } from './recoded.js';
import { scoresOfTarget } from './score-target.js';

/** How good a model of before is on the test rows of today. */
export function measureOperation(context: SiteContext): Pick<AggregatorOperations, 'measure'> {
  return {
    measure: (input) =>
      context.journal.once('measure', input.execution, input, () =>
        measured(context, async (measuring) => {
          const { stores } = measuring;
          const { type, ...model } = input.model;
          const target = readTarget(await stores.get(input.target));
          const rows = target.rows - target.trainRows;
          const known = await readClasses(stores, model);
          const labels = recoded(target.labels.subarray(target.trainRows), target.classes, known);
          if (labels === undefined) return { metrics: null, rows };
          const scores = rowRange(await scoresOfTarget(measuring, target, input), target.trainRows, rows);
          const network = model.network && (await stores.get(model.network));
          const metrics = familyOf(type).measure(scores, ownParameters(model), labels, network);
          return { metrics, rows };
        }),
      ),
  };
}
