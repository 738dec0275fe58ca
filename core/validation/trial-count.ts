import type { Search, SearchValue } from '../job/search-schema.js';

/** Values that a field of the model may take in a search. */
export type Choices = Search['over'][string];

export function isList(choices: Choices): choices is SearchValue[] {
  return Array.isArray(choices);
}

/** Trials whose measures, and trainings of folds whose steps, a history has room for. */
export const MOST_TRIALS = 150;
export const MOST_FITS = 1000;

/** Combinations of a grid; of a random search those of its lists, or infinitely many where one of the choices is a range. */
export function combinations({ method, over }: Search): number {
  return Object.values(over).reduce((product, choices) => {
    if (isList(choices)) return product * choices.length;
    return product * (method === 'grid' ? (choices.count ?? 1) : Infinity);
  }, 1);
}

/** Trials that a search makes; a validation without a search is one. */
export function trialCount(search: Search | undefined): number {
  if (search === undefined) return 1;
  const all = combinations(search);
  return search.method === 'grid' ? all : Math.min(all, search.trials);
}
