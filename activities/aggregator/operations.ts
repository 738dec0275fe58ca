import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import type { SiteContext } from '../compute/site.js';
import { garbageOperations } from '../garbage/operations.js';
import { exportOperation } from './export-model.js';
import { importOperation } from './import-model.js';
import { fitSharedOperation } from './fit-shared.js';
import { keptValidationOperations } from './kept-validation.js';
import { matchOperations } from './match.js';
import { measureOperation } from './measure.js';
import { predictOperation } from './predict.js';
import { roundOperations } from './rounds.js';
import { localOperations } from './train-here.js';
import { validationOperation } from './validate-here.js';
import { foldOperations } from './validate-rounds.js';

/** All that happens where parties meet, as it runs in the compute child of that site. */
export function createAggregatorOperations(context: SiteContext): AggregatorOperations {
  return {
    ...matchOperations(context),
    ...fitSharedOperation(context),
    ...roundOperations(context),
    ...localOperations(context),
    ...validationOperation(context),
    ...keptValidationOperations(context),
    ...foldOperations(context),
    ...predictOperation(context),
    ...measureOperation(context),
    ...exportOperation(context),
    ...importOperation(context),
    ...garbageOperations(context),
  };
}
