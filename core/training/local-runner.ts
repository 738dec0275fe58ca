import type { Dense, Matrix } from '../algebra/matrix.js';
import type { Bundle } from '../exchange/bundle.js';
import type { ModelSpec } from '../job/schema.js';
import type { ModelFamily } from '../models/family.js';
import { trainedBy } from '../models/programs.js';
import { multiplied, openParty, startParty, stepParty, type PartyTable } from './exchange.js';
import type { Moments } from './moments.js';
import type {
  AggregatorStep,
  Message,
  Progress,
  StartingPoint,
  State,
  StopReason,
  TrainingRows,
} from './program.js';
import { wholeResidual } from './residual.js';
import { cannot, columnStart, startingOf } from './starting.js';
import { steer, type Steering } from './steering.js';
import { denseOf, denseTensor, float64, vectorTensor } from './tensors.js';
import { wholeWanted } from './wanted.js';

/** Where a local run stands between two rounds; plain state, so that it can be stored and taken up again. */
export type LocalState = LocalRounds | LocalSolution;

export interface LocalRounds {
  readonly party: State;
  readonly aggregator: State;
  /** What the party is to be told next; undefined when the run is over. */
  readonly down: Message | undefined;
}

/** A run that was over at once: the solution in closed form, as tensors `parameters` and `own`. */
interface LocalSolution {
  readonly solution: State;
}

export interface LocalResult {
  readonly state: LocalState;
  readonly progress: Progress;
  /** Undefined if the rounds asked for are over before the model has converged. */
  readonly stopped: StopReason | undefined;
  /** θ, c_T × q. */
  readonly parameters: Dense;
  /** Parameters that belong to no column, such as the intercept. */
  readonly own: Float64Array;
  /** Those of them that are too many for a manifest, where a model has such. */
  readonly network?: Bundle;
}

export interface LocalRun {
  /** T over the training rows, materialized or factorized. */
  readonly table: Matrix;
  /** Names of its columns. */
  readonly names: readonly string[];
  /** y over the training rows. */
  readonly labels: Float64Array;
  /** Names of the classes whose codes the labels are, of a model that learns many. */
  readonly classes?: readonly string[];
  /** w over the training rows; default: all 1. */
  readonly weights?: Float64Array;
  /** o over the training rows; default: nothing is added to scores. */
  readonly offsets?: Float64Array;
  /** Moments of the table under these weights, where they are known already: they need not be formed again. */
  readonly moments?: Moments;
  readonly spec: ModelSpec;
  /** Where an earlier call ended; default: the beginning. */
  readonly from?: LocalState;
  /** Parameters to begin at, of a model that can; default: where it begins by itself. */
  readonly startAt?: StartingPoint;
  /** What the training is told before it goes on. */
  readonly steering?: Steering;
  /** Rounds to make at the most in this call. */
  readonly rounds: number;
  readonly onProgress?: (progress: Progress) => void;
}

/** Solves the model if it has a closed form, else loops party and aggregator in one process. */
export function runLocally(run: LocalRun): LocalResult {
  const { table, spec, from, onProgress } = run;
  const family = trainedBy(spec);
  if (from && 'solution' in from) return solved(from.solution);
  const target = rowsOf(run, family);
  const solution = from ? undefined : family.solve?.(table, target, spec, run.moments, run.names);
  if (!solution) return loop(run, family, target, from);
  const { parameters, own, progress, stopped } = solution;
  onProgress?.(progress);
  const tensors = { parameters: denseTensor(parameters), own: vectorTensor(own) };
  return { ...solved({ json: {}, tensors }), progress, stopped };
}

const NOTHING_YET: Progress = { round: 0, loss: NaN, gradientNorm: null };

function solved(solution: State): LocalResult {
  const { tensors } = solution;
  return {
    state: { solution },
    progress: NOTHING_YET,
    stopped: undefined,
    parameters: denseOf(tensors, 'parameters'),
    own: float64(tensors, 'own'),
  };
}

/** T is the only party, and its rows are the target rows. */
function loop(
  run: LocalRun,
  family: ModelFamily,
  target: TrainingRows,
  from: LocalRounds | undefined,
): LocalResult {
  const { rounds, steering, onProgress } = run;
  const source = sourceOf(run);
  let { party, aggregator, down } = from ?? begin(source, family, target, run);
  if (steering) aggregator = steer(family.aggregator, aggregator, steering);
  let progress = NOTHING_YET;
  let stopped: StopReason | undefined;
  for (let made = 0; made < rounds && down !== undefined;) {
    const { state, up } = stepParty(family.party, source, party, down);
    party = state;
    const step = family.aggregator.step(target, aggregator, denseOf(up.tensors, 'partial'), [up]);
    aggregator = step.state;
    if (step.progress) {
      made++;
      progress = step.progress;
      onProgress?.(progress);
    }
    if ('done' in step.next) stopped = step.next.done;
    down = told(step);
  }
  return {
    state: { party, aggregator, down },
    progress,
    stopped,
    parameters: family.party.parameters(party),
    own: family.aggregator.parameters(aggregator),
    ...(family.aggregator.network && { network: family.aggregator.network(aggregator) }),
  };
}

/** T as its only party knows it: each of its rows occurs once. */
function sourceOf({ table, names, moments }: LocalRun): PartyTable {
  const counts = new Float64Array(table.rows).fill(1);
  return { table, names, counts, trainRows: table.rows, ...(moments && { moments }) };
}

function rowsOf(
  { table, labels, classes, weights, offsets }: LocalRun,
  { party }: ModelFamily,
): TrainingRows {
  return {
    rows: table.rows,
    labels,
    ...(classes && { classes }),
    ...(weights && { weights }),
    ...(offsets && { offsets }),
    ...(party.needs.norms && { norms: table.squaredRowNorms() }),
  };
}

function begin(
  source: PartyTable,
  family: ModelFamily,
  target: TrainingRows,
  { spec, startAt }: LocalRun,
): LocalRounds {
  if (startAt) return beginAt(source, family, target, spec, startAt);
  const opening = family.aggregator.start(target, spec);
  return { party: startParty(family.party, source, spec), aggregator: opening.state, down: told(opening) };
}

function beginAt(
  source: PartyTable,
  family: ModelFamily,
  target: TrainingRows,
  spec: ModelSpec,
  { parameters: theta, known, shift, ...own }: StartingPoint,
): LocalRounds {
  if (!family.aggregator.startAt) throw cannot(spec);
  const starting = startingOf(family, spec, own, target.classes);
  const given = { theta, ...(known && { known }), ...(shift && { shift }) };
  const columns = columnStart(source.names, given, starting);
  const party = openParty(family.party, source, spec, columns);
  const opening = family.aggregator.startAt(target, spec, {
    ...own,
    products: multiplied(family.party, source).multiply(party.theta),
    shift: columns.shift,
    ups: [party.up],
  });
  return { party: party.state, aggregator: opening.state, down: told(opening) };
}

/** What the only party is told: the rows of T are its own, so the residual is as it is. */
function told({ next }: AggregatorStep): Message | undefined {
  if ('done' in next) return undefined;
  const { json, tensors } = next.down;
  return { json, tensors: { ...tensors, ...wholeResidual(next.residual), ...wholeWanted(next.wanted) } };
}
