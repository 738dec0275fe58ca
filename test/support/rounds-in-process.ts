import type { Dense } from '../../core/algebra/matrix.js';
import { entryOf } from '../../core/entry-of.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { familyOf } from '../../core/models/programs.js';
import { startParty, stepParty, type PartyTable } from '../../core/training/exchange.js';
import type { Message, Progress, State, StopReason } from '../../core/training/program.js';
import { parametersOf, startRounds, stepRounds } from '../../core/training/rounds.js';

export interface InRounds {
  /** θ_k of each party. */
  readonly parameters: ReadonlyMap<string, Dense>;
  readonly own: Float64Array;
  readonly curve: readonly Progress[];
  readonly stopped: StopReason;
}

/** The distributed algorithm, party by party, in one process. */
export function trainInProcess(
  tables: ReadonlyMap<string, PartyTable>,
  target: TargetIndex,
  spec: ModelSpec,
): InRounds {
  const family = familyOf(spec.type);
  const states = new Map<string, State>(
    [...tables].map(([id, table]) => [id, startParty(family.party, table, spec)]),
  );
  const curve: Progress[] = [];
  let step = startRounds(family, target, spec);
  while ('down' in step.next) {
    const ups = new Map<string, Message>();
    for (const [id, down] of step.next.down) {
      const { state, up } = stepParty(family.party, entryOf(tables, id), entryOf(states, id), down);
      states.set(id, state);
      ups.set(id, up);
    }
    step = stepRounds(family, target, spec, step.state, ups);
    if (step.progress) curve.push(step.progress);
  }
  return {
    parameters: new Map([...states].map(([id, state]) => [id, family.party.parameters(state)])),
    own: parametersOf(family, step.state),
    curve,
    stopped: step.next.done,
  };
}
