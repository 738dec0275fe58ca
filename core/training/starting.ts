import { z } from 'zod';
import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import type { Tensor } from '../exchange/bundle.js';
import type { ModelSpec } from '../job/schema.js';
import type { ModelFamily } from '../models/family.js';
import { placesOf } from '../models/softmax/places-of.js';
import type { ColumnFacts, ColumnStart, OwnStart, PartyOpening, PartyProgram } from './program.js';
import { denseOf, denseTensor, float64, vectorTensor } from './tensors.js';

/** What a party is told that is to begin at its own parameters. */
export const startingJson = z.object({
  /** q, columns that θ is to have. */
  width: z.int(),
  /** Of each class where it was among those that the parameters are of, −1 for a new one; null: θ has no column for each class. */
  places: z.array(z.int()).nullable(),
});
export type Starting = z.infer<typeof startingJson>;

/** @param classes of the labels, of a model that learns many */
export function startingOf(
  { start }: ModelFamily,
  spec: ModelSpec,
  { classes: before }: Pick<OwnStart, 'classes'>,
  classes: readonly string[] | undefined,
): Starting {
  if (start === undefined) throw cannot(spec);
  const width = start.width(spec, classes);
  return { width, places: start.byClass && before && classes ? placesOf(classes, before) : null };
}

/** A party's parameters as the training wants them; without any, nothing is known. */
export function columnStart(
  names: readonly string[],
  given: ColumnStart | undefined,
  { width, places }: Starting,
): Required<ColumnStart> {
  const theta = given && (places ? picked(given.theta, places) : given.theta);
  if (given === undefined || theta === undefined) {
    const none = dense(names.length, width);
    return { theta: none, known: new Float64Array(names.length), shift: new Float64Array(width) };
  }
  if (theta.columns !== width || theta.rows !== names.length)
    throw new Error('given parameters are those of the columns and the model');
  const { known = new Float64Array(names.length).fill(1), shift = new Float64Array(given.theta.columns) } =
    given;
  return { theta, known, shift: places ? Float64Array.from(places, (place) => shift[place] ?? 0) : shift };
}

/** A table that shares its columns sends the parameters up: their program is with the aggregator. */
export function startTensors({ theta, known, shift }: Required<ColumnStart>): Record<string, Tensor> {
  return { theta: denseTensor(theta), known: vectorTensor(known), shift: vectorTensor(shift) };
}

export function readStart(tensors: Readonly<Record<string, Tensor>>): Required<ColumnStart> {
  return {
    theta: denseOf(tensors, 'theta'),
    known: float64(tensors, 'known'),
    shift: float64(tensors, 'shift'),
  };
}

/** Begins at given parameters, with what goes up of them. */
export function openAt(
  program: PartyProgram,
  columns: ColumnFacts,
  spec: ModelSpec,
  start: ColumnStart,
): PartyOpening {
  if (!program.startAt) throw cannot(spec);
  return program.startAt(columns, spec, start);
}

/** Jobs that ask for it are refused (core/job/check-warm-start.ts). */
export function cannot({ type }: ModelSpec): Error {
  return new Error(`a ${type} with these settings cannot begin at given parameters`);
}

function picked({ rows, columns, data }: Dense, places: readonly number[]): Dense {
  const result = dense(rows, places.length);
  for (let row = 0; row < rows; row++)
    places.forEach((place, at) => {
      if (place >= 0) result.data[row * places.length + at] = data[row * columns + place]!;
    });
  return result;
}
