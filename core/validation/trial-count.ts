import type { Search, SearchValue } from '../job/search-schema.js';

/** Values that a field of the model may take in a search. */
export type Choices = Search['over'][string];

export function isList(choices: Choices): choices is SearchValue[] {
  return Array.isArray(choices);
}

/** A descending path of penalties, from the least at which all parameters are 0. */
export type Path = Extract<Choices, { path: number }>;

export function isPath(choices: Choices): choices is Path {
  return 'path' in choices;
}

/** The path of a search, if it has one. */
export function pathOf(search: Search | undefined): Path | undefined {
  return Object.values(search?.over ?? {}).find(isPath);
}

/** Whether a trial begins where the one before it ended. */
export function goesOn(search: Search | undefined, trial: number): boolean {
  const path = pathOf(search);
  return path !== undefined && trial % path.path > 0;
}

/** Trials whose measures, and trainings of folds whose steps, a history has room for. */
export const MOST_TRIALS = 150;
export const MOST_FITS = 1000;

/** Combinations of a grid; of a random search those of its lists, or infinitely many where one of the choices is a range. */
export function combinations({ method, over }: Search): number {
  return Object.values(over).reduce((product, choices) => {
    if (isList(choices)) return product * choices.length;
    if (isPath(choices)) return product * choices.path;
    return product * (method === 'grid' ? (choices.count ?? 1) : Infinity);
  }, 1);
}

/** Trials that a search makes; a validation without a search is one. */
export function trialCount(search: Search | undefined): number {
  if (search === undefined) return 1;
  const all = combinations(search);
  return search.method === 'grid' ? all : Math.min(all, search.trials);
}
