import type { SiloOperations } from '../../workflows/contracts/operations.js';
import type { SiteContext } from '../compute/site.js';
import { channelOperations } from './channel.js';
import { foldPartyOperations } from './fold-parties.js';
import { publishOperation } from './publish.js';
import { scoreOperation } from './score.js';
import { summarizeOperation } from './summarize.js';
import { trainingOperations } from './train.js';

/** All that a silo does in a run, as it runs in the silo's compute child. */
export function createSiloOperations(context: SiteContext): SiloOperations {
  return {
    ...channelOperations(context),
    ...publishOperation(context),
    ...summarizeOperation(context),
    ...trainingOperations(context),
    ...foldPartyOperations(context),
    ...scoreOperation(context),
  };
}
