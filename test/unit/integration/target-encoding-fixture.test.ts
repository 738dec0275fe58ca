import { readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { crossFitted, encode, fitEncoder, type FeatureData } from '../../../core/integration/encode.js';
import type { TargetFeature } from '../../../core/job/resolved.js';
import { identityColumns } from '../../../core/algebra/dense.js';
import { tableOf } from '../../support/encoded-cells.js';
import type { Text } from '../../support/arbitrary-tables.js';

interface Case {
  task: 'binary' | 'continuous';
  smooth: number | 'auto';
  weighted: boolean;
  levels: string[];
  means: number[];
  missing: number;
  mean: number;
  fitted: (number | null)[];
}

interface Fixture {
  level: Text[];
  fold: number[];
  weight: number[];
  count: number[];
  labels: Record<Case['task'], number[]>;
  cases: Case[];
}

const fixture = JSON.parse(
  await readFile(new URL('../../fixtures/encoders/targets.json', import.meta.url), 'utf8'),
) as Fixture;
const { level, fold, weight, count, labels, cases } = fixture;
const counts = Float64Array.from(count);
const trainRows = counts.reduce((sum, n) => sum + n, 0);

describe.each(cases)(
  'mean labels as scikit-learn has them: $task, smooth $smooth, weighted $weighted',
  (expected) => {
    const { task, smooth, weighted } = expected;
    const data: FeatureData = {
      ...tableOf(level.length, {}, { level }),
      targets: {
        labels: Float64Array.from(labels[task]),
        folds: Uint8Array.from(fold),
        ...(weighted && { weights: Float64Array.from(weight) }),
      },
    };
    const feature: TargetFeature = {
      ...{ name: 'level', encoding: 'target', scale: 'none' },
      ...(smooth !== 'auto' && { smooth }),
    };
    const encoder = fitEncoder(data, [feature], counts, trainRows);
    const size = Math.abs(expected.mean);

    test('of each level, of NULL and of a level not met, learned from all training rows, to 1e-12', () => {
      const [found] = encoder.targets ?? [];
      expect(found?.levels).toEqual(expected.levels);
      expected.means.forEach((mean, at) => {
        expect(Math.abs((found?.means[at] ?? NaN) - mean) / size).toBeLessThan(1e-12);
      });
      expect(Math.abs((found?.missing ?? NaN) - expected.missing) / size).toBeLessThan(1e-12);
      expect(Math.abs((found?.center ?? NaN) - expected.mean) / size).toBeLessThan(1e-12);
    });

    test('of each training row, learned from the rows of other folds, to 1e-12; other rows are encoded as in a prediction', () => {
      const cells = valuesOf(crossFitted(data, [feature], counts));
      const predicted = valuesOf(data);
      expected.fitted.forEach((value, row) => {
        const wanted = value === null ? (predicted[row] ?? NaN) : value - expected.mean;
        expect(Math.abs((cells[row] ?? NaN) - wanted) / size).toBeLessThan(value === null ? 1e-300 : 1e-12);
      });
      expect(expected.fitted.filter((value) => value === null).length).toBeGreaterThan(5);
    });

    function valuesOf(table: FeatureData): Float64Array {
      return encode(table, encoder).multiply(identityColumns(1, 0, 1)).data;
    }
  },
);
