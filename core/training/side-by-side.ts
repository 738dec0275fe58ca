import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import type { ModelSpec } from '../job/schema.js';
import type { ModelFamily } from '../models/family.js';
import { trainedBy } from '../models/programs.js';
import { startParty, type PartyTable } from './exchange.js';
import type { LocalResult, LocalRun } from './local-runner.js';
import type { AggregatorStep, Message, Progress, State, TrainingRows } from './program.js';

/** Rows that several models are trained on at once. */
export type SharedRows = Pick<LocalRun, 'table' | 'names' | 'labels' | 'weights' | 'offsets' | 'moments'>;

export type Trained = Pick<LocalResult, 'parameters' | 'own' | 'progress'>;

/** A training that goes on: its own state, and what it sends down next. */
interface Going {
  readonly family: ModelFamily;
  readonly party: State;
  readonly aggregator: State;
  readonly progress: Progress;
  readonly residual: Dense;
  readonly down: Message;
}

/**
 * Trains models with different settings on the same rows, each as `runLocally` would alone, with its own L-BFGS and its own end. In a round the
 * columns of all Δ and all Θ stand side by side, so that T is gone through once for Tᵀ[Δ_1 … Δ_m] and once for T[Θ_1 … Θ_m].
 * @param specs of models that exchange whole columns, as the generalised linear ones do
 */
export function runSideBySide(given: SharedRows, specs: readonly ModelSpec[]): readonly Trained[] {
  const { table, names, labels, weights, offsets, moments } = given;
  const target: TrainingRows = {
    ...{ rows: table.rows, labels },
    ...(weights && { weights }),
    ...(offsets && { offsets }),
  };
  const counts = new Float64Array(table.rows).fill(1);
  const source = { table, names, counts, trainRows: table.rows, ...(moments && { moments }) };
  const lanes = specs.map((spec): Going | Trained => {
    const family = trainedBy(spec);
    return family.solve?.(table, target, spec, moments, names) ?? begun(family, source, target, spec);
  });
  for (let going = onesGoing(lanes); going.length > 0; going = onesGoing(lanes)) {
    const gradients = columnsOf(
      table.transposedMultiply(sideBySide(going.map(([, { residual }]) => residual))),
      going.map(([, { residual }]) => residual.columns),
    );
    const updated = going.map(([, { family, party, down }], at) =>
      family.party.update(party, down, gradients[at]!),
    );
    const products = columnsOf(
      table.multiply(sideBySide(updated.map(({ theta }) => theta))),
      updated.map(({ theta }) => theta.columns),
    );
    going.forEach(([place, { family, aggregator, progress }], at) => {
      const { state, up } = updated[at]!;
      const step = family.aggregator.step(target, aggregator, products[at]!, [up]);
      lanes[place] = after(family, state, { ...step, progress: step.progress ?? progress });
    });
  }
  return lanes.map((lane) => {
    if ('residual' in lane) throw new Error('a training has not ended');
    return lane;
  });
}

function onesGoing(lanes: readonly (Going | Trained)[]): (readonly [number, Going])[] {
  return lanes.flatMap((lane, place) => ('residual' in lane ? [[place, lane] as const] : []));
}

function begun(
  family: ModelFamily,
  source: PartyTable,
  target: TrainingRows,
  spec: ModelSpec,
): Going | Trained {
  const { needs } = family.party;
  if (needs.norms || needs.squares === true) throw new Error(`a ${spec.type} is trained alone`);
  return after(family, startParty(family.party, source, spec), family.aggregator.start(target, spec));
}

function after(family: ModelFamily, party: State, step: AggregatorStep): Going | Trained {
  const { state: aggregator, progress = { round: 0, loss: NaN, gradientNorm: null }, next } = step;
  if ('done' in next) {
    const own = family.aggregator.parameters(aggregator);
    return { parameters: family.party.parameters(party), own, progress };
  }
  const { residual, down } = next;
  if (!('data' in residual) || next.wanted) throw new Error('only whole columns stand side by side');
  return { family, party, aggregator, progress, residual, down };
}

/** [A_1 … A_m], all of so many rows. */
function sideBySide(parts: readonly Dense[]): Dense {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const columns = parts.reduce((sum, part) => sum + part.columns, 0);
  const all = dense(first?.rows ?? 0, columns);
  let from = 0;
  for (const part of parts) {
    for (let row = 0; row < part.rows; row++)
      for (let j = 0; j < part.columns; j++)
        all.data[row * columns + from + j] = part.data[row * part.columns + j]!;
    from += part.columns;
  }
  return all;
}

/** The same taken apart again. */
function columnsOf(all: Dense, widths: readonly number[]): readonly Dense[] {
  if (widths.length === 1) return [all];
  let from = 0;
  return widths.map((width) => {
    const part = dense(all.rows, width);
    for (let row = 0; row < all.rows; row++)
      for (let j = 0; j < width; j++) part.data[row * width + j] = all.data[row * all.columns + from + j]!;
    from += width;
    return part;
  });
}
