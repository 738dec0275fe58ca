import { AmalurError } from '../errors.js';
import type { Exclusion, Rule } from './constraints.js';

export interface Judged {
  readonly id: string;
  readonly exclusions: readonly Exclusion[];
}

/**
 * AMALUR_NO_PLAN: names what leaves no plan, with one example each, and what would be possible if it gave way.
 * @param judged the candidates, cheapest first, none of them allowed
 */
export function noPlan(judged: readonly Judged[]): AmalurError {
  const sets = judged.map(({ id, exclusions }) => ({ id, exclusions, rules: rulesOf(exclusions) }));
  // A set of rules that contains another candidate's set binds nothing by itself: that other candidate falls by fewer.
  const binding = sets.filter(({ rules }) => !sets.some((other) => isProperSubset(other.rules, rules)));
  const rules = [...new Set(binding.flatMap((one) => one.rules))];
  const names = list(rules.map(nameOf));
  const examples = rules.map((rule) => {
    const first = binding.find((one) => one.rules.includes(rule));
    const sentence = first?.exclusions.find((exclusion) => exclusion.rule === rule)?.sentence ?? '';
    return `${first?.id ?? ''}: ${sentence}`;
  });
  const ways = rules.flatMap((rule) => {
    const single = binding.find((one) => one.rules.length === 1 && one.rules[0] === rule);
    return single === undefined ? [] : [`without ${nameOf(rule)}, ${single.id} would be possible`];
  });
  return new AmalurError('AMALUR_NO_PLAN', `no plan satisfies ${names} (${examples.join('; ')})`, {
    field: rules.every((rule) => rule === 'strategy' || rule === 'search') ? 'strategy' : 'constraints',
    suggestion: ways.length === 0 ? `relax ${names}` : ways.join('; '),
  });
}

function rulesOf(exclusions: readonly Exclusion[]): readonly Rule[] {
  return [...new Set(exclusions.map(({ rule }) => rule))];
}

function isProperSubset(some: readonly Rule[], rules: readonly Rule[]): boolean {
  return some.length < rules.length && some.every((rule) => rules.includes(rule));
}

function nameOf(rule: Rule): string {
  if (rule === 'memory') return "the host's memory";
  if (rule === 'search') return 'the path of the search';
  return rule === 'strategy' ? 'the strategy asked for' : `constraints.${rule}`;
}

function list(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;
}
