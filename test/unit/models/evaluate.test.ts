import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { areaUnderCurve, evaluate } from '../../../core/models/evaluate.js';

const classify = (probabilities: number[], labels: number[]) =>
  evaluate('classification', Float64Array.from(probabilities), Float64Array.from(labels));
const regress = (predictions: number[], labels: number[]) =>
  evaluate('regression', Float64Array.from(predictions), Float64Array.from(labels));

/** Few different scores, so that ties are the rule; −0 is a tie of 0. */
const score = fc.constantFrom(-0, 0, 0.25, 0.5, 0.5 + Number.EPSILON, 0.75, 1);
const scored = fc.array(fc.tuple(score, fc.integer({ min: 0, max: 1 })), { maxLength: 40 });

describe('AUC', () => {
  /** Every pair of a positive and a negative row: right 1, tied ½, wrong 0. */
  function countedPairs(rows: readonly [number, number][]): number | null {
    let pairs = 0;
    let wins = 0;
    for (const [a, positive] of rows) {
      for (const [b, negative] of rows) {
        if (positive !== 1 || negative !== 0) continue;
        pairs++;
        wins += a > b ? 1 : a === b ? 0.5 : 0;
      }
    }
    return pairs === 0 ? null : wins / pairs;
  }

  test('is the share of pairs in the right order, ties counted half', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const { auc } = classify(
          rows.map(([p]) => p),
          rows.map(([, label]) => label),
        ) as { auc: number | null };
        expect(auc).toBe(countedPairs(rows));
      }),
      { numRuns: 1000 },
    );
  });

  test('reads only the order of scores, of whatever size they are', () => {
    fc.assert(
      fc.property(scored, fc.constantFrom(1e-300, 3, 1e300), (rows, factor) => {
        const labels = Float64Array.from(rows, ([, label]) => label);
        const scores = Float64Array.from(rows, ([value]) => value);
        const scaled = scores.map((value) => value * factor);
        expect(areaUnderCurve(scaled, labels)).toEqual(areaUnderCurve(scores, labels));
      }),
    );
  });

  test('of labels turned around is what is missing to 1', () => {
    fc.assert(
      fc.property(scored, (rows) => {
        const scores = Float64Array.from(rows, ([value]) => value);
        const labels = Float64Array.from(rows, ([, label]) => label);
        fc.pre(labels.includes(0) && labels.includes(1));
        const turned = labels.map((label) => 1 - label);
        expect(areaUnderCurve(scores, turned)).toBeCloseTo(1 - areaUnderCurve(scores, labels), 12);
      }),
    );
  });

  test('leaves the predictions in their order', () => {
    const predictions = Float64Array.of(0.9, 0.1, 0.5);
    evaluate('classification', predictions, Float64Array.of(1, 0, 1));
    expect([...predictions]).toEqual([0.9, 0.1, 0.5]);
  });
});

describe('log-loss', () => {
  const loss = (p: number, label: number) => (classify([p], [label]) as { logLoss: number }).logLoss;

  test('is the mean of −log of the probability that was given to what happened', () => {
    expect(classify([0.8, 0.3, 0.5], [1, 0, 0])).toMatchObject({
      logLoss: expect.closeTo(-(Math.log(0.8) + Math.log(0.7) + Math.log(0.5)) / 3, 14) as number,
    });
  });

  test('of a certainty that was wrong is large and finite, the same on either side', () => {
    const largest = -Math.log(Number.EPSILON);
    for (const [p, label] of [
      [0, 1],
      [Number.MIN_VALUE, 1],
      [1, 0],
      [1 - Number.EPSILON / 2, 0],
    ] as const) {
      expect(loss(p, label)).toBeCloseTo(largest, 10);
    }
  });

  test('of a certainty that was right is nothing but rounding', () => {
    for (const [p, label] of [
      [0, 0],
      [1, 1],
    ] as const) {
      expect(loss(p, label)).toBeGreaterThanOrEqual(0);
      expect(loss(p, label)).toBeLessThan(1e-15);
    }
  });

  test('of a small probability does not suffer from rounding', () => {
    expect(loss(1e-12, 0)).toBeCloseTo(1e-12, 23);
  });
});

test('accuracy takes a probability of one half for the positive class', () => {
  expect(classify([0.5, 0.5, 0.5, 0.499], [1, 1, 0, 0])).toMatchObject({
    rows: 4,
    positives: 2,
    accuracy: 3 / 4,
  });
});

describe('of a regression', () => {
  test('RMSE, MAE and R² are what their definitions say', () => {
    const value = fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8);
    fc.assert(
      fc.property(fc.array(fc.tuple(value, value), { minLength: 2, maxLength: 30 }), (rows) => {
        const predictions = rows.map(([p]) => p);
        const labels = rows.map(([, y]) => y);
        const mean = labels.reduce((sum, y) => sum + y) / rows.length;
        const total = labels.reduce((sum, y) => sum + (y - mean) ** 2, 0);
        fc.pre(labels.some((y) => y !== labels[0]));
        const squares = rows.reduce((sum, [p, y]) => sum + (p - y) ** 2, 0);
        const measures = regress(predictions, labels) as { rmse: number; mae: number; r2: number };
        expect(measures.rmse).toBeCloseTo(Math.sqrt(squares / rows.length), 9);
        expect(measures.mae).toBeCloseTo(
          rows.reduce((sum, [p, y]) => sum + Math.abs(p - y), 0) / rows.length,
          9,
        );
        expect(measures.r2 * total).toBeCloseTo(total - squares, 4);
      }),
    );
  });

  test('R² is 1 for the labels themselves, 0 for their mean, and below for worse', () => {
    const labels = [1, 2, 6];
    expect(regress(labels, labels)).toEqual({ rows: 3, rmse: 0, mae: 0, r2: 1 });
    expect(regress([3, 3, 3], labels)).toMatchObject({ r2: 0 });
    expect(regress([9, 9, 9], labels)).toMatchObject({ r2: expect.closeTo(1 - 122 / 14, 12) as number });
  });
});

describe('a measure that no row gives is null, not a number', () => {
  test('of no rows at all', () => {
    expect(classify([], [])).toEqual({ rows: 0, positives: 0, auc: null, logLoss: null, accuracy: null });
    expect(regress([], [])).toEqual({ rows: 0, rmse: null, mae: null, r2: null });
  });

  test.each([
    [1, 3],
    [0, 0],
  ])('AUC where every row is of class %d', (label, positives) => {
    expect(classify([0.2, 0.6, 0.9], [label, label, label])).toMatchObject({ rows: 3, positives, auc: null });
  });

  test('R² where every label is the same', () => {
    expect(regress([1, 2], [4, 4])).toMatchObject({ r2: null, mae: 2.5 });
    expect(regress([4, 4], [4, 4])).toMatchObject({ r2: null, rmse: 0 });
    expect(regress([3], [4])).toMatchObject({ r2: null, rmse: 1 });
  });

  test('R² where every label is the same, and their mean is rounded', () => {
    expect(regress([1, 2, 3], [0.1, 0.1, 0.1])).toMatchObject({ r2: null });
  });

  test('any measure of a probability that is no number', () => {
    expect(classify([NaN, 0.2, 0.7], [1, 0, 1])).toMatchObject({ auc: null, logLoss: null, accuracy: null });
  });
});
