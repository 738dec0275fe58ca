import { entryOf } from '../../core/entry-of.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { isShared, sharesById, type TargetIndex } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { trainedBy } from '../../core/models/programs.js';
import type { Site } from '../../core/planner/plan.js';
import type { Actor } from '../../core/training/journal.js';
import type { Message, Progress, StopReason } from '../../core/training/program.js';
import {
  loadRounds,
  saveRounds,
  sharedParameters,
  type RoundsState,
} from '../../core/training/rounds-state.js';
import { startRounds, type Rounds, type RoundsStep } from '../../core/training/rounds.js';
import { stepSteered, type Steering } from '../../core/training/steering.js';
import { denseBundle } from '../../core/training/tensors.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import type { OwnStartRefs } from '../../workflows/contracts/rounds.js';
import { readOwnStart } from '../compute/read-start.js';
import { homeBetween } from '../compute/site.js';

export interface AggregatorStart {
  readonly spec: ModelSpec;
  readonly target: BlobRef;
  readonly silos: Readonly<Record<string, string>>;
  readonly start?: OwnStartRefs;
}

interface Opened {
  readonly start: AggregatorStart;
  readonly target: TargetIndex;
  readonly rounds: Rounds;
}

export interface AggregatorLive extends Opened {
  readonly state: RoundsState;
}

export interface AggregatorAnswer {
  /** None after half an exchange. */
  readonly progress?: Progress;
  readonly down?: Readonly<Record<string, BlobRef>>;
  readonly stopped?: StopReason;
  readonly shared?: Readonly<Record<string, BlobRef>>;
}

/** The aggregator of a run: index vectors and labels in memory, its program's state, messages in, messages out. */
export function aggregatorActor(
  stores: Stores,
  site: Site,
): Actor<
  AggregatorLive,
  AggregatorStart,
  { round: number; ups: Readonly<Record<string, BlobRef>>; steering?: Steering },
  AggregatorAnswer
> {
  const put = async ({ start, target }: Opened, messages: ReadonlyMap<string, Message>) => {
    const refs: Record<string, BlobRef> = {};
    const shares = sharesById(target);
    for (const [id, message] of messages) {
      const silo = entryOf(start.silos, entryOf(shares, id).party);
      refs[id] = await stores.put(homeBetween(site, siteOf(silo)), 'message', message);
    }
    return refs;
  };
  const answer = async (opened: Opened, { state, progress, next }: RoundsStep): Promise<AggregatorAnswer> => {
    const completed = progress && { progress };
    if ('down' in next) return { ...completed, down: await put(opened, next.down) };
    const shared = thetasByShare(opened, state);
    return {
      ...completed,
      stopped: next.done,
      ...(shared.size > 0 && { shared: await put(opened, shared) }),
    };
  };
  const open = async (start: AggregatorStart): Promise<Opened> => {
    const target = readTarget(await stores.get(start.target));
    const own = start.start && { start: await readOwnStart(stores, start.start) };
    return { start, target, rounds: { family: trainedBy(start.spec), spec: start.spec, target, ...own } };
  };

  return {
    name: 'aggregator',
    async start(input) {
      const opened = await open(input);
      const opening = startRounds(opened.rounds);
      return { live: { ...opened, state: opening.state }, output: await answer(opened, opening) };
    },
    async step(live, { ups, steering }) {
      const messages = new Map<string, Message>();
      for (const [id, ref] of Object.entries(ups)) messages.set(id, await stores.get(ref));
      const step = stepSteered(live.rounds, live.state, messages, steering);
      return { live: { ...live, state: step.state }, output: await answer(live, step) };
    },
    save: ({ state }) => saveRounds(state),
    async load(start, saved) {
      return { ...(await open(start)), state: loadRounds(saved) };
    },
  };
}

/** θ of columns that several tables supply, for each of these. */
function thetasByShare({ target, rounds }: Opened, state: RoundsState): Map<string, Message> {
  const thetas = sharedParameters(rounds.family, state);
  return new Map(
    target.groups.filter(isShared).flatMap((group) => {
      const theta = denseBundle('theta', entryOf(thetas, group.id));
      return group.shares.map(({ party }) => [shareId(group, party), theta] as const);
    }),
  );
}
