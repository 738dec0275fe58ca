import { dense } from '../algebra/dense.js';
import { gatherAdd } from '../algebra/index-vector.js';
import type { Dense } from '../algebra/matrix.js';
import { pickIndex } from '../algebra/pick-index.js';
import { entryOf } from '../entry-of.js';
import { isShared, sharesById, trainingPart, type TargetIndex } from '../integration/target-index.js';
import { shareId } from '../job/resolved.js';
import type { ModelSpec } from '../job/schema.js';
import type { ModelFamily } from '../models/family.js';
import { asking, type Ask } from './exchange.js';
import type {
  AggregatorStep,
  Message,
  OwnStart,
  Progress,
  State,
  StopReason,
  TrainingRows,
} from './program.js';
import { residualTensors } from './residual.js';
import type { RoundsState } from './rounds-state.js';
import { openShared, startShared, updateShared } from './shared-columns.js';
import { cannot, startingOf } from './starting.js';
import { denseOf, denseTensor, float64 } from './tensors.js';
import { plus } from './vectors.js';
import { wantedTensor } from './wanted.js';

/** What an aggregator works on, from the first round to the last. */
export interface Rounds {
  readonly family: ModelFamily;
  readonly spec: ModelSpec;
  readonly target: TargetIndex;
  /** Where the parties have parameters to begin at: those that are no party's. Left out: the training begins by itself. */
  readonly start?: OwnStart;
}

export interface RoundsStep {
  readonly state: RoundsState;
  /** Undefined after an exchange that completes no round. */
  readonly progress: Progress | undefined;
  /** Messages by share, for those that are to take the next step and no others; or the reason why there are none. */
  readonly next: { readonly down: ReadonlyMap<string, Message> } | { readonly done: StopReason };
}

/**
 * Begins a training in rounds: with questions about the tables where something has to be known of them, else with the first
 * residuals.
 */
export function startRounds(rounds: Rounds): RoundsStep {
  const { moments, norms } = rounds.family.party.needs;
  const { family, spec, start, target } = rounds;
  const starting = start && startingOf(family, spec, start, target.classes);
  const asks = rounds.target.groups.flatMap((group) => {
    const ask: Ask = norms ? ['norms'] : [];
    if (isShared(group)) ask.push('names', ...(moments ? (['moments'] as const) : []));
    return ask.length === 0 && starting === undefined
      ? []
      : group.shares.map(({ party }) => [shareId(group, party), asking(ask, starting)] as const);
  });
  if (asks.length === 0) return begin(rounds, { groups: new Map() });
  return half({ groups: new Map() }, new Map(asks));
}

/**
 * Takes what came up. A round is one exchange; where tables share columns it is two halves: their gradients come up with the
 * other parties' products, the shared columns take their step here, and their products come up in the second half.
 */
export function stepRounds(
  rounds: Rounds,
  state: RoundsState,
  ups: ReadonlyMap<string, Message>,
): RoundsStep {
  if (state.program === undefined) {
    if (state.waiting !== undefined) return open(rounds, state, state.waiting, ups);
    if (rounds.start) return askProducts(rounds, rounds.start, ups);
    return begin(rounds, learnt(rounds, ups));
  }
  if (state.waiting !== undefined) return complete(rounds, state, state.program, state.waiting, ups);
  const { groups } = rounds.target;
  const waiting = { partials: new Map<string, Dense>(), ups: new Map<string, Message>() };
  for (const { id } of groups.filter((group) => !isShared(group))) {
    const up = entryOf(ups, id);
    waiting.partials.set(id, denseOf(up.tensors, 'partial'));
    waiting.ups.set(id, up);
  }
  const shared = groups.filter(isShared);
  if (shared.length === 0) return complete(rounds, state, state.program, waiting, new Map());

  const states = new Map(state.groups);
  const down = new Map<string, Message>();
  for (const group of shared) {
    const before = entryOf(state.groups, group.id);
    const told = state.down ?? { json: {}, tensors: {} };
    const step = updateShared(rounds.family.party, group, before, told, ups);
    states.set(group.id, step.state);
    waiting.ups.set(group.id, step.up);
    const theta = denseTensor(step.theta);
    for (const { party, rows } of group.shares) {
      const tensors = { theta, ...wantedTensor(state.wanted, rows) };
      down.set(shareId(group, party), { json: {}, tensors });
    }
  }
  return half({ ...state, groups: states, waiting }, down);
}

/** What the tables were asked for: row norms of T, and all that the programs of shared columns begin with. */
function learnt({ family, spec, target }: Rounds, ups: ReadonlyMap<string, Message>): RoundsState {
  const shared = target.groups.filter(isShared);
  return {
    groups: new Map(shared.map((group) => [group.id, startShared(family.party, group, ups, spec)])),
    ...normsIn({ family, target }, ups),
  };
}

function normsIn(
  { family, target }: Pick<Rounds, 'family' | 'target'>,
  ups: ReadonlyMap<string, Message>,
): Pick<RoundsState, 'norms'> {
  if (!family.party.needs.norms) return {};
  return { norms: expand(trainingPart(target), tensorsOf(ups, 'norms')).data };
}

/** All have begun at given parameters. Shared columns have done so here: their tables are asked for the products. */
function askProducts(rounds: Rounds, start: OwnStart, ups: ReadonlyMap<string, Message>): RoundsStep {
  const { family, spec, target } = rounds;
  const alone = target.groups.filter((group) => !isShared(group)).map(({ id }) => id);
  const waiting = {
    partials: new Map(alone.map((id) => [id, denseOf(entryOf(ups, id).tensors, 'partial')])),
    ups: new Map(alone.map((id) => [id, entryOf(ups, id)])),
  };
  const starting = startingOf(family, spec, start, target.classes);
  const groups = new Map<string, State>();
  const down = new Map<string, Message>();
  for (const group of target.groups.filter(isShared)) {
    const opening = openShared(family.party, group, ups, spec, starting);
    groups.set(group.id, opening.state);
    waiting.ups.set(group.id, opening.up);
    const tensors = { theta: denseTensor(opening.theta) };
    for (const { party } of group.shares) down.set(shareId(group, party), { json: {}, tensors });
  }
  const state = { groups, ...normsIn(rounds, ups) };
  return down.size === 0 ? open(rounds, state, waiting, ups) : half({ ...state, waiting }, down);
}

/** All products at the given parameters are here. */
function open(
  rounds: Rounds,
  { waiting: _done, ...state }: RoundsState,
  { partials, ups: given }: NonNullable<RoundsState['waiting']>,
  ups: ReadonlyMap<string, Message>,
): RoundsStep {
  const { family, spec, target, start } = rounds;
  const { aggregator } = family;
  if (start === undefined || !aggregator.startAt) throw cannot(spec);
  const shared = target.groups.some(isShared);
  const parts = new Map([...partials, ...(shared ? tensorsOf(ups, 'partial') : [])]);
  const products = expand(trainingPart(target), parts);
  const messages = target.groups.map(({ id }) => entryOf(given, id));
  const shifts = messages.map(({ tensors }) => float64(tensors, 'shift'));
  const shift = shifts.reduce((sum, one) => plus(sum, 1, one));
  return told(
    rounds,
    state,
    aggregator.startAt(rowsOf(rounds, state), spec, { ...start, products, shift, ups: messages }),
  );
}

function begin(rounds: Rounds, state: RoundsState): RoundsStep {
  return told(rounds, state, rounds.family.aggregator.start(rowsOf(rounds, state), rounds.spec));
}

/** All products are here: the aggregator's program takes its step. */
function complete(
  rounds: Rounds,
  state: RoundsState,
  program: State,
  { partials, ups: earlier }: NonNullable<RoundsState['waiting']>,
  ups: ReadonlyMap<string, Message>,
): RoundsStep {
  const { family, target } = rounds;
  const { waiting: _done, wanted, ...rest } = state;
  const given = new Map([...partials, ...tensorsOf(ups, 'partial')]);
  const products = expand(wantedPart(trainingPart(target), wanted), given);
  const messages = target.groups.map(({ id }) => entryOf(earlier, id));
  const step = family.aggregator.step(rowsOf(rounds, state), program, products, messages);
  return told(rounds, rest, step);
}

/** The rows of T that were wanted, made up of the source rows that came up. */
function wantedPart(
  training: TargetIndex,
  wanted: Int32Array | undefined,
): Pick<TargetIndex, 'rows' | 'groups'> {
  if (wanted === undefined) return training;
  const groups = training.groups.map(({ id, shares }) => ({
    id,
    shares: shares.map((share) => ({ ...share, rows: pickIndex(share.rows, wanted).index })),
  }));
  return { rows: wanted.length, groups };
}

/** Hands the residual down: to every share its sums over source rows, G_k = I_kᵀ Δ, and which products are wanted. */
function told(
  { target }: Rounds,
  before: RoundsState,
  { state: program, progress, next }: AggregatorStep,
): RoundsStep {
  if ('done' in next) return { state: { ...before, program }, progress, next };
  const down = new Map<string, Message>();
  const training = trainingPart(target);
  for (const group of training.groups) {
    for (const { party, rows, sourceRows } of group.shares) {
      const residual = residualTensors(next.residual, rows, sourceRows);
      const { json, tensors } = isShared(group)
        ? { json: {}, tensors: {} }
        : { json: next.down.json, tensors: { ...next.down.tensors, ...wantedTensor(next.wanted, rows) } };
      down.set(shareId(group, party), { json, tensors: { ...tensors, ...residual } });
    }
  }
  const shares = training.groups.some(isShared);
  const told = { ...(shares && { down: next.down }), ...(next.wanted && { wanted: next.wanted }) };
  return { state: { ...before, program, ...told }, progress, next: { down } };
}

function half(state: RoundsState, down: ReadonlyMap<string, Message>): RoundsStep {
  return { state, progress: undefined, next: { down } };
}

/**
 * Σ_k I_k X_k (rows of T × q) over all shares, in their sorted order: sums that have one order have the same bits everywhere.
 * A shared group needs no rule of its own, since every cell of T has one owner.
 */
export function expand(
  target: Pick<TargetIndex, 'rows' | 'groups'>,
  parts: ReadonlyMap<string, Dense>,
): Dense {
  const [first] = parts.values();
  const sum = dense(target.rows, first?.columns ?? 0);
  for (const [id, { rows }] of sharesById(target)) gatherAdd(sum, entryOf(parts, id), rows);
  return sum;
}

/** The same for each group of columns: the parts of which Σ_k I_k X_k is the sum. */
export function scoresByGroup(
  target: TargetIndex,
  parts: ReadonlyMap<string, Dense>,
): ReadonlyMap<string, Dense> {
  return new Map(target.groups.map((group) => [group.id, expand({ ...target, groups: [group] }, parts)]));
}

function tensorsOf(ups: ReadonlyMap<string, Message>, name: string): Map<string, Dense> {
  return new Map([...ups].map(([id, { tensors }]) => [id, denseOf(tensors, name)]));
}

function rowsOf({ target }: Rounds, { norms }: RoundsState): TrainingRows {
  const { rows, labels, classes, weights, offsets } = trainingPart(target);
  return {
    ...{ rows, labels },
    ...(classes && { classes }),
    ...(weights && { weights }),
    ...(offsets && { offsets }),
    ...(norms && { norms }),
  };
}
