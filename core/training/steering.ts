import { z } from 'zod';
import type { Json } from '../json.js';
import type { AggregatorProgram, Message, State, StopReason } from './program.js';
import type { RoundsState } from './rounds-state.js';
import { stepRounds, type Rounds, type RoundsStep } from './rounds.js';

/** What a training that goes on is told: input of a step, so that repeating the step gives the same bits. */
export interface Steering {
  /** In place of the model's. */
  readonly tolerance?: number;
  readonly maxRounds?: number;
  /** The round under way is the last. */
  readonly stop?: true;
}

/** Why a training has ended: by itself, or because somebody wanted it to. */
export type EndReason = StopReason | 'stopped-early';

/** Settings of a model that decide when its training ends, as most programs keep them in their state. */
const settings = z.looseObject({
  spec: z.looseObject({ tolerance: z.number(), maxRounds: z.int() }),
  /** Number of this run of the algorithm, of a model that begins several times. */
  restart: z.int().optional(),
});

/**
 * The state of an aggregator's program that has been told something. To stop is to have reached the maximal rounds, and to be in the
 * last of several runs: so a model that is stopped after r rounds is, to the bit, the one of a job with r rounds at the most.
 */
export function steer(program: AggregatorProgram, state: State, steering: Steering): State {
  if (program.steer) return program.steer(state, steering);
  const { spec: before, restart } = settings.parse(state.json);
  const { tolerance = before.tolerance, maxRounds = before.maxRounds, stop } = steering;
  const json = state.json as Readonly<Record<string, Json>>;
  const spec = {
    ...(json.spec as Readonly<Record<string, Json>>),
    ...{ tolerance, maxRounds: stop ? 1 : maxRounds },
    ...(stop && restart !== undefined && { restarts: restart + 1 }),
  };
  return { ...state, json: { ...json, spec } };
}

/** `stepRounds` of an aggregator that is told something before. While facts are awaited there is no program to be told; it is told when it has begun. */
export function stepSteered(
  rounds: Rounds,
  state: RoundsState,
  ups: ReadonlyMap<string, Message>,
  steering: Steering | undefined,
): RoundsStep {
  if (steering === undefined) return stepRounds(rounds, state, ups);
  const told = (given: RoundsState): RoundsState =>
    given.program ? { ...given, program: steer(rounds.family.aggregator, given.program, steering) } : given;
  if (state.program) return stepRounds(rounds, told(state), ups);
  const begun = stepRounds(rounds, state, ups);
  return { ...begun, state: told(begun.state) };
}
