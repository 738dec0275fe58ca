import type { InferenceResult, TrainingResult } from '../../workflows/contracts/results.js';
import { formatBytesBySilo, formatCount, formatSeconds, formatSkipped, measuresOf } from './format.js';
import { facts } from './output.js';
import { showValidation } from './show-validation.js';

/** What a training has brought. */
export function showTraining(result: TrainingResult): string {
  const { model, strategy, site, rounds, stopped, rows, overlaps = [], metrics, bytesOut } = result;
  const { seconds, predictedSeconds, validation } = result;
  const general = facts([
    ['model', `${model.name}@${model.version}`],
    ['strategy', `${strategy} at ${site}`],
    ...(result.skipped ? [['trained without', formatSkipped(result.skipped)] as const] : []),
    ['rows', `${formatCount(rows.train)} to train, ${formatCount(rows.test)} to test`],
    ...overlaps.map(
      ({ group, rows: shared, disagreements }) =>
        [
          'overlap',
          `${formatCount(shared)} rows in more than one of ${group.split('+').join(', ')}; they disagree in ${formatCount(disagreements)} cells`,
        ] as const,
    ),
    ['rounds', `${formatCount(rounds)} (${stopped})`],
    ...measuresOf(metrics.test).map(([name, value]) => [`test ${name}`, value] as const),
    ['time', `${showSeconds(seconds)}; predicted ${formatSeconds(predictedSeconds.total)}`],
    ['left the silos', formatBytesBySilo(bytesOut)],
    ['run', result.run],
  ]);
  return validation === undefined ? general : [general, '', showValidation(validation)].join('\n');
}

/** What a batch inference has brought. */
export function showInference(result: InferenceResult): string {
  const { model, strategy, site, file, rows, sha256, seconds, bytesOut } = result;
  return facts([
    ['file', file],
    ['rows', formatCount(rows)],
    ['sha256', sha256],
    ['model', `${model.name}@${model.version}`],
    ['strategy', `${strategy} at ${site}`],
    ['time', showSeconds(seconds)],
    ['left the silos', formatBytesBySilo(bytesOut)],
    ['run', result.run],
  ]);
}

/** `8.3 s (join 1.2 s, compute 4.0 s, transfer 20 ms, orchestration 3.1 s)` */
export function showSeconds(seconds: TrainingResult['seconds']): string {
  const parts = (['join', 'compute', 'transfer', 'orchestration'] as const).map(
    (kind) => `${kind} ${formatSeconds(seconds[kind])}`,
  );
  return `${formatSeconds(seconds.total)} (${parts.join(', ')})`;
}
