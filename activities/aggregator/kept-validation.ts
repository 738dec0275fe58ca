import { z } from 'zod';
import type { Json } from '../../core/json.js';
import type { CrossValidated } from '../../core/validation/conclude.js';
import type { AggregatorOperations } from '../../workflows/contracts/operations.js';
import { measured, privateHome, type SiteContext } from '../compute/site.js';

const stored = z.custom<CrossValidated>();

/** What cross-validation in one place has found, kept with the site: with many trials it is more than a workflow carries along. */
export function keptValidationOperations(
  context: SiteContext,
): Pick<AggregatorOperations, 'keepValidation' | 'keptValidation'> {
  return {
    keepValidation: (input) =>
      context.journal.once('keep-validation', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          // Names, numbers and null.
          const json = input.found as unknown as Json;
          return { kept: await stores.put(privateHome(context.site), 'measures', { json, tensors: {} }) };
        }),
      ),

    keptValidation: ({ kept }) =>
      measured(context, async ({ stores }) => ({ found: stored.parse((await stores.get(kept)).json) })),
  };
}
