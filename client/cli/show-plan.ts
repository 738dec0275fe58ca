import type { ColumnEncoding, ResolvedJob } from '../../core/job/resolved.js';
import type { Candidate, Plan } from '../../core/planner/plan.js';
import { formatBytes, formatBytesBySilo, formatSeconds } from './format.js';
import { table } from './output.js';

/** The planner's decision: why, and every candidate with what it would cost. */
export function showPlan(plan: Plan): string {
  return [plan.explanation, '', showCandidates(plan), '', ...plan.candidates.map(reason)].join('\n');
}

export function showCandidates({ chosen, candidates }: Plan): string {
  return table(
    [
      { head: '' },
      { head: 'plan' },
      { head: 'join', align: 'right' },
      { head: 'compute', align: 'right' },
      { head: 'transfer', align: 'right' },
      { head: 'orchestr.', align: 'right' },
      { head: 'total', align: 'right' },
      { head: 'rounds', align: 'right' },
      { head: 'memory', align: 'right' },
      { head: 'leaves the silos' },
    ],
    candidates.map(({ id, seconds, rounds, memoryBytes, bytesOut, excluded }) => [
      id === chosen ? '→' : excluded.length > 0 ? '✗' : '',
      id,
      ...[seconds.join, seconds.compute, seconds.transfer, seconds.orchestration, seconds.total].map(
        formatSeconds,
      ),
      String(rounds.expected),
      formatBytes(memoryBytes),
      formatBytesBySilo(bytesOut),
    ]),
  );
}

function reason({ id, explanation }: Candidate): string {
  return `${id}: ${explanation}`;
}

const MARKS: Readonly<Record<ColumnEncoding, string>> = {
  numeric: '',
  polynomial: ' (polynomial)',
  spline: ' (spline)',
  bins: ' (bins)',
  categorical: '*',
  date: ' (date)',
  hash: ' (hash)',
  target: ' (target)',
};

/** Who takes part and what is learned from. */
export function showParties({ parties, groups, interactions = [], leftOut, jobHash }: ResolvedJob): string {
  const within = groups.flatMap(({ id, features }) =>
    features.flatMap(({ name, times = [] }) => times.map((other) => `${id}.${name} × ${other}`)),
  );
  const across = interactions.map((pair) =>
    pair.map(({ group, column }) => `${group}.${column}`).join(' × '),
  );
  const products = [...within, ...across];
  return [
    ...parties.map(({ id, features }) => {
      const names = features.map(({ name, encoding }) => `${name}${MARKS[encoding]}`);
      return `${id}: ${names.join(', ') || 'no feature'}`;
    }),
    ...(products.length > 0 ? [`products: ${products.join(', ')}`] : []),
    '(* one column per value)',
    ...(leftOut.length === 0
      ? []
      : ['', 'Left out:', ...leftOut.map(({ column, reason }) => `  ${column}: ${reason}`)]),
    '',
    `job hash ${jobHash}`,
  ].join('\n');
}
