import { canonicalJson } from '../../core/json.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import type { SkippedSilo } from '../../core/job/silo-loss.js';
import type { Metrics } from '../../core/models/model.js';
import type { RunFacts } from '../catalog.js';
import type { Prisma } from '../generated/sqlite/client.js';
import {
  compareText,
  fromJson,
  fromNullable,
  fromSecondsColumns,
  toNullable,
  toSecondsColumns,
} from './columns.js';
import type { Transaction } from './database.js';

export const factsOfRun = { metrics: true, curve: { orderBy: { position: 'asc' } }, egress: true } as const;

type FactsRow = Prisma.RunGetPayload<{ include: typeof factsOfRun }>;
type MetricRow = Prisma.MetricGetPayload<object>;
type MetricsByPart = Readonly<Record<'train' | 'test', Metrics>>;

/** Stores what a run came to, apart from its columns in Run, which are returned. Anything stored before is replaced. */
export async function storeFacts(transaction: Transaction, execution: string, facts: RunFacts) {
  if (facts.metrics) await storeMetrics(transaction, execution, facts.metrics);
  await transaction.curvePoint.deleteMany({ where: { execution } });
  await transaction.curvePoint.createMany({
    data: facts.curve.map(({ round, loss, gradientNorm }, position) => ({
      ...{ execution, position, round },
      loss: toNullable(loss),
      gradientNorm: gradientNorm === null ? null : toNullable(gradientNorm),
    })),
  });
  await transaction.egress.deleteMany({ where: { execution } });
  await transaction.egress.createMany({
    data: Object.entries(facts.bytesOut).map(([siloName, bytes]) => ({
      execution,
      siloName,
      bytes: BigInt(bytes),
    })),
  });
  const { rounds, stopReason, evaluation, skipped } = facts;
  const evaluationJson = evaluation && canonicalJson(evaluation);
  const skippedJson = skipped ? canonicalJson(skipped) : null;
  return { rounds, stopReason, evaluationJson, skippedJson, ...toSecondsColumns(facts.seconds) };
}

/** Measures belong to the run: the run's facts and the model version that it made show the same ones. */
export async function storeMetrics(
  transaction: Transaction,
  execution: string,
  metrics: MetricsByPart,
): Promise<void> {
  await transaction.metric.deleteMany({ where: { execution } });
  await transaction.metric.createMany({
    data: Object.entries(metrics).flatMap(([part, measures]) =>
      numbersOf(measures).map(([name, value]) => ({
        ...{ execution, part, name },
        value: value === null ? null : toNullable(value),
      })),
    ),
  });
}

/** null until the run has completed. */
export function toFacts(row: FactsRow): RunFacts | null {
  if (row.rounds === null) return null;
  return {
    rounds: row.rounds,
    stopReason: row.stopReason,
    metrics: row.metrics.length > 0 ? toMetrics(row.metrics) : null,
    curve: row.curve.map(({ round, loss, gradientNorm }) => ({
      round,
      loss: fromNullable(loss),
      gradientNorm,
    })),
    evaluation: row.evaluationJson === null ? null : fromJson<Evaluation>(row.evaluationJson),
    seconds: fromSecondsColumns(row),
    bytesOut: Object.fromEntries(
      row.egress
        .map(({ siloName, bytes }) => [siloName, Number(bytes)] as const)
        .sort(([a], [b]) => compareText(a, b)),
    ),
    ...(row.skippedJson !== null && { skipped: fromJson<SkippedSilo[]>(row.skippedJson) }),
  };
}

export function toMetrics(rows: readonly MetricRow[]): MetricsByPart {
  const part = (wanted: 'train' | 'test') => measuresFrom(rows.filter((row) => row.part === wanted));
  return { train: part('train'), test: part('test') };
}

/** Measures by name; a list of numbers as one measure for each, `clusters.0`, `clusters.1`, … */
function numbersOf(measures: Metrics): (readonly [string, number | null])[] {
  return Object.entries(measures as unknown as Record<string, number | null | readonly number[]>).flatMap(
    ([name, value]) =>
      Array.isArray(value)
        ? value.map((one: number, at) => [`${name}.${String(at)}`, one] as const)
        : [[name, value as number | null] as const],
  );
}

/** The Metrics that were stored: numbers, null where one was not defined, and lists of numbers. */
function measuresFrom(rows: readonly Pick<MetricRow, 'name' | 'value'>[]): Metrics {
  const measures: Record<string, number | null | (number | null)[]> = {};
  for (const { name, value } of rows) {
    const [list = name, at] = name.split('.');
    if (at === undefined) {
      measures[name] = value;
      continue;
    }
    const numbers = (measures[list] ??= []);
    if (Array.isArray(numbers)) numbers[Number(at)] = value;
  }
  return measures as unknown as Metrics;
}
