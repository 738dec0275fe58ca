import { CancellationScope } from '@temporalio/workflow';
import { entryOf } from '../core/entry-of.js';
import type { Candidate } from '../core/planner/plan.js';
import type { Steering } from '../core/training/steering.js';
import { sessionsAt } from './activity-proxies.js';
import { siteOf } from './contracts/task-queues.js';
import { sharesOf, siloOfSite, type Run } from './publish.js';
import { nonZeroOf } from './train-here.js';
import type { RoundsState } from './train-in-rounds.js';

/** Seconds that a segment should last: as often a run tells how far it is, and takes in what it is told. */
const SEGMENT_SECONDS = 2.5;
/** Of the first one, which goes by the planner's estimate. */
const FIRST_SECONDS = 0.1;
/** A segment has at the most so many times the exchanges of the one before: one that was quick may have been so by chance. */
const GROWTH = 2;
const MOST_EXCHANGES = 1000;

/** Exchanges of the first segment of a training. @param trainings that the planner's seconds are of */
export function firstSegment({ seconds, rounds }: Candidate, trainings: number): number {
  const all = seconds.compute + seconds.transfer + seconds.orchestration;
  const perRound = all / (rounds.expected * trainings);
  return bounded(FIRST_SECONDS / perRound);
}

/**
 * Some exchanges, in which parties and aggregator step in turns without the workflow: a session at each site, all at once. An
 * exchange is a step of every share that has a message, side by side, then one of the aggregator. That is a round; where
 * tables share columns it is half of one, and the next exchange is the other half.
 * @param steering what the aggregator is told with the first of them
 */
export async function makeSegment(
  run: Run,
  { site }: Candidate,
  state: RoundsState,
  steering?: Steering,
): Promise<RoundsState> {
  const { execution, watch, ledger } = run;
  const { down, aggregator: head, exchanges, segment: most } = state;
  if (!down) throw new Error('the aggregator has stopped without a reason');
  const began = Date.now();
  const summary = `from round ${String(state.round + 1)}`;
  const silos = sharesBySilo(run);
  const segment = { execution, site, exchanges, most, head, ...(steering && { steering }) };
  const [parties, aggregator] = await together(() =>
    Promise.all([
      Promise.all(
        Object.entries(silos).map(async ([silo, shares]) => {
          watch.silo(silo, 'in step');
          const heads = Object.fromEntries(shares.map((id) => [id, entryOf(state.heads, id)]));
          const own = Object.fromEntries(shares.flatMap((id) => (down[id] ? [[id, down[id]]] : [])));
          const session = sessionsAt(siteOf(silo), `${silo}, ${summary}`).partySession;
          return { silo, ...(await session({ ...segment, silo, heads, down: own })) };
        }),
      ),
      sessionsAt(site, summary).aggregatorSession({ ...segment, silos, called: Object.keys(down) }),
    ]),
  );
  ledger.segment(aggregator.critical, [...parties, { silo: siloOfSite(site), cost: aggregator.cost }]);
  if (aggregator.progress) watch.round(aggregator.progress);
  for (const { silo, cost } of parties) watch.silo(silo, 'in step', cost);
  return {
    ...state,
    round: aggregator.progress?.round ?? state.round,
    ...(aggregator.progress && nonZeroOf(aggregator.progress)),
    exchanges: exchanges + aggregator.made,
    segment: nextSegment(aggregator.made, (Date.now() - began) / 1000),
    aggregator: aggregator.head,
    heads: Object.assign({}, ...parties.map(({ heads }) => heads)) as RoundsState['heads'],
    down: aggregator.down,
    stopped: aggregator.stopped,
    shared: aggregator.shared,
  };
}

/** Where one session has failed the others would wait for it in vain. */
async function together<T>(sessions: () => Promise<T>): Promise<T> {
  const scope = new CancellationScope();
  try {
    return await scope.run(sessions);
  } catch (error) {
    scope.cancel();
    throw error;
  }
}

function sharesBySilo({ resolved }: Run): Record<string, string[]> {
  const silos: Record<string, string[]> = {};
  for (const { id, silo } of sharesOf(resolved)) (silos[silo] ??= []).push(id);
  return silos;
}

function nextSegment(made: number, seconds: number): number {
  return bounded(Math.min(GROWTH * made, (SEGMENT_SECONDS * made) / seconds));
}

function bounded(exchanges: number): number {
  return Math.max(1, Math.min(MOST_EXCHANGES, Math.floor(exchanges)));
}
