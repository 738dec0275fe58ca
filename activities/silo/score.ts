import { readFeatures } from '../../core/exchange/table-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import { encode } from '../../core/integration/encode.js';
import { scoresOf } from '../../core/models/family.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import { denseBundle } from '../../core/training/tensors.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import { homeBetween, measured, type SiteContext } from '../compute/site.js';

/** Partial scores D_k θ_k, one a source row: what a silo gives to an inference without rows leaving it. */
export function scoreOperation(context: SiteContext): Pick<SiloOperations, 'score'> {
  return {
    score: (input) =>
      context.journal.once('score', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const scores: Record<string, BlobRef> = {};
          for (const { party, features, part } of input.parties) {
            const { encoder, theta } = readPart(await stores.get(part));
            const table = encode(readFeatures(await stores.get(features)), encoder);
            const given = scoresOf(familyOf(input.type), table, theta);
            const home = homeBetween(context.site, input.site);
            scores[party] = await stores.put(home, 'scores', denseBundle('scores', given));
          }
          return { scores };
        }),
      ),
  };
}
