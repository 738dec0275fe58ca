import type { Dense } from '../../core/algebra/matrix.js';
import { rowRange } from '../../core/algebra/stack.js';
import { entryOf } from '../../core/entry-of.js';
import type { Bundle } from '../../core/exchange/bundle.js';
import { decodeBundle, encodeBundle } from '../../core/exchange/tensor-format.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { ModelFamily } from '../../core/models/family.js';
import { trainedBy } from '../../core/models/programs.js';
import { answerShare, startParty, stepParty, type PartyTable } from '../../core/training/exchange.js';
import type { Message, Progress, StartingPoint, State, StopReason } from '../../core/training/program.js';
import {
  aggregatorParameters,
  loadRounds,
  saveRounds,
  sharedParameters,
} from '../../core/training/rounds-state.js';
import { startRounds } from '../../core/training/rounds.js';
import { stepSteered, type Steering } from '../../core/training/steering.js';

interface InProcess {
  readonly forgetting?: boolean;
  readonly family?: ModelFamily;
  /** Parameters to begin at: θ over the columns of the groups, one after the other. */
  readonly startAt?: StartingPoint;
  readonly backwards?: boolean;
  readonly steering?: (exchanges: number, rounds: number) => Steering | undefined;
}

export interface InRounds {
  /** θ of each group of columns. */
  readonly parameters: ReadonlyMap<string, Dense>;
  readonly own: Float64Array;
  readonly network?: Bundle;
  readonly curve: readonly Progress[];
  readonly stopped: StopReason;
  /** Exchanges that were made, halves counted. */
  readonly exchanges: number;
}

/**
 * The distributed algorithm, table by table, in one process.
 * @param tables by share
 * @param forgetting all states go through their stored form after every step
 * @param family instead of that of the settings
 * @param backwards answers come to the aggregator in the reverse of their usual order
 * @param steering what the aggregator is told before a step, given the exchanges made and the rounds
 */
export function trainInProcess(
  sources: ReadonlyMap<string, PartyTable>,
  target: TargetIndex,
  spec: ModelSpec,
  {
    forgetting = false,
    family = trainedBy(spec),
    backwards = false,
    steering = () => undefined,
    startAt,
  }: InProcess = {},
): InRounds {
  const tables = startAt ? withStarts(sources, target, spec, startAt) : sources;
  const rounds = { family, spec, target, ...(startAt && { start: startAt }) };
  const alone = new Set(target.groups.map(({ id }) => id));
  const states = new Map<string, State>();
  for (const [id, table] of tables) if (alone.has(id)) states.set(id, startParty(family.party, table, spec));
  const curve: Progress[] = [];
  let exchanges = 0;
  let step = startRounds(rounds);
  while ('down' in step.next) {
    const ups = new Map<string, Message>();
    for (const [id, down] of step.next.down) {
      const table = entryOf(tables, id);
      const before = states.get(id);
      if (before === undefined) {
        ups.set(id, answerShare(family.party, table, down));
        continue;
      }
      const { state, up } = stepParty(family.party, table, before, down);
      states.set(id, forgetting ? stored(state) : state);
      ups.set(id, up);
    }
    const before = forgetting ? loadRounds(stored(saveRounds(step.state))) : step.state;
    const arrived = backwards ? new Map([...ups].reverse()) : ups;
    step = stepSteered(rounds, before, arrived, steering(exchanges, curve.length));
    if (step.progress) curve.push(step.progress);
    exchanges++;
  }
  return {
    parameters: new Map([
      ...[...states].map(([id, state]) => [id, family.party.parameters(state)] as const),
      ...sharedParameters(family, step.state),
    ]),
    ...aggregatorParameters(family, step.state),
    curve,
    stopped: step.next.done,
    exchanges,
  };
}

/** Each table with its own part of the parameters. */
function withStarts(
  tables: ReadonlyMap<string, PartyTable>,
  { groups }: TargetIndex,
  spec: ModelSpec,
  { parameters, known }: StartingPoint,
): Map<string, PartyTable> {
  let from = 0;
  return new Map(
    groups.flatMap((group) => {
      const [first] = group.shares;
      const { length } = entryOf(tables, shareId(group, first?.party ?? '')).names;
      const columns = {
        theta: rowRange(parameters, from, length),
        ...(known && { known: known.slice(from, from + length) }),
      };
      from += length;
      return group.shares.map(({ party }) => {
        const id = shareId(group, party);
        return [id, { ...entryOf(tables, id), start: { spec, columns } }] as const;
      });
    }),
  );
}

/** A bundle as it is read again: a number that JSON cannot say would be lost. */
export function stored(bundle: Bundle): Bundle {
  return decodeBundle(encodeBundle(bundle));
}
