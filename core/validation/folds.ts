import { AmalurError } from '../errors.js';
import type { Job } from '../job/schema.js';
import type { Validation } from '../job/search-schema.js';
import type { PositionRequest } from '../sources/source.js';
import type { TargetIndex } from '../integration/target-index.js';

/** Rows of T, ascending, that a model learns from, and those that it is measured on. */
export interface Fold {
  /** Blocks of rows that are learned from. */
  readonly blocks: readonly number[];
  readonly train: Int32Array;
  readonly validate: Int32Array;
}

/** What decides about a row's block. Of one seed and columns it has nothing to do with the split, which is made in the same way. */
export function positionsFor(columns: readonly string[], seed: number): PositionRequest {
  return { columns, seed: `fold ${String(seed)}` };
}

/** Which block a row is in by its position in [0, 1). A silo tells this, and not the position. */
export function blockAt(position: Float64Array, blocks: number): Float64Array {
  return position.map((at) => Math.floor(at * blocks));
}

/**
 * The block that each training row is in.
 * @param values what the tables say: the block itself, or the row's time
 * @throws AMALUR_WRONG_TYPE where a row has no time
 */
export function blocksOf(validation: Validation, values: Float64Array): Int32Array {
  if (!isOrdered(validation)) return Int32Array.from(values);
  const without = values.filter(Number.isNaN).length;
  if (without > 0) {
    throw new AmalurError('AMALUR_WRONG_TYPE', `${String(without)} training rows have no time`, {
      field: 'validation.by.time',
      suggestion: 'choose a column that has a value in every row, or make folds by rows',
    });
  }
  return blocksByTime(values, validation.folds);
}

/**
 * Blocks of rows by time, one more than there are folds: their borders are quantiles of the rows' times, and rows of one time are in one block.
 * @param times of the training rows
 */
function blocksByTime(times: Float64Array, folds: number): Int32Array {
  const sorted = times.toSorted();
  const blocks = folds + 1;
  const borders = Array.from(
    { length: folds },
    (_, at) => sorted[Math.floor(((at + 1) * times.length) / blocks)]!,
  );
  return Int32Array.from(times, (time) => borders.filter((border) => border <= time).length);
}

/** Whether the rows of a fold are predicted from earlier ones only. */
export function isOrdered({ by }: Validation): boolean {
  return by !== 'rows' && 'time' in by;
}

/**
 * The folds: each block predicted from all others, or, by time, each block but the first from those before it (Hyndman and
 * Athanasopoulos, "Forecasting", §5.10: a forecasting origin that rolls forward).
 * @param blockOf block of each training row
 */
export function foldsOf(blockOf: Int32Array, validation: Validation): readonly Fold[] {
  const ordered = isOrdered(validation);
  const rows = (wanted: (block: number) => boolean) =>
    Int32Array.from(blockOf.keys()).filter((row) => wanted(blockOf[row]!));
  return Array.from({ length: validation.folds }, (_, fold) => {
    const held = ordered ? fold + 1 : fold;
    const learned = (block: number) => (ordered ? block < held : block !== held);
    const all = Array.from({ length: validation.folds + (ordered ? 1 : 0) }, (__, block) => block);
    return {
      blocks: all.filter(learned),
      train: rows(learned),
      validate: rows((block) => block === held),
    };
  });
}

/**
 * Throws AMALUR_EMPTY_TARGET where a fold has no rows to learn from or to be measured on, AMALUR_LABEL_ONE_CLASS where it
 * would have to learn from one class, AMALUR_LABEL_OUT_OF_RANGE where from counts that are all 0.
 * @param target training rows
 */
export function requireFolds(job: Job, { blocks, labels, weights }: TargetIndex): void {
  const { validation } = job;
  if (validation === undefined || blocks === undefined) return;
  const hint = {
    field: 'validation.folds',
    suggestion: isOrdered(validation)
      ? 'take fewer folds, or a column that tells more times apart'
      : 'take fewer folds, another validation.seed, or other groups',
  };
  foldsOf(blocks, validation).forEach(({ train, validate }, fold) => {
    const learned = weights ? train.filter((row) => weights[row]! > 0) : train;
    const name = `fold ${String(fold + 1)} of ${String(validation.folds)}`;
    if (learned.length === 0 || validate.length === 0) {
      const what = validate.length === 0 ? 'to be measured on' : 'to learn from';
      throw new AmalurError('AMALUR_EMPTY_TARGET', `${name} has no rows ${what}`, hint);
    }
    if (job.model.type === 'poisson-regression' && !learned.some((row) => labels[row]! > 0))
      throw new AmalurError(
        'AMALUR_LABEL_OUT_OF_RANGE',
        `${name} would learn from counts that are all 0`,
        hint,
      );
    if (job.task !== 'classification') return;
    const first = labels[learned[0]!];
    if (learned.some((row) => labels[row] !== first)) return;
    throw new AmalurError('AMALUR_LABEL_ONE_CLASS', `${name} would learn from rows of one class only`, hint);
  });
}
