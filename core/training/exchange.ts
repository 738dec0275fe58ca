import { z } from 'zod';
import type { Matrix } from '../algebra/matrix.js';
import type { ModelSpec } from '../job/schema.js';
import { momentsOf, squaredRowNorms } from './moments.js';
import type { Message, PartyProgram, State } from './program.js';
import { denseOf, denseTensor, vectorTensor } from './tensors.js';

/** D_k as its holder knows it. */
export interface PartyTable {
  /** D_k, r_k × c_k. */
  readonly table: Matrix;
  /** Names of its columns in T. */
  readonly names: readonly string[];
  /** n_k: how often each of its rows occurs among the training rows of T. */
  readonly counts: Float64Array;
  /** n. */
  readonly trainRows: number;
}

/** What the aggregator may ask of a table before the first step. */
const askJson = z.object({ ask: z.array(z.enum(['norms'])) });
export type Ask = z.infer<typeof askJson>['ask'];

/** A message down that asks and lets no step be taken. */
export function asking(ask: Ask): Message {
  return { json: { ask }, tensors: {} };
}

/** A party's state before its first step. */
export function startParty(
  program: PartyProgram,
  { table, names, counts, trainRows }: PartyTable,
  spec: ModelSpec,
): State {
  const moments = program.needs.moments && { moments: momentsOf(table, counts, trainRows) };
  return program.start({ names, ...moments }, spec);
}

/**
 * Answers a message: with what is asked of the table, or with a step of the program, whose products with D_k are made here.
 * Down: tensor `residual`, G_k (r_k × p). Up: tensor `partial`, D_k Θ (r_k × q).
 */
export function stepParty(
  program: PartyProgram,
  { table }: Pick<PartyTable, 'table'>,
  state: State,
  down: Message,
): { state: State; up: Message } {
  if (down.tensors.residual === undefined) return { state, up: answerTo(down, table) };
  const gradient = table.transposedMultiply(denseOf(down.tensors, 'residual'));
  const { state: next, theta, up } = program.update(state, down, gradient);
  const partial = denseTensor(table.multiply(theta));
  return { state: next, up: { json: up.json, tensors: { ...up.tensors, partial } } };
}

function answerTo({ json }: Message, table: Matrix): Message {
  const { ask } = askJson.parse(json);
  return {
    json: {},
    tensors: ask.includes('norms') ? { norms: vectorTensor(squaredRowNorms(table)) } : {},
  };
}
