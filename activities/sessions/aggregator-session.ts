import type { Mailbox } from '../../core/exchange/mailbox.js';
import type { Site } from '../../core/planner/plan.js';
import type { Steering } from '../../core/training/steering.js';
import { longest, NO_COST, plus } from '../../workflows/contracts/costs.js';
import type { AggregatorOperations, AggregatorStepOutput } from '../../workflows/contracts/operations.js';
import type { AggregatorSessionInput, AggregatorSessionOutput } from '../../workflows/contracts/sessions.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import { homeBetween } from '../compute/site.js';
import { messageKey, readUp, type DownMessage, type UpMessage } from './messages.js';

export interface AggregatorPort extends Pick<AggregatorOperations, 'aggregatorStep'> {
  readonly site: Site;
  readonly mailbox: Mailbox;
  readonly signal: AbortSignal;
  /** Told how far the session is. */
  readonly report?: (progress: unknown) => void;
}

/** The aggregator's part in a segment: waiting for the answers of all silos that were called, a step, messages down. */
export async function aggregatorSession(
  { site, mailbox, signal, report, aggregatorStep }: AggregatorPort,
  input: AggregatorSessionInput,
): Promise<AggregatorSessionOutput> {
  const { execution, silos, most } = input;
  const answersTo = async (head: string, called: ReadonlySet<string>): Promise<UpMessage[]> => {
    // When one message cannot be taken, nobody waits for the others any more.
    const failed = new AbortController();
    const either = AbortSignal.any([signal, failed.signal]);
    const answers = Object.entries(silos)
      .filter(([, shares]) => shares.some((id) => called.has(id)))
      .map(async ([silo]) => {
        const key = messageKey('up', { execution, head, silo });
        return readUp(await mailbox.take(homeBetween(site, siteOf(silo)), key, either));
      });
    try {
      return await Promise.all(answers);
    } catch (error) {
      failed.abort(error);
      throw error;
    }
  };
  const tell = (head: string, steering: Steering | undefined, step: AggregatorStepOutput): Promise<unknown> =>
    Promise.all(
      Object.entries(silos).map(([silo, shares]) => {
        const { down } = step;
        const own = down && Object.fromEntries(Object.entries(down).filter(([id]) => shares.includes(id)));
        const message: DownMessage = { execution, head: step.head, ...(own && { down: own }) };
        const key = messageKey('down', { execution, head, silo, steering });
        return mailbox.put(homeBetween(site, siteOf(silo)), key, message);
      }),
    );

  let { head } = input;
  let called = new Set(input.called);
  let [cost, critical] = [NO_COST, NO_COST];
  let progress: AggregatorStepOutput['progress'];
  for (let made = 1; ; made++) {
    const answers = await answersTo(head, called);
    const ups = Object.assign({}, ...answers.map((answer) => answer.ups)) as UpMessage['ups'];
    const steering = made === 1 ? input.steering : undefined;
    const step = await aggregatorStep({
      ...{ execution, round: input.exchanges + made, head, ups },
      ...(steering && { steering }),
    });
    critical = plus(critical, plus(longest(answers.map((answer) => answer.cost)), step.cost));
    cost = plus(cost, step.cost);
    progress = step.progress ?? progress;
    if (step.progress) report?.(step.progress);
    // After the last exchange that was asked for nobody listens.
    if (made < most) await tell(head, steering, step);
    const { down, stopped, shared } = step;
    if (made === most || down === undefined) {
      return {
        ...{ made, head: step.head, cost, critical },
        ...(progress && { progress }),
        ...(down && { down }),
        ...(stopped !== undefined && { stopped }),
        ...(shared && { shared }),
      };
    }
    head = step.head;
    called = new Set(Object.keys(down));
  }
}
