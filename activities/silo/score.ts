import type { BlobRef } from '../../core/exchange/store.js';
import { encode } from '../../core/integration/encode.js';
import { scoresOf } from '../../core/models/family.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import { denseBundle } from '../../core/training/tensors.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';
import { homeBetween, measured, type SiteContext } from '../compute/site.js';

/** Partial scores D_k θ_k, one a source row: what a silo gives to an inference without rows leaving it. */
export function scoreOperation(context: SiteContext): Pick<SiloOperations, 'score'> {
  return {
    score: (input) =>
      context.journal.once('score', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const scores: Record<string, BlobRef> = {};
          for (const share of input.shares) {
            const { encoder, theta } = readPart(await stores.get(share.part));
            const table = encode(await readShare(stores, share), encoder);
            const given = scoresOf(familyOf(input.type), table, theta);
            const home = homeBetween(context.site, input.site);
            scores[share.id] = await stores.put(home, 'scores', denseBundle('scores', given));
          }
          return { scores };
        }),
      ),
  };
}
