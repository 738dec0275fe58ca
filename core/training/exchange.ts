import { z } from 'zod';
import type { Matrix } from '../algebra/matrix.js';
import { withSquares } from '../algebra/with-squares.js';
import type { ModelSpec } from '../job/schema.js';
import { momentsOf, type Moments } from './moments.js';
import type { ColumnFacts, ColumnStart, Message, PartyOpening, PartyProgram, State } from './program.js';
import { gradientOf, hasResidual } from './residual.js';
import { columnStart, openAt, startingJson, startTensors, type Starting } from './starting.js';
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
  /** Settings and parameters with which a training is to begin, once the aggregator asks for it. Left out: where the program begins by itself. */
  readonly start?: { readonly spec: ModelSpec; readonly columns?: ColumnStart };
}

/** A party's state before its first step. */
export function startParty(program: PartyProgram, source: PartyTable, spec: ModelSpec): State {
  return program.start(columnFacts(program, source), spec);
}

/** The same at given parameters, with what goes up of them. */
export function openParty(
  program: PartyProgram,
  source: PartyTable,
  spec: ModelSpec,
  start: ColumnStart,
): PartyOpening {
  return openAt(program, columnFacts(program, source), spec, start);
}

function columnFacts(program: PartyProgram, source: PartyTable): ColumnFacts {
  const { table, names, counts, trainRows, moments: known } = source;
  return {
    names,
    ...(program.needs.moments && { moments: known ?? momentsOf(table, counts, trainRows) }),
  };
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
  if (!hasResidual(down.tensors)) return answerAsked(program, source, state, down);
  const table = multiplied(program, source);
  const gradient = gradientOf(table, down.tensors);
  const { state: next, theta, up } = program.update(state, down, gradient);
  const partial = denseTensor(wantedProduct(table, theta, down.tensors));
  return { state: next, up: { json: up.json, tensors: { ...up.tensors, partial } } };
}

/** Facts; and where the training begins at given parameters, the party's own, with what it says of them. */
function answerAsked(
  program: PartyProgram,
  source: PartyTable,
  state: State,
  down: Message,
): { state: State; up: Message } {
  const facts = factsOf(source, down);
  const { start } = askJson.parse(down.json);
  if (start === undefined) return { state, up: facts };
  if (source.start === undefined) throw new Error('the party was not told at what parameters it is to begin');
  const { spec } = source.start;
  const columns = columnStart(source.names, source.start.columns, start);
  const opening = openParty(program, source, spec, columns);
  const product = multiplied(program, source).multiply(opening.theta);
  const tensors = {
    ...facts.tensors,
    ...opening.up.tensors,
    partial: denseTensor(product),
    shift: vectorTensor(columns.shift),
  };
  return { state: opening.state, up: { json: opening.up.json, tensors } };
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
  const facts = factsOf(source, down);
  const { start } = askJson.parse(down.json);
  if (start === undefined || source.start?.columns === undefined) return facts;
  const columns = columnStart(source.names, source.start.columns, start);
  return { ...facts, tensors: { ...facts.tensors, ...startTensors(columns) } };
}

/** What a program's products are made with. */
export function multiplied({ needs }: PartyProgram, { table }: PartyTable): Matrix {
  return needs.squares === true ? withSquares(table) : table;
}

/** What the aggregator may ask of a table before the first step. */
const askJson = z.object({
  ask: z.array(z.enum(['names', 'moments', 'norms'])),
  start: startingJson.optional(),
});
export type Ask = z.infer<typeof askJson>['ask'];

/** A message down that only asks: no step is taken. @param start where the training begins at given parameters */
export function asking(ask: Ask, start?: Starting): Message {
  return { json: { ask, ...(start && { start }) }, tensors: {} };
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
