import { z } from 'zod';
import { addTo } from '../algebra/stack.js';
import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import { entryOf } from '../entry-of.js';
import type { ColumnGroup } from '../integration/target-index.js';
import { shareId } from '../job/resolved.js';
import type { ModelSpec } from '../job/schema.js';
import { addMoments, type Moments } from './moments.js';
import type { ColumnFacts, Message, PartyOpening, PartyProgram, State } from './program.js';
import { columnStart, openAt, readStart, type Starting } from './starting.js';
import { denseOf, float64, vectorTensor } from './tensors.js';

/**
 * The program of columns that several tables supply. It runs where the aggregator is; what the tables send of their rows is
 * added up, so that it steps as if one party had all the rows: D_kᵀ G_k = Σ_b D_bᵀ G_b.
 */
export function startShared(
  program: PartyProgram,
  group: ColumnGroup,
  ups: ReadonlyMap<string, Message>,
  spec: ModelSpec,
): State {
  return program.start(factsOf(program, group, ups), spec);
}

/** The same at parameters that the tables have sent, each of those that know them the same ones. */
export function openShared(
  program: PartyProgram,
  group: ColumnGroup,
  ups: ReadonlyMap<string, Message>,
  spec: ModelSpec,
  starting: Starting,
): PartyOpening {
  const facts = factsOf(program, group, ups);
  const known = messagesOf(group, ups).find(({ tensors }) => tensors.theta !== undefined);
  const start = columnStart(facts.names, known && readStart(known.tensors), { ...starting, places: null });
  const { up, ...opening } = openAt(program, facts, spec, start);
  return { ...opening, up: { ...up, tensors: { ...up.tensors, shift: vectorTensor(start.shift) } } };
}

function factsOf(program: PartyProgram, group: ColumnGroup, ups: ReadonlyMap<string, Message>): ColumnFacts {
  const facts = messagesOf(group, ups).map((up): ColumnFacts => ({
    ...namesJson.parse(up.json),
    ...(program.needs.moments && { moments: momentsIn(up) }),
  }));
  return facts.reduce((all, share) => {
    if (all.names.join('\n') !== share.names.join('\n')) {
      throw new Error(`the tables of ${group.id} name its columns differently`);
    }
    const { moments } = share;
    return all.moments && moments ? { ...all, moments: addMoments(all.moments, moments) } : all;
  });
}

/** The step of a shared group: what it tells the aggregator's program, and Θ for its tables to multiply. */
export function updateShared(
  program: PartyProgram,
  group: ColumnGroup,
  state: State,
  down: Message,
  ups: ReadonlyMap<string, Message>,
): { state: State; theta: Dense; up: Message } {
  const parts = messagesOf(group, ups).map(({ tensors }) => denseOf(tensors, 'gradient'));
  const gradient = dense(parts[0]!.rows, parts[0]!.columns);
  for (const part of parts) addTo(gradient, part);
  return program.update(state, down, gradient);
}

const namesJson = z.object({ names: z.array(z.string()) });

function momentsIn({ tensors }: Message): Moments {
  return { mean: float64(tensors, 'mean'), second: denseOf(tensors, 'second') };
}

/** In the sorted order of the parties. */
function messagesOf(group: ColumnGroup, ups: ReadonlyMap<string, Message>): Message[] {
  return group.shares.map(({ party }) => entryOf(ups, shareId(group, party)));
}
