import { canonicalJson } from '../../core/json.js';
import type { Candidate, Plan } from '../../core/planner/plan.js';
import type { Prisma } from '../generated/sqlite/client.js';
import { fromJson, fromSecondsColumns, toSecondsColumns } from './columns.js';
import type { Transaction } from './database.js';

export const planWithCandidates = { candidates: { orderBy: { position: 'asc' } } } as const;

type PlanRow = Prisma.PlanGetPayload<{ include: typeof planWithCandidates }>;

/** Stores a run's plan in the place of any earlier one. */
export async function storePlan(transaction: Transaction, execution: string, plan: Plan): Promise<void> {
  const { chosen, explanation, segmentRounds, candidates } = plan;
  await transaction.plan.deleteMany({ where: { execution } });
  await transaction.plan.create({
    data: {
      execution,
      chosen,
      explanation,
      segmentRounds,
      candidates: { create: candidates.map(toColumns) },
    },
  });
}

function toColumns(candidate: Candidate, position: number) {
  const { id, strategy, site, mode, memoryBytes, explanation } = candidate;
  return {
    ...{ position, candidate: id, strategy, site, mode, memoryBytes, explanation },
    ...toSecondsColumns(candidate.seconds),
    roundsExpected: candidate.rounds.expected,
    roundsUncertainty: candidate.rounds.uncertainty,
    bytesOutJson: canonicalJson(candidate.bytesOut),
    excludedJson: canonicalJson(candidate.excluded),
  };
}

export function toPlan({ chosen, explanation, segmentRounds, candidates }: PlanRow): Plan {
  return { chosen, explanation, segmentRounds, candidates: candidates.map(toCandidate) };
}

function toCandidate(row: PlanRow['candidates'][number]): Candidate {
  return {
    id: row.candidate,
    // The next three were written from a Candidate.
    strategy: row.strategy as Candidate['strategy'],
    site: row.site as Candidate['site'],
    mode: row.mode as Candidate['mode'],
    seconds: fromSecondsColumns(row),
    rounds: { expected: row.roundsExpected, uncertainty: row.roundsUncertainty },
    bytesOut: fromJson<Candidate['bytesOut']>(row.bytesOutJson),
    memoryBytes: row.memoryBytes,
    excluded: fromJson<Candidate['excluded']>(row.excludedJson),
    explanation: row.explanation,
  };
}
