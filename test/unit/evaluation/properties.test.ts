import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LEAST_ROWS } from '../../../core/evaluation/bins.js';
import { bootstrap } from '../../../core/evaluation/bootstrap.js';
import { calibration } from '../../../core/evaluation/calibration.js';
import { summarizeErrors } from '../../../core/evaluation/errors.js';
import { evaluateInDetail } from '../../../core/evaluation/evaluate-in-detail.js';
import { ratesOf, thresholdCurve } from '../../../core/evaluation/threshold-curve.js';
import { classificationMeasures, regressionMeasures } from '../../../core/evaluation/weighted-measures.js';
import { ranked } from '../../../core/evaluation/ranked.js';
import { evaluate } from '../../../core/models/evaluate.js';

/** Few different scores, so that ties are the rule. */
const classified = fc.array(
  fc.tuple(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), fc.constantFrom(0, 1), fc.integer({ min: 0, max: 3 })),
  { minLength: 1, maxLength: 40 },
);
const number = fc.constantFrom(-3, -0.5, 0, 1e-3, 2, 1e6);
const regressed = fc.array(fc.tuple(number, number, fc.integer({ min: 0, max: 3 })), {
  minLength: 1,
  maxLength: 40,
});
const spec = { curves: true, intervals: 20, importance: 'silos', repeats: 2, seed: 1 } as const;

describe('the measures of rows that occur several times', () => {
  const compare = (task: 'classification' | 'regression') => (given: [number, number, number][]) => {
    const [p, y] = [given.map(([value]) => value), given.map(([, label]) => label)];
    const counts = Int32Array.from(given, ([, , count]) => count);
    const repeated = (values: number[]) =>
      Float64Array.from(values.flatMap((value, row) => new Array<number>(counts[row]!).fill(value)));
    const measures = task === 'classification' ? classificationMeasures : regressionMeasures;
    const rows = ranked(Float64Array.from(p), Float64Array.from(y));
    const inOrder = new Int32Array(counts.length);
    counts.forEach((count, row) => (inOrder[rows.rank[row]!] = count));
    const found = measures(rows)(inOrder);
    const wanted = evaluate(task, repeated(p), repeated(y)) as unknown as Record<string, number | null>;
    for (const [name, value] of Object.entries(found)) {
      const same = wanted[name];
      if (same === null || same === undefined) expect(Number.isFinite(value), name).toBe(false);
      else expect(Math.abs(value - same), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(same)));
    }
  };

  test('are those of a table that has them as often', () => {
    fc.assert(fc.property(classified, compare('classification')), { numRuns: 500 });
    fc.assert(fc.property(regressed, compare('regression')), { numRuns: 500 });
  });
});

const inPlace = (rows: number) => Int32Array.from({ length: rows }, (_, row) => row);

describe('a bootstrap', () => {
  test('draws n rows out of n, other ones each time, and the same ones for the same seed', () => {
    const drawn = (seed: number) => {
      const all: number[][] = [];
      const intervals = bootstrap(inPlace(50), { resamples: 20, seed }, (occurrences) => {
        all.push([...occurrences]);
        return { first: occurrences[0]! };
      });
      return { all, intervals };
    };
    const { all, intervals } = drawn(1);
    for (const occurrences of all) expect(occurrences.reduce((sum, count) => sum + count, 0)).toBe(50);
    expect(new Set(all.map(String)).size).toBe(20);
    expect(drawn(1)).toEqual({ all, intervals });
    expect(drawn(2).all).not.toEqual(all);
  });

  test('covers the truth about as often as it says', () => {
    let covered = 0;
    for (let seed = 0; seed < 200; seed++) {
      // A mean over 60 rows whose truth is 0.5; the rows are drawn by a generator that is not the one tested.
      const values = Array.from(
        { length: 60 },
        (_, i) => (Math.imul(i + 61 * seed, 2654435761) >>> 0) / 2 ** 32,
      );
      const { measures } = bootstrap(inPlace(60), { resamples: 200, seed }, (occurrences) => ({
        mean: values.reduce((sum, value, row) => sum + value * occurrences[row]!, 0) / 60,
      }));
      const { low = NaN, high = NaN } = measures['mean'] ?? {};
      expect(high - low).toBeGreaterThan(0.1);
      expect(high - low).toBeLessThan(0.2);
      if (low <= 0.5 && 0.5 <= high) covered++;
    }
    expect(covered).toBeGreaterThan(180);
  });

  test('leaves out of an interval the resamples on which the measure is not defined, and says how many it has', () => {
    const labels = Float64Array.of(1, 0, 0, 0, 0, 0);
    const probabilities = Float64Array.of(0.9, 0.1, 0.2, 0.3, 0.4, 0.5);
    const { measures } = bootstrap(
      inPlace(6),
      { resamples: 100, seed: 1 },
      classificationMeasures(ranked(probabilities, labels)),
    );
    expect(measures['logLoss']?.defined).toBe(100);
    expect(measures['auc']?.defined).toBeGreaterThan(40);
    expect(measures['auc']?.defined).toBeLessThan(90);
    expect(measures['auc']).toMatchObject({ low: 1, high: 1 });
  });
});

const many = fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1)), {
  minLength: LEAST_ROWS,
  maxLength: 400,
});

describe('no figure is that of a row', () => {
  test('bins of calibration have five rows or more, and all rows together', () => {
    fc.assert(
      fc.property(many, (rows) => {
        const bins = calibration(
          ranked(
            Float64Array.from(rows, ([p]) => p),
            Float64Array.from(rows, ([, y]) => y),
          ),
        );
        for (const bin of bins) expect(bin.rows).toBeGreaterThanOrEqual(LEAST_ROWS);
        expect(bins.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
        expect(bins.reduce((sum, bin) => sum + bin.positives, 0)).toBe(
          rows.filter(([, y]) => y === 1).length,
        );
      }),
    );
  });

  test('points of a curve are five rows or more apart and from the ends, at most 198, and a threshold counts the rows that reach it', () => {
    fc.assert(
      fc.property(many, (rows) => {
        const probabilities = Float64Array.from(rows, ([p]) => p);
        const found = thresholdCurve(
          ranked(
            probabilities,
            Float64Array.from(rows, ([, y]) => y),
          ),
        );
        if (!found) return;
        const { thresholds, truePositives, falsePositives } = found.curve;
        expect(thresholds.length).toBeLessThanOrEqual(198);
        const counts = [0, ...truePositives.map((hits, at) => hits + falsePositives[at]!), rows.length];
        counts
          .slice(1)
          .forEach((count, at) =>
            expect(count - counts[at]!).toBeGreaterThanOrEqual(counts.length === 2 ? 0 : LEAST_ROWS),
          );
        thresholds.forEach((threshold, at) => {
          const above = probabilities.filter((p) => p >= threshold).length;
          expect(above).toBe(counts[at + 1]);
        });
        for (const { precision } of ratesOf(found.curve)) expect(precision).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test('a curve of very many rows has at most 200 points, spread over all of it, and no threshold is a probability of a row', () => {
    const rows = 50_000;
    const probabilities = Float64Array.from({ length: rows }, (_, i) => (i + 0.5) / rows);
    const labels = probabilities.map((p, i) => (((i * 7919) % 1000) / 1000 < p ? 1 : 0));
    const curve = thresholdCurve(ranked(probabilities, labels))?.curve;
    const rates = ratesOf(curve!);
    const own = new Set(probabilities);
    expect(rates.filter(({ threshold }) => own.has(threshold))).toEqual([]);
    expect(rates.length).toBeGreaterThan(150);
    expect(rates.length).toBeLessThanOrEqual(198);
    const along = rates.map(
      ({ truePositiveRate, falsePositiveRate }) => truePositiveRate + falsePositiveRate,
    );
    [0, ...along].forEach((from, at) => expect((along[at] ?? 2) - from).toBeLessThan(0.03));
  });

  test('bins of errors have five rows or more, count what lies within their bounds, and all rows together', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.double({ min: -100, max: 100, noNaN: true }), number), {
          minLength: LEAST_ROWS,
          maxLength: 300,
        }),
        (rows) => {
          const errors = rows.map(([prediction, label]) => prediction - label);
          const { histogram, bins } = summarizeErrors(
            ranked(
              Float64Array.from(rows, ([prediction]) => prediction),
              Float64Array.from(rows, ([, label]) => label),
            ),
          );
          expect(histogram.length).toBeLessThanOrEqual(30);
          for (const { from, to, rows: count } of histogram) {
            expect(count).toBeGreaterThanOrEqual(LEAST_ROWS);
            const within = errors.filter((error) => error >= (from ?? -Infinity) && error < (to ?? Infinity));
            expect(within).toHaveLength(count);
          }
          expect(histogram.reduce((sum, bin) => sum + bin.rows, 0)).toBe(rows.length);
          expect([histogram[0]?.from, histogram.at(-1)?.to]).toEqual([null, null]);
          for (const bin of bins) expect(bin.rows).toBeGreaterThanOrEqual(LEAST_ROWS);
        },
      ),
    );
  });

  test('of fewer than five rows nothing is told', () => {
    const [p, y] = [Float64Array.of(0.1, 0.9, 0.4, 0.6), Float64Array.of(0, 1, 0, 1)];
    const metrics = evaluate('classification', p, y);
    expect(evaluateInDetail({ metrics, predictions: p, labels: y }, spec)).toBeUndefined();
  });
});

describe('odd rows', () => {
  test('of one class have no curve and no AUC, and all the rest', () => {
    const [p, y] = [Float64Array.of(0.1, 0.9, 0.4, 0.6, 0.2, 0.3), new Float64Array(6)];
    const found = evaluateInDetail(
      { metrics: evaluate('classification', p, y), predictions: p, labels: y },
      spec,
    );
    expect(found?.classes?.curve).toBeUndefined();
    expect(found?.classes?.confusion.matrix).toEqual([
      [4, 2],
      [0, 0],
    ]);
    expect(Object.keys(found?.intervals?.measures ?? {})).toEqual(['logLoss', 'accuracy']);
  });

  test('predictions that are no numbers have no evaluation', () => {
    const [p, y] = [Float64Array.of(0.1, NaN, 0.4, 0.6, 0.2, 0.3), Float64Array.of(0, 1, 0, 1, 0, 1)];
    for (const task of ['classification', 'regression'] as const)
      expect(evaluateInDetail({ metrics: evaluate(task, p, y), predictions: p, labels: y }, spec)).toEqual(
        {},
      );
  });

  test('constant predictions and labels, huge and tiny ones, have a finite summary', () => {
    for (const scale of [0, 1e-300, 1e-9, 1, 1e150]) {
      const p = Float64Array.from({ length: 23 }, (_, i) => scale * (i % 3));
      const summary = summarizeErrors(
        ranked(
          p,
          p.map((value) => value / 2),
        ),
      );
      expect(summary.histogram.reduce((sum, { rows }) => sum + rows, 0)).toBe(23);
      expect(JSON.parse(JSON.stringify(summary))).toEqual(summary);
    }
  });

  test('no resamples are no intervals, and no curves neither classes nor errors', () => {
    const [p, y] = [Float64Array.of(1, 2, 3, 4, 5), Float64Array.of(1, 2, 4, 3, 5)];
    const metrics = evaluate('regression', p, y);
    const rows = { metrics, predictions: p, labels: y };
    expect(evaluateInDetail(rows, spec)?.intervals?.resamples).toBe(20);
    expect(evaluateInDetail(rows, { ...spec, intervals: 0 })?.intervals).toBeUndefined();
    expect(Object.keys(evaluateInDetail(rows, { ...spec, curves: false }) ?? {})).toEqual(['intervals']);
  });
});
