import { ratesOf } from '../../core/evaluation/threshold-curve.js';
import type { ClassEvaluation, Evaluation } from '../../core/evaluation/evaluation.js';
import type { ErrorSummary } from '../../core/evaluation/errors.js';
import type { Importance } from '../../core/evaluation/importance.js';
import { formatCount, formatMeasure, formatShare, NONE } from './format.js';
import { table, type Column } from './output.js';
import { showConfusion, showManyClasses } from './show-confusion.js';

/** Names of the fields that intervals are known by, as `measuresOf` shows them. */
const FIELDS: Readonly<Record<string, string>> = {
  AUC: 'auc',
  'log-loss': 'logLoss',
  accuracy: 'accuracy',
  'macro F1': 'macroF1',
  RMSE: 'rmse',
  MAE: 'mae',
  'R²': 'r2',
};

/** The interval of a measure on the test rows, by the name under which the measure is shown: `0.681234 – 0.702345`. */
export function intervalOf(evaluation: Evaluation | null | undefined, measure: string): string {
  const interval = evaluation?.intervals?.measures[FIELDS[measure] ?? ''];
  return interval ? `${formatMeasure(interval.low)} ${NONE} ${formatMeasure(interval.high)}` : NONE;
}

/**
 * What the test rows tell of a model beside its measures, as tables with a line between.
 * @param names of its classes by code, where they are known
 */
export function showEvaluation(
  { classes, manyClasses, errors, importance }: Evaluation,
  names?: readonly string[],
): string[] {
  const tables = [
    ...(classes ? [showConfusion(classes.confusion), showCalibration(classes), showThresholds(classes)] : []),
    ...(manyClasses ? [showManyClasses(manyClasses, names)] : []),
    ...(errors ? [showBins(errors), showQuantiles(errors)] : []),
    ...(importance ? [showSilos(importance), showColumns(importance)] : []),
  ];
  return tables.flatMap((text) => (text === undefined ? [] : ['', text]));
}

function showCalibration({ calibration }: ClassEvaluation): string {
  const rows = calibration.reduce((sum, bin) => sum + bin.rows, 0);
  const positives = calibration.reduce((sum, bin) => sum + bin.positives, 0);
  return table(
    right('mean prediction', 'positives', 'lift', 'test rows'),
    calibration.map((bin) => [
      formatMeasure(bin.meanPrediction),
      formatShare(bin.positives, bin.rows),
      positives === 0 ? NONE : (bin.positives / bin.rows / (positives / rows)).toFixed(2),
      formatCount(bin.rows),
    ]),
  );
}

/** Points of the curves that are shown. */
const SHOWN = 9;

function showThresholds({ curve }: ClassEvaluation): string | undefined {
  if (curve === undefined) return undefined;
  const rates = ratesOf(curve);
  // Those nearest to recalls of 10, 20, … 90 %.
  const near = Array.from({ length: SHOWN }, (_, at) => {
    const wanted = (at + 1) / (SHOWN + 1);
    const distance = (rate: number) => Math.abs(rate - wanted);
    return rates.reduce<(typeof rates)[number] | undefined>(
      (best, rate) =>
        best && distance(best.truePositiveRate) <= distance(rate.truePositiveRate) ? best : rate,
      undefined,
    );
  });
  return table(
    right('threshold', 'true positive rate (recall)', 'false positive rate', 'precision', 'lift'),
    [...new Set(near)].flatMap((rate) =>
      rate
        ? [
            [
              ...[rate.threshold, rate.truePositiveRate, rate.falsePositiveRate, rate.precision].map(
                formatMeasure,
              ),
              rate.lift.toFixed(2),
            ],
          ]
        : [],
    ),
  );
}

function showBins({ bins }: ErrorSummary): string {
  return table(
    right('mean prediction', 'mean label', 'test rows'),
    bins.map(({ meanPrediction, meanLabel, rows }) => [
      formatMeasure(meanPrediction),
      formatMeasure(meanLabel),
      formatCount(rows),
    ]),
  );
}

function showQuantiles({ quantiles }: ErrorSummary): string {
  return table(
    right('of the test rows', 'prediction less label is below'),
    quantiles.map(({ share, error }) => [formatShare(share, 1), formatMeasure(error)]),
  );
}

const LOST: Readonly<Record<Importance['measure'], string>> = {
  auc: 'AUC lost',
  macroAuc: 'macro AUC lost',
  rmse: 'RMSE gained',
  inertia: 'inertia gained',
  logLikelihood: 'log-likelihood lost',
  relativeError: 'relative error gained',
};

/** What a permutation, or leaving a silo out, does to the main measure, in words. */
export function lossOf({ measure }: Pick<Importance, 'measure'>): string {
  return LOST[measure];
}

function showSilos(importance: Importance): string {
  const { silos } = importance;
  return table(
    [{ head: 'silo permuted' }, ...right(lossOf(importance), 'deviation')],
    silos.map(({ silos: names, mean, deviation }) => [
      names.join(', '),
      formatMeasure(mean),
      formatMeasure(deviation),
    ]),
  );
}

function showColumns(importance: Importance): string | undefined {
  const { columns } = importance;
  if (columns === undefined) return undefined;
  return table(
    [{ head: 'column permuted' }, ...right(lossOf(importance), 'deviation')],
    columns.map(({ column, mean, deviation }) => [column, formatMeasure(mean), formatMeasure(deviation)]),
  );
}

function right(...heads: readonly string[]): Column[] {
  return heads.map((head) => ({ head, align: 'right' }));
}
