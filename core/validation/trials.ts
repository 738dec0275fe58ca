import { canonicalJson } from '../json.js';
import { modelSchema } from '../job/model-schema.js';
import type { ModelSpec } from '../job/schema.js';
import type { Search, SearchValue } from '../job/search-schema.js';
import { draws } from '../models/draws.js';
import { combinations, isList, isPath, trialCount, type Choices } from './trial-count.js';

/** What a trial gives to the fields that are searched over. */
export type TrialParameters = Readonly<Record<string, SearchValue>>;

/**
 * All trials of a search, in an order that depends on the job alone: fields by name, the last one fastest; but the values of a path one
 * after the other.
 * @param largest the first value of a path; not needed where the search has none
 */
export function trialsOf(
  model: ModelSpec,
  search: Search | undefined,
  largest?: number,
): readonly TrialParameters[] {
  if (search === undefined) return [{}];
  const { over } = search;
  const byName = Object.keys(over).sort();
  const onPath = (field: string) => isPath(over[field] ?? []);
  const fields = [...byName.filter((field) => !onPath(field)), ...byName.filter(onPath)];
  const choices = fields.map((field) => choiceOf(model, field, over[field] ?? [], largest));
  const named = (pick: (choice: Choice, at: number) => SearchValue): TrialParameters =>
    Object.fromEntries(choices.map((choice, at) => [fields[at] ?? '', pick(choice, at)]));
  return search.method === 'grid' ? grid(choices, named) : drawn(search, named);
}

/** The model's settings in a trial. */
export function withParameters(model: ModelSpec, parameters: TrialParameters): ModelSpec {
  return modelSchema.parse({ ...model, ...parameters });
}

interface Choice {
  /** Values in a grid. */
  readonly count: number;
  readonly at: (position: number) => SearchValue;
  /** The value at a number in [0, 1), all being as probable. */
  readonly draw: (uniform: number) => SearchValue;
}

type Named = (pick: (choice: Choice, at: number) => SearchValue) => TrialParameters;

function choiceOf(model: ModelSpec, field: string, choices: Choices, largest: number | undefined): Choice {
  if (isList(choices)) {
    const at = (position: number) => choices[position]!;
    return { count: choices.length, at, draw: (uniform) => at(Math.floor(uniform * choices.length)) };
  }
  if (isPath(choices)) {
    if (largest === undefined)
      throw new Error('a path begins at the least penalty at which all parameters are 0');
    const { path, ratio } = choices;
    const at = (position: number) => largest * ratio ** (position / (path - 1));
    return { count: path, at, draw: (uniform) => at(Math.floor(uniform * path)) };
  }
  const { from, to, scale, count = 1 } = choices;
  const whole = takesWholeNumbers(model, field);
  const value = (share: number) => {
    const exact = scale === 'log' ? from * (to / from) ** share : from + (to - from) * share;
    return whole ? Math.round(exact) : exact;
  };
  // The ends are as the job says them, without rounding.
  const at = (position: number) =>
    position === 0 ? from : position === count - 1 ? to : value(position / (count - 1));
  return { count, at, draw: value };
}

function grid(choices: readonly Choice[], named: Named): TrialParameters[] {
  const size = choices.reduce((product, { count }) => product * count, 1);
  return Array.from({ length: size }, (_, trial) => {
    let rest = trial;
    const positions = [...choices].reverse().map(({ count }) => {
      const position = rest % count;
      rest = Math.floor(rest / count);
      return position;
    });
    positions.reverse();
    return named((choice, at) => choice.at(positions[at]!));
  });
}

/** Of lists alone no combination is drawn twice; a range hardly repeats itself. */
function drawn(search: Search, named: Named): TrialParameters[] {
  const draw = draws(`search ${String(search.seed)}`);
  const once = Number.isFinite(combinations(search));
  const seen = new Set<string>();
  const trials: TrialParameters[] = [];
  for (let turn = 0; trials.length < trialCount(search); turn++) {
    const trial = named((choice, at) => choice.draw(draw(turn, at)));
    const text = canonicalJson(trial);
    if (once && seen.has(text)) continue;
    seen.add(text);
    trials.push(trial);
  }
  return trials;
}

/** Whether the model takes 1 or 2 for a field, and not what lies between. */
function takesWholeNumbers(model: ModelSpec, field: string): boolean {
  const takes = (value: number) => modelSchema.safeParse({ ...model, [field]: value }).success;
  return [1, 2, 3].some((whole) => takes(whole) && takes(whole + 1) && !takes(whole + 0.5));
}
