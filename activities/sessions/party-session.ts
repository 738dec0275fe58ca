import { entryOf } from '../../core/entry-of.js';
import type { Mailbox } from '../../core/exchange/mailbox.js';
import type { Site } from '../../core/planner/plan.js';
import { NO_COST, plus } from '../../workflows/contracts/costs.js';
import type { SiloOperations } from '../../workflows/contracts/operations.js';
import type { PartySessionInput, PartySessionOutput } from '../../workflows/contracts/sessions.js';
import { homeBetween } from '../compute/site.js';
import { messageKey, readDown, type UpMessage } from './messages.js';

export interface PartyPort extends Pick<SiloOperations, 'partyStep'> {
  readonly site: Site;
  readonly mailbox: Mailbox;
  readonly signal: AbortSignal;
  /** Told how far the session is. */
  readonly report?: (progress: unknown) => void;
}

/** A silo's part in a segment: steps of its shares, answers up, and waiting for what is to come down. */
export async function partySession(
  { site: own, mailbox, signal, report, partyStep }: PartyPort,
  input: PartySessionInput,
): Promise<PartySessionOutput> {
  const { execution, site, silo, most } = input;
  const home = homeBetween(own, site);
  const heads = { ...input.heads };
  let { head, down } = input;
  let cost = NO_COST;
  for (let made = 1; ; made++) {
    const called = Object.entries(down);
    if (called.length > 0) {
      const shares = called.map(([id, ref]) => ({ id, head: entryOf(heads, id), down: ref }));
      const step = await partyStep({ execution, round: input.exchanges + made, site, shares });
      const ups: UpMessage['ups'] = {};
      for (const [id, share] of Object.entries(step.shares)) {
        heads[id] = share.head;
        ups[id] = share.up;
      }
      const message: UpMessage = { execution, ups, cost: step.cost };
      await mailbox.put(home, messageKey('up', { execution, head, silo }), message);
      cost = plus(cost, step.cost);
    }
    report?.({ exchange: input.exchanges + made });
    if (made === most) return { heads, cost };
    const steering = made === 1 ? input.steering : undefined;
    const answer = messageKey('down', { execution, head, silo, steering });
    const told = readDown(await mailbox.take(home, answer, signal));
    if (told.down === undefined) return { heads, cost };
    ({ head, down } = { head: told.head, down: told.down });
  }
}
