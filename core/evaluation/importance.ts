import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import { addTo } from '../algebra/stack.js';
import { draws } from '../models/draws.js';
import type { Metrics } from '../models/model.js';
import { columnParts, type ColumnBlock } from './column-parts.js';
import { mainMeasure, type MainMeasure } from './main-measure.js';

/**
 * Permutation importance (Breiman, *Random Forests*, 2001, §10, here of a model and its test rows as in scikit-learn): how much worse the
 * main measure is once values of one origin are permuted among the test rows.
 */
export interface Importance {
  readonly measure: MainMeasure['name'];
  readonly repeats: number;
  /** By the silos that supply columns: one, or several that supply the same ones. */
  readonly silos: readonly ({ readonly silos: readonly string[] } & Loss)[];
  /** Most important first, at most a hundred; where the columns are at hand and the job asks for them. */
  readonly columns?: readonly ({ readonly column: string } & Loss)[];
}

/** What is lost by permuting: mean and standard deviation over the repetitions (of them, not of a population). */
interface Loss {
  readonly mean: number;
  readonly deviation: number;
}

export interface PermutationOptions {
  readonly repeats: number;
  readonly seed: number;
}

/** A model on the test rows. A prediction is a function of scores that are sums over groups of columns. */
export interface Scored {
  /** Scores by group of columns, n × q each. */
  readonly groups: ReadonlyMap<string, Dense>;
  /** Silos that supply each group. */
  readonly silos: (group: string) => readonly string[];
  readonly measure: (scores: Dense) => Metrics;
  /** Encoded columns by group, where they are at hand and scores are linear in them. */
  readonly blocks?: readonly ColumnBlock[];
}

const MOST_COLUMNS = 100;

/** Undefined where the main measure is not defined, be it of permuted rows, or there is nothing to permute. */
export function importanceOf(scored: Scored, options: PermutationOptions): Importance | undefined {
  const total = sumOf([...scored.groups.values()]);
  if (total === undefined) return undefined;
  const { name: measure, value, better } = mainMeasure(scored.measure(total));
  if (value === null) return undefined;
  const worseBy = (scores: Dense) => {
    const permuted = mainMeasure(scored.measure(scores)).value ?? NaN;
    return better === 'higher' ? value - permuted : permuted - value;
  };
  const lossOf = (name: string, part: Dense) => lossBy(name, total, part, worseBy, options);
  const silos = [...groupsBySilos(scored)].flatMap(([name, { silos, groups }]) => {
    const part = sumOf(groups);
    return part ? [{ silos, ...lossOf(`silos ${name}`, part) }] : [];
  });
  const columns: ({ column: string } & Loss)[] = [];
  for (const block of scored.blocks ?? [])
    for (const { column, part } of columnParts(block))
      columns.push({ column, ...lossOf(`column ${column}`, part) });
  // A permuted score may be beyond what a prediction can be, as an exponential of it.
  if (![...silos, ...columns].every(({ mean }) => Number.isFinite(mean))) return undefined;
  columns.sort((a, b) => b.mean - a.mean || (a.column < b.column ? -1 : 1));
  return {
    measure,
    repeats: options.repeats,
    silos,
    ...(scored.blocks && { columns: columns.slice(0, MOST_COLUMNS) }),
  };
}

/** Groups of columns by who supplies them: a permutation moves all of a silo's values of a row together. */
function groupsBySilos({ groups, silos }: Scored) {
  const found = new Map<string, { silos: readonly string[]; groups: Dense[] }>();
  for (const [id, scores] of groups) {
    const names = [...new Set(silos(id))].sort();
    const entry = found.get(names.join('+')) ?? { silos: names, groups: [] };
    entry.groups.push(scores);
    found.set(names.join('+'), entry);
  }
  return found;
}

/** Scores in which `part` is another row's: total − part + part of the permuted row. */
function lossBy(
  name: string,
  total: Dense,
  part: Dense,
  worseBy: (scores: Dense) => number,
  { repeats, seed }: PermutationOptions,
): Loss {
  const random = draws(`permutation ${seed} ${name}`);
  const losses = Array.from({ length: repeats }, (_, repeat) => {
    const order = permutation(total.rows, (at) => random(repeat, at));
    const { columns } = total;
    const moved = total.data.map((score, at) => {
      const column = at % columns;
      const other = part.data[order[(at - column) / columns]! * columns + column]!;
      // Where nothing depends on the part, the very same score is left.
      return score + (other - part.data[at]!);
    });
    return worseBy(dense(total.rows, columns, moved));
  });
  const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
  const variance = losses.reduce((sum, loss) => sum + (loss - mean) ** 2, 0) / repeats;
  return { mean, deviation: Math.sqrt(variance) };
}

/** Fisher and Yates, from the last place to the first: place i is exchanged with place ⌊(i + 1) u(i)⌋. */
function permutation(rows: number, random: (at: number) => number): Int32Array {
  const order = Int32Array.from({ length: rows }, (_, at) => at);
  for (let at = rows - 1; at > 0; at--) {
    const other = Math.floor(random(at) * (at + 1));
    const moved = order[at]!;
    order[at] = order[other]!;
    order[other] = moved;
  }
  return order;
}

function sumOf(parts: readonly Dense[]): Dense | undefined {
  const [first] = parts;
  if (first === undefined) return undefined;
  const sum = dense(first.rows, first.columns);
  for (const part of parts) addTo(sum, part);
  return sum;
}
