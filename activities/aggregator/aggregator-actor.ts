import { readTarget } from '../../core/exchange/target-bundle.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { familyOf } from '../../core/models/programs.js';
import type { Site } from '../../core/planner/plan.js';
import type { Actor } from '../../core/training/journal.js';
import type { Message, Progress, StopReason } from '../../core/training/program.js';
import {
  loadRounds,
  saveRounds,
  startRounds,
  stepRounds,
  type RoundsState,
  type RoundsStep,
} from '../../core/training/rounds.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';
import { homeBetween } from '../compute/site.js';

export interface AggregatorStart {
  readonly spec: ModelSpec;
  readonly target: BlobRef;
  readonly silos: Readonly<Record<string, string>>;
}

export interface AggregatorLive {
  readonly start: AggregatorStart;
  readonly target: TargetIndex;
  readonly state: RoundsState;
}

export interface AggregatorAnswer {
  /** None after half an exchange. */
  readonly progress?: Progress;
  readonly down?: Readonly<Record<string, BlobRef>>;
  readonly stopped?: StopReason;
}

/** The aggregator of a run: index vectors and labels in memory, its program's state, messages in, messages out. */
export function aggregatorActor(
  stores: Stores,
  site: Site,
): Actor<
  AggregatorLive,
  AggregatorStart,
  { round: number; ups: Readonly<Record<string, BlobRef>> },
  AggregatorAnswer
> {
  const answer = async (
    silos: AggregatorStart['silos'],
    { progress, next }: RoundsStep,
  ): Promise<AggregatorAnswer> => {
    const completed = progress && { progress };
    if ('done' in next) return { ...completed, stopped: next.done };
    const down: Record<string, BlobRef> = {};
    for (const [party, message] of next.down) {
      const silo = silos[party];
      if (silo === undefined) throw new Error(`no silo is known for ${party}`);
      down[party] = await stores.put(homeBetween(site, siteOf(silo)), 'message', message);
    }
    return { ...completed, down };
  };

  return {
    name: 'aggregator',
    async start(start) {
      const target = readTarget(await stores.get(start.target));
      const opening = startRounds(familyOf(start.spec.type), target, start.spec);
      return { live: { start, target, state: opening.state }, output: await answer(start.silos, opening) };
    },
    async step(live, { ups }) {
      const messages = new Map<string, Message>();
      for (const [party, ref] of Object.entries(ups)) messages.set(party, await stores.get(ref));
      const { start, target, state } = live;
      const step = stepRounds(familyOf(start.spec.type), target, start.spec, state, messages);
      return { live: { ...live, state: step.state }, output: await answer(start.silos, step) };
    },
    save: ({ state }) => saveRounds(state),
    async load(start, saved) {
      return { start, target: readTarget(await stores.get(start.target)), state: loadRounds(saved) };
    },
  };
}
