import type { TrainingResult } from '../../workflows/contracts/results.js';
import { formatBytes, formatCount, formatMeasure, formatSeconds, formatSmall, NONE } from '../cli/format.js';
import { table } from '../cli/output.js';
import type { Trained } from './train-all.js';

/** The strategies side by side, a fact a line. */
export function showComparison(models: readonly Trained[], silos: readonly string[]): string {
  const line = (name: string, of: (model: Trained) => string): string[] => [name, ...models.map(of)];
  const seconds =
    (kind: keyof TrainingResult['seconds']) =>
    ({ result }: Trained) =>
      formatSeconds(result.seconds[kind]);
  return table(
    [{ head: 'strategy' }, ...models.map(({ strategy }) => ({ head: strategy, align: 'right' as const }))],
    [
      line('became', ({ result }) => result.strategy),
      line('at', ({ result }) => result.site),
      line('test AUC', ({ result }) => measure(result, 'auc')),
      line('test log-loss', ({ result }) => measure(result, 'logLoss')),
      line('rounds', ({ result }) => formatCount(result.rounds)),
      line('time: join', seconds('join')),
      line('time: compute', seconds('compute')),
      line('time: transfer', seconds('transfer')),
      line('time: orchestration', seconds('orchestration')),
      line('time: total', seconds('total')),
      ...silos.map((silo) => line(`out of ${silo}`, ({ result }) => formatBytes(result.bytesOut[silo] ?? 0))),
      line('largest |Δθ| to materialize', ({ maxAbsParamDiff }) => formatSmall(maxAbsParamDiff)),
    ],
  );
}

export function testMeasure({ metrics }: TrainingResult, name: 'auc' | 'logLoss'): number | undefined {
  return 'auc' in metrics.test ? (metrics.test[name] ?? undefined) : undefined;
}

function measure(result: TrainingResult, name: 'auc' | 'logLoss'): string {
  const value = testMeasure(result, name);
  return value === undefined ? NONE : formatMeasure(value);
}
