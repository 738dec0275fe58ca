import type { Mailbox } from '../../core/exchange/mailbox.js';
import type { Site } from '../../core/planner/plan.js';
import type { AggregatorOperations, SiloOperations } from '../../workflows/contracts/operations.js';
import type { AggregatorSessions, PartySessions } from '../../workflows/contracts/sessions.js';
import type { CallOptions, ComputePort } from '../compute/forward.js';
import { heartbeating } from '../heartbeats.js';
import { withFailures } from '../failures.js';
import { aggregatorSession } from './aggregator-session.js';
import { partySession } from './party-session.js';

/** The sessions of a site. They run in the worker and only wait there; every step is handed to its compute child. */
export function createSessions(
  site: Site,
  mailbox: Mailbox,
  compute: ComputePort,
): PartySessions & AggregatorSessions {
  const portOf = ({ signal, onProgress: report }: CallOptions) => ({ site, mailbox, signal, report });
  return withFailures<PartySessions & AggregatorSessions>({
    partySession: (input) =>
      heartbeating((options) => {
        // The child answers an operation with what its contract says.
        const partyStep: SiloOperations['partyStep'] = (step) =>
          compute.call('partyStep', step, options) as ReturnType<SiloOperations['partyStep']>;
        return partySession({ ...portOf(options), partyStep }, input);
      }),
    aggregatorSession: (input) =>
      heartbeating((options) => {
        const aggregatorStep: AggregatorOperations['aggregatorStep'] = (step) =>
          compute.call('aggregatorStep', step, options) as ReturnType<AggregatorOperations['aggregatorStep']>;
        return aggregatorSession({ ...portOf(options), aggregatorStep }, input);
      }),
  });
}
