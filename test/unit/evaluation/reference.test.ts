import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense } from '../../../core/algebra/dense.js';
import { confusionOf } from '../../../core/evaluation/confusion.js';
import { evaluateInDetail } from '../../../core/evaluation/evaluate-in-detail.js';
import { ratesOf } from '../../../core/evaluation/threshold-curve.js';
import { evaluate } from '../../../core/models/evaluate.js';
import { measureClasses } from '../../../core/models/softmax/measures.js';

type Numbers = readonly number[];

// By scikit-learn and NumPy: test/fixtures/evaluation/make.py.
const file = new URL('../../fixtures/evaluation/evaluation.json', import.meta.url);
const exact = JSON.parse(readFileSync(file, 'utf8')) as {
  readonly resamples: number;
  readonly seed: number;
  readonly binary: Record<'labels' | 'probabilities', Numbers> & {
    readonly roc: Record<'fpr' | 'tpr' | 'thresholds', Numbers>;
    readonly precisionRecall: Record<'precision' | 'recall' | 'thresholds', Numbers>;
    readonly calibration: Record<'positives' | 'prediction', Numbers>;
    readonly brier: number;
    readonly averagePrecision: number;
    readonly confusion: readonly Numbers[];
    readonly intervals: Readonly<Record<string, Numbers>>;
  };
  readonly classes: Record<'labels' | 'predicted' | 'rows', Numbers> &
    Record<'precision' | 'recall' | 'f1', readonly (number | null)[]> & {
      readonly confusion: readonly Numbers[];
    };
  readonly many: Record<'labels' | 'probabilities' | 'predicted', Numbers> & {
    readonly confusion: readonly Numbers[];
    readonly intervals: Readonly<Record<string, Numbers>>;
  };
  readonly regression: Record<'labels' | 'predictions', Numbers> & {
    readonly bins: readonly Readonly<Record<'rows' | 'meanPrediction' | 'meanLabel', number>>[];
    readonly quantiles: readonly Readonly<Record<'share' | 'error', number>>[];
    readonly intervals: Readonly<Record<string, Numbers>>;
  };
};
const { binary, classes, many, regression } = exact;
const spec = {
  curves: true,
  intervals: exact.resamples,
  importance: 'none',
  repeats: 1,
  seed: exact.seed,
} as const;

function inDetail(task: 'classification' | 'regression', predictions: Numbers, labels: Numbers) {
  const [p, y] = [Float64Array.from(predictions), Float64Array.from(labels)];
  const evaluation = evaluateInDetail({ metrics: evaluate(task, p, y), predictions: p, labels: y }, spec);
  if (!evaluation?.intervals) throw new Error('nothing was evaluated');
  return { ...evaluation, intervals: evaluation.intervals };
}

function expectClose(found: Numbers, wanted: Numbers, digits = 12): void {
  expect(found).toHaveLength(wanted.length);
  found.forEach((value, at) => expect(value, `at ${at}`).toBeCloseTo(wanted[at]!, digits));
}

describe('a classification', () => {
  const { classes: found, intervals } = inDetail('classification', binary.probabilities, binary.labels);
  if (!found?.curve) throw new Error('no classes were evaluated');
  const { curve } = found;

  test('has points of the ROC curve and of the precision-recall curve of scikit-learn, and none but those', () => {
    const rates = ratesOf(curve);
    expect(rates.length).toBeGreaterThan(30);
    for (const { threshold, truePositiveRate, falsePositiveRate, precision } of rates) {
      // scikit-learn's thresholds are probabilities of rows; the last that is no less than ours counts the same rows.
      const at = binary.roc.thresholds.findLastIndex((value) => value >= threshold);
      expect(truePositiveRate).toBeCloseTo(binary.roc.tpr[at]!, 14);
      expect(falsePositiveRate).toBeCloseTo(binary.roc.fpr[at]!, 14);
      const same = binary.precisionRecall.thresholds.findIndex((value) => value >= threshold);
      expect(precision).toBeCloseTo(binary.precisionRecall.precision[same]!, 14);
      expect(truePositiveRate).toBeCloseTo(binary.precisionRecall.recall[same]!, 14);
    }
  });

  test('has the average precision, Brier score, calibration and confusion matrix of scikit-learn', () => {
    expect(found.averagePrecision).toBeCloseTo(binary.averagePrecision, 12);
    expect(found.brier).toBeCloseTo(binary.brier, 14);
    expectClose(
      found.calibration.map(({ positives, rows }) => positives / rows),
      binary.calibration.positives,
    );
    expectClose(
      found.calibration.map(({ meanPrediction }) => meanPrediction),
      binary.calibration.prediction,
    );
    expect(found.confusion.matrix).toEqual(binary.confusion);
  });

  test('has the intervals that a loop over the same resamples finds with the measures of scikit-learn', () => {
    expect(Object.keys(intervals.measures).sort()).toEqual(Object.keys(binary.intervals).sort());
    for (const [name, [low, high]] of Object.entries(binary.intervals)) {
      expect(intervals.measures[name]?.low, name).toBeCloseTo(low!, 10);
      expect(intervals.measures[name]?.high, name).toBeCloseTo(high!, 10);
    }
  });
});

describe('a classification into many classes', () => {
  const labels = Float64Array.from(many.labels);
  const predicted = Int32Array.from(many.predicted);
  const probabilities = dense(labels.length, 4, Float64Array.from(many.probabilities));
  const metrics = measureClasses(probabilities.data, predicted, labels, 4);
  const classified = { probabilities, predicted, labels };
  const found = evaluateInDetail({ metrics, labels, classified }, spec);

  test('has the confusion matrix of scikit-learn, by codes', () => {
    expect(found?.manyClasses).toMatchObject({ codes: [0, 1, 2, 3], others: false, matrix: many.confusion });
    expect(found?.manyClasses?.classes.map(({ rows }) => rows)).toEqual(metrics.classes);
  });

  test('has the intervals that a loop over the same resamples finds with the measures of scikit-learn', () => {
    expect(Object.keys(found?.intervals?.measures ?? {})).toEqual(Object.keys(many.intervals));
    for (const [name, [low, high]] of Object.entries(many.intervals)) {
      expect(found?.intervals?.measures[name]?.low, name).toBeCloseTo(low!, 10);
      expect(found?.intervals?.measures[name]?.high, name).toBeCloseTo(high!, 10);
    }
  });
});

test('precision, recall and F1 of several classes are those of scikit-learn, null for a class that is never predicted', () => {
  const { matrix, classes: scores } = confusionOf(classes.labels, classes.predicted, 5);
  expect(matrix).toEqual(classes.confusion);
  expect(classes.precision).toContain(null);
  scores.forEach(({ rows, precision, recall, f1 }, at) => {
    expect(rows).toBe(classes.rows[at]);
    const close = (value: number | null | undefined) =>
      value === null || value === undefined ? null : (expect.closeTo(value, 14) as number);
    expect({ precision, recall, f1 }).toEqual({
      precision: close(classes.precision[at]),
      recall: close(classes.recall[at]),
      // scikit-learn's F1 of a class without predictions is 0, as ours.
      f1: close(classes.f1[at]),
    });
  });
});

describe('a regression', () => {
  const { errors, intervals } = inDetail('regression', regression.predictions, regression.labels);
  if (!errors) throw new Error('no errors were evaluated');

  test('has the bins by quantiles of the prediction and the quantiles of errors that NumPy finds', () => {
    expect(errors.bins).toHaveLength(regression.bins.length);
    errors.bins.forEach((bin, at) => {
      const wanted = regression.bins[at]!;
      expect(bin.rows).toBe(wanted.rows);
      expect(bin.meanPrediction).toBeCloseTo(wanted.meanPrediction, 11);
      expect(bin.meanLabel).toBeCloseTo(wanted.meanLabel, 11);
    });
    errors.quantiles.forEach(({ share, error }, at) => {
      expect(share).toBe(regression.quantiles[at]!.share);
      expect(error).toBeCloseTo(regression.quantiles[at]!.error, 11);
    });
  });

  test('has the intervals that a loop over the same resamples finds with the measures of scikit-learn', () => {
    expect(Object.keys(intervals.measures).sort()).toEqual(Object.keys(regression.intervals).sort());
    for (const [name, [low, high]] of Object.entries(regression.intervals)) {
      expect(intervals.measures[name]?.low, name).toBeCloseTo(low!, 10);
      expect(intervals.measures[name]?.high, name).toBeCloseTo(high!, 10);
    }
  });
});
