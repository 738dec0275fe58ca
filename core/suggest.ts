import { distance } from 'fastest-levenshtein';

/**
 * The candidate that was probably meant: equal but for case, or within a third of the word's length in edits,
 * at most four (always two, and one in words of up to three letters; the same letters in another order count as one edit). Of two equally near the first in order wins; undefined when none is near.
 */
export function suggest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase();
  const limit = wanted.length < 4 ? 1 : Math.min(4, Math.max(2, Math.floor(wanted.length / 3)));
  let best: string | undefined;
  let least = limit + 1;
  for (const candidate of [...candidates].sort()) {
    const edits = editsBetween(wanted, candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return best;
}

function editsBetween(word: string, other: string): number {
  const edits = distance(word, other);
  return edits > 1 && sorted(word) === sorted(other) ? 1 : edits;
}

function sorted(word: string): string {
  return Array.from(word).sort().join('');
}

/** The suggestion as a sentence, with the list of what there is where nothing is near and the list is short. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const all = [...candidates].sort();
  const meant = suggest(word, all);
  if (meant !== undefined) return `did you mean ${meant}?`;
  return all.length > 0 && all.length <= 20 ? `known: ${all.join(', ')}` : undefined;
}
