import { dense } from '../../algebra/dense.js';
import type { Dense } from '../../algebra/matrix.js';
import { AmalurError } from '../../errors.js';
import { architectureOf } from '../../job/architecture/layers-of.js';
import type { AggregatorProgram, AggregatorStep, Progress, TrainingRows } from '../../training/program.js';
import type { Residual } from '../../training/residual.js';
import { requireFinite } from '../../training/require-finite.js';
import { draws } from '../draws.js';
import { classFactors } from '../softmax/class-weights.js';
import { afterStep } from './after-step.js';
import { batchesPerEpoch, keepApart, orderOf } from './batches.js';
import { backward, lossOf, type Batch } from './forward.js';
import { beginningOf } from './first-kernel.js';
import { givenWeights } from './given-weights.js';
import { initialWeights } from './layers.js';
import { learningRate } from './learning-rate.js';
import { readUp, type Down } from './messages.js';
import { emptySlots, type Slots } from './optimizer.js';
import { savedNetwork } from './saved.js';
import { networkSpec, type NetworkSpec } from './spec.js';
import { readState, writeState, type Working } from './state.js';

/**
 * The aggregator of a network: from Z = Σ_k I_k (D_k W_k) of a batch it makes loss and gradients of the layers above, takes its
 * step on their weights, and tells the parties ∂L/∂Z, which is all they need for theirs. So batch by batch, an exchange each,
 * in which the products of the next batch come up.
 */
export const networkAggregator: AggregatorProgram = {
  start(target, given) {
    const spec = specFor(target, networkSpec(given));
    return begin(target, spec, initialWeights(spec));
  },

  startAt(target, given, opening) {
    const spec = specFor(target, networkSpec(given));
    return begin(target, spec, givenWeights(spec, opening, target.classes));
  },

  step(target, state, products, messages) {
    const at = readState(state);
    switch (at.place.at) {
      case 'open': {
        const inputs = messages.reduce((total, up) => total + readUp(up).columns, 0);
        const network = architectureOf(at.spec);
        const scale = beginningOf(network).scale(inputs, network.units);
        return { ...awaitBatch(at, 0, target, { do: 'begin', scale }), progress: undefined };
      }
      case 'batch':
        return train(at, at.place.batch, target, products);
      case 'apart':
        return judge(at, target, products);
      case 'last':
        return { state, progress: progressOf(at), next: { done: at.place.stopped } };
    }
  },

  // The learning rate may follow the number of epochs: that stays.
  steer(state, { stop }) {
    const at = readState(state);
    return stop ? writeState({ ...at, last: at.epoch }) : state;
  },

  parameters: () => new Float64Array(0),
  network: (state) => {
    const { spec, weights } = readState(state);
    return savedNetwork(spec, weights);
  },
};

type Next = Pick<AggregatorStep, 'state' | 'next'>;

/** The parties are asked for their columns; they are told the scale of what they have drawn. */
function begin(
  target: TrainingRows,
  spec: NetworkSpec,
  weights: ReadonlyMap<string, Float64Array>,
): AggregatorStep {
  const { rows } = target;
  if (spec.earlyStopping && rows < 2) refuse(rows);
  const { trained, apart } = keepApart(rows, spec);
  const at: Working = {
    spec,
    weighing: weighingOf(target, spec),
    place: { at: 'open' },
    epoch: 1,
    last: null,
    steps: 0,
    sum: 0,
    before: 0,
    best: null,
    weights,
    slots: new Map(
      [...weights].map(([name, { length }]): [string, Slots] => [name, emptySlots(spec.optimizer, length)]),
    ),
    bestWeights: new Map(),
    order: orderOf(trained, 1, spec),
    apart,
  };
  const draw = draws(`network rows ${spec.seed}`);
  const random = dense(
    rows,
    1,
    Float64Array.from({ length: rows }, (_, row) => 1 + draw(row)),
  );
  const down = { json: { do: 'open' } satisfies Down, tensors: {} };
  return {
    state: writeState(at),
    progress: undefined,
    next: { residual: random, down, wanted: new Int32Array(0) },
  };
}

/** Forward, backward, and the step; the parties are told theirs. */
function train(at: Working, number: number, target: TrainingRows, products: Dense): AggregatorStep {
  const rows = batchRows(at, number);
  const batch = batchOf(rows, target, at.weighing);
  const rate = learningRate(at.spec, at.steps, batchesPerEpoch(at.order.length, at.spec.batchSize));
  const step = { rate, step: at.steps + 1 };
  const made = backward(at.spec, at.weights, products, batch, step.step);
  requireFinite(made.loss);
  const ended = number === 0 && at.epoch > 1 && at.apart.length === 0;
  const progress = ended ? progressOf({ ...at, epoch: at.epoch - 1, sum: at.before }) : undefined;
  const after: Working = {
    ...at,
    ...afterStep(at, made, step),
    steps: step.step,
    sum: (number === 0 ? 0 : at.sum) + made.loss * rows.length,
  };
  const down: Down = { do: 'step', ...step };
  const residual = residualOf(rows, made.residual, target);
  return { ...afterBatch(after, number, target, down, residual), progress };
}

/** What is wanted after a batch: the next one, the rows kept apart, the first of another epoch, or nothing more. */
function afterBatch(at: Working, number: number, target: TrainingRows, down: Down, residual: Residual): Next {
  if (number + 1 < batchesPerEpoch(at.order.length, at.spec.batchSize))
    return awaitBatch(at, number + 1, target, down, residual);
  if (at.apart.length > 0) return tell({ ...at, place: { at: 'apart' } }, at.apart, target, down, residual);
  if (at.epoch < lastEpoch(at)) return awaitBatch(nextEpoch(at), 0, target, down, residual);
  return tell(
    { ...at, place: { at: 'last', stopped: 'max-rounds' } },
    new Int32Array(0),
    target,
    down,
    residual,
  );
}

/** After an epoch: whether the rows kept apart are predicted better than ever, and whether that may still be hoped for. */
function judge(at: Working, target: TrainingRows, products: Dense): AggregatorStep {
  const { earlyStopping } = at.spec;
  if (earlyStopping === undefined) throw new Error('no rows are kept apart');
  const loss = lossOf(at.spec, at.weights, products, batchOf(at.apart, target, at.weighing));
  requireFinite(loss);
  const better = at.best === null || loss < at.best.loss;
  const best = better || at.best === null ? { epoch: at.epoch, loss } : at.best;
  const after: Working = { ...at, best, bestWeights: better ? at.weights : at.bestWeights };
  const stopped = at.epoch - best.epoch >= earlyStopping.patience ? 'stalled' : 'max-rounds';
  if (stopped === 'max-rounds' && at.epoch < lastEpoch(at)) {
    const down: Down = { do: 'hold', keep: better };
    return { ...awaitBatch(nextEpoch(after), 0, target, down), progress: progressOf(at) };
  }
  if (better) return { state: writeState(after), progress: progressOf(at), next: { done: stopped } };
  const restored: Working = { ...after, weights: after.bestWeights, place: { at: 'last', stopped } };
  return { ...tell(restored, new Int32Array(0), target, { do: 'restore' }), progress: undefined };
}

function lastEpoch({ spec, last }: Working): number {
  return Math.min(spec.epochs, last ?? spec.epochs);
}

function nextEpoch(at: Working): Working {
  const epoch = at.epoch + 1;
  const trained = at.order.slice().sort();
  return { ...at, epoch, before: at.sum, order: orderOf(trained, epoch, at.spec) };
}

function awaitBatch(at: Working, batch: number, target: TrainingRows, down: Down, residual?: Residual): Next {
  return tell({ ...at, place: { at: 'batch', batch } }, batchRows(at, batch), target, down, residual);
}

function tell(
  at: Working,
  wanted: Int32Array,
  target: TrainingRows,
  json: Down,
  residual: Residual = { rows: new Int32Array(0), values: dense(0, architectureOf(at.spec).units) },
): Next {
  const next = { residual, down: { json, tensors: {} } };
  // A batch of all rows is in their order: nothing is picked out.
  const all = wanted.length === target.rows;
  return { state: writeState(at), next: all ? next : { ...next, wanted } };
}

function residualOf(rows: Int32Array, values: Dense, target: TrainingRows): Residual {
  return rows.length === target.rows ? values : { rows, values };
}

function batchRows({ order, spec }: Working, batch: number): Int32Array {
  return order.slice(batch * spec.batchSize, (batch + 1) * spec.batchSize);
}

/** The settings with the number of classes, where the network learns many. */
function specFor({ classes }: TrainingRows, spec: NetworkSpec): NetworkSpec {
  if (spec.output !== 'softmax') return spec;
  if (classes === undefined) throw new Error('a network needs to know the classes of its labels');
  return { ...spec, classes: classes.length };
}

/** What the rows of each class weigh, and the mean weight v of a training row. */
function weighingOf(target: TrainingRows, { classWeights }: NetworkSpec): Working['weighing'] {
  const { labels, weights, rows } = target;
  const factors = classFactors(target, target.classes ?? ['0', '1'], classWeights);
  if (!factors && !weights) return { mean: 1, factors: [] };
  let total = 0;
  for (let row = 0; row < rows; row++) total += (weights?.[row] ?? 1) * factorOf(factors, labels[row]!);
  return { mean: total / rows, factors: [...(factors ?? [])] };
}

/** Rows with their labels, and their weights v_i in units of the mean over all training rows. */
function batchOf(
  rows: Int32Array,
  { labels, weights }: TrainingRows,
  { mean, factors }: Working['weighing'],
): Batch {
  const given = factors.length > 0 ? factors : undefined;
  return {
    rows,
    labels: Float64Array.from(rows, (row) => labels[row]!),
    weights: Float64Array.from(rows, (row) => ((weights?.[row] ?? 1) * factorOf(given, labels[row]!)) / mean),
  };
}

/** Without weights of classes 1; a row of a class that is not learned weighs nothing. */
function factorOf(factors: readonly number[] | undefined, label: number): number {
  return factors ? (factors[label] ?? 0) : 1;
}

/** An epoch is a round; its loss is the mean of what its batches had, each with the weights of its time. */
function progressOf({ epoch, sum, order }: Working): Progress {
  return { round: epoch, loss: sum / order.length, gradientNorm: null };
}

function refuse(rows: number): never {
  throw new AmalurError('AMALUR_INVALID_JOB', `of ${rows} training rows none can be kept apart`, {
    field: 'model.earlyStopping',
    suggestion: 'leave "earlyStopping" out, or hold fewer rows out',
  });
}
