import { z } from 'zod';
import type { Dense, Matrix } from '../algebra/matrix.js';
import { withSquares } from '../algebra/with-squares.js';
import type { ModelSpec } from '../job/schema.js';
import { momentsOf, type Moments } from './moments.js';
import type { Message, PartyProgram, State } from './program.js';
import { gradientOf, hasResidual } from './residual.js';
import { denseOf, denseTensor, vectorTensor } from './tensors.js';
import { wantedProduct } from './wanted.js';

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
  /** Where they are known already. */
  readonly moments?: Moments;
}

/**
 * A party's state before its first step.
 * @param theta θ_k to begin at; default: where the program begins by itself
 */
export function startParty(program: PartyProgram, source: PartyTable, spec: ModelSpec, theta?: Dense): State {
  const { table, names, counts, trainRows, moments: known } = source;
  const moments = program.needs.moments && { moments: known ?? momentsOf(table, counts, trainRows) };
  if (theta === undefined) return program.start({ names, ...moments }, spec);
  if (!program.startAt)
    throw new Error(`a ${spec.type} with these settings cannot begin at given parameters`);
  return program.startAt({ names, ...moments }, spec, theta);
}

/**
 * Answers a message: with facts that are asked for, or with a step of the program, whose products with D_k are made here.
 * Down: G_k (r_k × p), as `residualTensors` writes it. Up: tensor `partial`, D_k Θ (r_k × q), or of the rows that are `wanted`.
 */
export function stepParty(
  program: PartyProgram,
  source: PartyTable,
  state: State,
  down: Message,
): { state: State; up: Message } {
  if (!hasResidual(down.tensors)) return { state, up: factsOf(source, down) };
  const table = multiplied(program, source);
  const gradient = gradientOf(table, down.tensors);
  const { state: next, theta, up } = program.update(state, down, gradient);
  const partial = denseTensor(wantedProduct(table, theta, down.tensors));
  return { state: next, up: { json: up.json, tensors: { ...up.tensors, partial } } };
}

/**
 * What a table does for columns that others supply too, whose program is with the aggregator: the two products with its D_b
 * and nothing else. G_b goes up as `gradient` D_bᵀ G_b, `theta` Θ as `partial` D_b Θ.
 */
export function answerShare(program: PartyProgram, source: PartyTable, down: Message): Message {
  const table = multiplied(program, source);
  if (hasResidual(down.tensors)) {
    return { json: {}, tensors: { gradient: denseTensor(gradientOf(table, down.tensors)) } };
  }
  if (down.tensors.theta !== undefined) {
    const theta = denseOf(down.tensors, 'theta');
    return { json: {}, tensors: { partial: denseTensor(wantedProduct(table, theta, down.tensors)) } };
  }
  return factsOf(source, down);
}

/** What a program's products are made with. */
function multiplied({ needs }: PartyProgram, { table }: PartyTable): Matrix {
  return needs.squares === true ? withSquares(table) : table;
}

/** What the aggregator may ask of a table before the first step. */
const askJson = z.object({ ask: z.array(z.enum(['names', 'moments', 'norms'])) });
export type Ask = z.infer<typeof askJson>['ask'];

/** A message down that only asks: no step is taken. */
export function asking(ask: Ask): Message {
  return { json: { ask }, tensors: {} };
}

function factsOf({ table, names, counts, trainRows }: PartyTable, { json }: Message): Message {
  const { ask } = askJson.parse(json);
  const moments = ask.includes('moments') && momentsOf(table, counts, trainRows);
  return {
    json: ask.includes('names') ? { names: [...names] } : {},
    tensors: {
      ...(ask.includes('norms') && { norms: vectorTensor(table.squaredRowNorms()) }),
      ...(moments && { mean: vectorTensor(moments.mean), second: denseTensor(moments.second) }),
    },
  };
}
