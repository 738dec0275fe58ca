import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showManyClasses } from '../../../client/cli/show-confusion.js';
import { dense } from '../../../core/algebra/dense.js';
import { evaluateInDetail } from '../../../core/evaluation/evaluate-in-detail.js';
import { confuseClasses, manyClassMeasures } from '../../../core/evaluation/many-classes.js';
import { measureClasses } from '../../../core/models/softmax/measures.js';

const spec = { curves: true, intervals: 10, importance: 'none', repeats: 1, seed: 0 } as const;

/** Rows of C classes, some of classes that training has not seen. */
const rowsOf = (classes: number) =>
  fc
    .array(fc.tuple(fc.nat(classes + 1), fc.nat(classes - 1)), { minLength: 5, maxLength: 60 })
    .map((pairs) => {
      const labels = Float64Array.from(pairs, ([label]) => label);
      const predicted = Int32Array.from(pairs, ([, guess]) => guess);
      const probabilities = dense(pairs.length, classes);
      predicted.forEach((guess, row) => {
        for (let code = 0; code < classes; code++)
          probabilities.data[row * classes + code] = code === guess ? 0.6 : 0.4 / (classes - 1);
      });
      return { labels, predicted, probabilities };
    });
const sum = (counts: readonly number[]) => counts.reduce((total, count) => total + count, 0);

describe('a confusion matrix of many classes', () => {
  test.each([2, 4, 60])(
    'of %i classes has every test row once, also of classes that training has not seen',
    (classes) => {
      fc.assert(
        fc.property(rowsOf(classes), (rows) => {
          const { codes, others, matrix, classes: scores } = confuseClasses(rows);
          expect(codes.length).toBe(Math.min(classes, 25));
          expect(matrix).toHaveLength(codes.length + (others ? 1 : 0));
          expect(sum(matrix.map(sum))).toBe(rows.labels.length);
          codes.forEach((code, at) => {
            const own = rows.labels.filter((label) => label === code).length;
            expect(sum(matrix[at]!)).toBe(own);
            expect(scores[at]?.rows).toBe(own);
          });
          const unseen = rows.labels.filter((label) => !codes.includes(label)).length;
          if (others) expect(sum(matrix.at(-1)!)).toBe(unseen);
          else expect(unseen).toBe(0);
        }),
      );
    },
  );

  test('keeps the classes of most rows where there are more than fit', () => {
    const labels = Float64Array.from({ length: 400 }, (_, row) => (row < 300 ? 35 + (row % 25) : row % 35));
    const predicted = Int32Array.from(labels);
    const { codes, others } = confuseClasses({ labels, predicted, probabilities: dense(400, 60) });
    expect(others).toBe(true);
    expect(codes).toEqual(Array.from({ length: 25 }, (_, at) => 35 + at));
  });

  test('is shown by the names of the classes where they are known, else by their codes', () => {
    const labels = Float64Array.of(0, 0, 1, 1, 7);
    const predicted = Int32Array.of(0, 1, 1, 1, 0);
    const found = confuseClasses({ labels, predicted, probabilities: dense(5, 2) });
    expect(found.matrix).toEqual([
      [1, 1, 0],
      [0, 2, 0],
      [1, 0, 0],
    ]);
    const named = showManyClasses(found, ['calm', 'storm']);
    expect(named).toMatch(/^calm +1 +1 +0 +0\.500000 +0\.500000 +0\.500000$/m);
    expect(named).toMatch(/^\(all others\) +1 +0 +0 +– +– +–$/m);
    expect(showManyClasses(found, undefined)).toMatch(/predicted class 1/);
  });
});

describe('measures of rows of many classes that occur several times', () => {
  test('are those of the rows written out', () => {
    fc.assert(
      fc.property(rowsOf(4), fc.array(fc.nat(3), { minLength: 60, maxLength: 60 }), (rows, counts) => {
        const taken = [...rows.labels.keys()].flatMap((row) => new Array<number>(counts[row] ?? 0).fill(row));
        if (taken.length === 0) return;
        const occurrences = Int32Array.from(rows.labels, (_, row) => counts[row] ?? 0);
        const labels = Float64Array.from(taken, (row) => rows.labels[row]!);
        const predicted = Int32Array.from(taken, (row) => rows.predicted[row]!);
        const p = taken.flatMap((row) => [...rows.probabilities.data.subarray(row * 4, row * 4 + 4)]);
        const wanted = measureClasses(Float64Array.from(p), predicted, labels, 4);
        const found = manyClassMeasures(rows)(occurrences);
        for (const name of ['accuracy', 'logLoss', 'macroF1'] as const)
          expect(found[name], name).toBeCloseTo(wanted[name]!, 10);
      }),
    );
  });
});

test('nothing is told of the classes of fewer than five test rows, of probabilities that are no numbers, or without curves', () => {
  const labels = Float64Array.of(0, 1, 2, 1, 0, 2);
  const predicted = Int32Array.from(labels);
  const tell = (rows: number, p: number, curves: boolean) => {
    const own = labels.subarray(0, rows);
    const probabilities = dense(rows, 3, new Float64Array(rows * 3).fill(p));
    const classified = { probabilities, predicted: predicted.subarray(0, rows), labels: own };
    const metrics = measureClasses(probabilities.data, classified.predicted, own, 3);
    return evaluateInDetail({ metrics, labels: own, classified }, { ...spec, curves });
  };
  expect(tell(4, 0.3, true)).toBeUndefined();
  expect(tell(6, NaN, true)).toEqual({});
  expect(Object.keys(tell(6, 0.3, false) ?? {})).toEqual(['intervals']);
  expect(Object.keys(tell(6, 0.3, true) ?? {})).toEqual(['manyClasses', 'intervals']);
});
