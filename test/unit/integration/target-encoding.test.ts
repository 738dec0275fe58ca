import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { identityColumns } from '../../../core/algebra/dense.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { featureBundle, readFeatures } from '../../../core/exchange/table-bundle.js';
import {
  crossFitted,
  encode,
  encoderFrom,
  fitEncoder,
  summarize,
  type FeatureData,
} from '../../../core/integration/encode.js';
import { encodedColumns, type TargetEncoding } from '../../../core/integration/encoder.js';
import { crossFittedMeans, targetFolds, TARGET_FOLDS } from '../../../core/integration/encoding/cross-fit.js';
import { localTable } from '../../../core/integration/local-table.js';
import type { TargetFeature } from '../../../core/job/resolved.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import {
  baseOf,
  hasBothClasses,
  joinedOf,
  labelledScenes,
  partiesOf,
  type LabelledRow,
  type LabelledScene,
} from '../../support/arbitrary-targets.js';
import { stored, trainInProcess } from '../../support/rounds-in-process.js';

const countsOf = ({ rows }: Pick<LabelledScene, 'rows'>) =>
  Float64Array.from(rows, ({ tested, matches }) => (tested ? 0 : matches.length));

const cellsOf = (table: Matrix) => [...table.multiply(identityColumns(table.columns, 0, table.columns)).data];

const row = (change: Partial<LabelledRow>): LabelledRow => ({
  ...{ level: 'a', size: 1, label: 1, weight: 1, fold: 0, tested: false, matches: [-1] },
  ...change,
});

const FEATURE: TargetFeature = { name: 'level', encoding: 'target' };

/** The encoder, what training rows are encoded as, and what they would be in a prediction. */
function encodedAs(rows: readonly LabelledRow[], feature = FEATURE) {
  const data = baseOf({ rows, weighted: false });
  const counts = countsOf({ rows });
  const trainRows = counts.reduce((sum, n) => sum + n, 0);
  const encoder = fitEncoder(data, [feature], counts, trainRows);
  return {
    encoding: encoder.targets?.[0] as TargetEncoding,
    trained: cellsOf(encode(crossFitted(data, [feature], counts), encoder)),
    predicted: cellsOf(encode(data, encoder)),
  };
}

describe('what a training row counts as in a column that is encoded by labels', () => {
  test('depends neither on its own label nor on those of its fold, to the last bit', () => {
    fc.assert(
      fc.property(labelledScenes, fc.nat(TARGET_FOLDS - 1), (scene, fold) => {
        const counts = countsOf(scene);
        const other = scene.rows.map((one) => (one.fold === fold ? { ...one, label: 1e3 - one.label } : one));
        const valuesOf = (rows: readonly LabelledRow[]) =>
          crossFittedMeans(baseOf({ ...scene, rows }), scene.feature, counts, 0.5);
        const [before, after] = [valuesOf(scene.rows), valuesOf(other)];
        scene.rows.forEach((one, at) => {
          if (one.fold === fold) expect(after[at]).toBe(before[at]);
          expect(Number.isNaN(before[at])).toBe(counts[at] === 0);
        });
      }),
    );
  });

  test('is the same for all copies that a join makes of it, whether T is built or not', () => {
    fc.assert(
      fc.property(labelledScenes, (scene) => {
        const { sources, target } = joinedOf(scene);
        const built = localTable('materialized', sources, target);
        const left = localTable('factorized', sources, target);
        const at = built.names.indexOf('s.base.level:target');
        const [rows] = target.groups[0]!.shares;
        const cellOf = new Map<number, number>();
        for (const [side, from] of [
          ['train', 0],
          ['test', target.trainRows],
        ] as const) {
          const cells = cellsOf(built[side]);
          expect(cellsOf(left[side])).toEqual(cells);
          for (let t = 0; t < built[side].rows; t++) {
            const source = rows!.rows[from + t]!;
            const cell = cells[t * built.names.length + at]!;
            expect(cell).toBe(cellOf.get(source) ?? cell);
            cellOf.set(source, cell);
          }
        }
      }),
    );
  });

  test('is that of a table in which a row that occurs n times is n rows', () => {
    fc.assert(
      fc.property(labelledScenes, (scene) => {
        const { rows, feature } = scene;
        const repeated = rows.flatMap((one) => one.matches.map((match) => ({ ...one, matches: [match] })));
        const [once, often] = [rows, repeated].map((these) => encodedAs(these, feature));
        expect(often?.encoding.levels).toEqual(once?.encoding.levels);
        once?.encoding.means.forEach((mean, at) => {
          expect(often?.encoding.means[at]).toBeCloseTo(mean, 12);
        });
        const copies = rows.flatMap((one, at) => one.matches.map(() => once?.trained[at] ?? NaN));
        copies.forEach((cell, at) => {
          expect(often?.trained[at]).toBeCloseTo(cell, 10);
        });
      }),
    );
  });
});

describe.each([
  jobSchema.shape.model.parse({ type: 'logistic-regression', l2: 0.1, tolerance: 1e-11 }),
  jobSchema.shape.model.parse({ type: 'linear-regression', l2: 0.1, tolerance: 1e-11 }),
])('a $type with a column that is encoded by labels', (spec) => {
  test('is the same materialized, factorized and in rounds, to 1e-8', () => {
    fc.assert(
      fc.property(labelledScenes.filter(hasBothClasses), (scene) => {
        const joined = joinedOf(scene);
        const { sources, target } = joined;
        const { trainRows, labels, weights } = target;
        const [materialized, factorized] = (['materialized', 'factorized'] as const).map((form) => {
          const { train: table, names } = localTable(form, sources, target);
          const rows = { labels: labels.subarray(0, trainRows) };
          const weighed = weights && { weights: weights.subarray(0, trainRows) };
          const { parameters, own } = runLocally({ table, names, spec, rounds: 2000, ...rows, ...weighed });
          return [...parameters.data, ...own];
        });
        const rounds = trainInProcess(partiesOf(joined), target, spec);
        const apart = [
          ...target.groups.flatMap(({ id }) => [...rounds.parameters.get(id)!.data]),
          ...rounds.own,
        ];
        for (const other of [factorized ?? [], apart]) {
          expect(other).toHaveLength(materialized?.length ?? 0);
          other.forEach((value, at) =>
            expect(Math.abs(value - (materialized?.[at] ?? NaN))).toBeLessThan(1e-8),
          );
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('mean labels of levels', () => {
  test('NULL is a level of its own; a text that training has not, and a row without a match, count as the mean of all', () => {
    const rows = [
      ...[row({ label: 4 }), row({ label: 6, fold: 1 }), row({ level: null, label: 20, fold: 2 })],
      row({ level: 'unseen', tested: true }),
    ];
    const { encoding, predicted } = encodedAs(rows, { ...FEATURE, smooth: 0, scale: 'none' });
    expect(encoding).toEqual({
      ...{ kind: 'target', column: 'level', levels: ['a'], means: [5], missing: 20, center: 10, scale: 1 },
    });
    expect(predicted).toEqual([-5, -5, 10, 0]);
    const data = baseOf({ rows, weighted: false });
    const absent = encode(data, { numeric: [], categorical: [], targets: [encoding] }, Int32Array.of(-1, 2));
    expect(cellsOf(absent)).toEqual([0, 10]);
  });

  test('levels with too few rows, and texts that are too long, count as the mean of all and are not recorded', () => {
    const rows = [
      ...[row({ label: 1 }), row({ label: 2, fold: 1 }), row({ level: 'rare', label: 9, fold: 2 })],
      ...[row({ level: 'too long', label: 8, fold: 3 }), row({ level: 'too long', label: 10, fold: 4 })],
    ];
    const { encoding, predicted, trained } = encodedAs(rows, {
      ...{ ...FEATURE, smooth: 0, scale: 'none', minCount: 2, maxTextLength: 4 },
    });
    expect(encoding).toMatchObject({ levels: ['a'], means: [1.5], missing: 6, center: 6 });
    expect(predicted).toEqual([-4.5, -4.5, 0, 0, 0]);
    // In the rows of the other folds "a" is too rare as well.
    expect(trained).toEqual([29 / 4 - 6, 28 / 4 - 6, 21 / 4 - 6, 22 / 4 - 6, 20 / 4 - 6]);
  });

  test.each([
    ['one row', [row({})]],
    ['rows of one fold', [row({}), row({ level: 'b', label: 0 }), row({ label: 0 })]],
  ])('%s: with no other rows to learn from, all that is trained on is 0', (_, rows) => {
    const { trained, encoding } = encodedAs(rows);
    expect(trained).toEqual(rows.map(() => 0));
    expect(encoding.scale).toBe(1);
  });

  test.each([
    ['every cell is NULL', [0, 1, 1, 0, 1].map((label, fold) => row({ level: null, label, fold }))],
    [
      'every label is the same',
      ['a', 'b', 'a', 'b', null].map((level, fold) => row({ level, fold, label: 0.1 })),
    ],
    [
      'labels are huge',
      ['a', 'b', 'a', 'b', 'b'].map((level, fold) => row({ level, fold, label: fold * 1e150 })),
    ],
  ])('%s: all that comes out is finite', (_, rows) => {
    for (const smooth of [undefined, 0, 3]) {
      const { trained, predicted, encoding } = encodedAs(rows, {
        ...FEATURE,
        ...(smooth !== undefined && { smooth }),
      });
      const numbers = [...trained, ...predicted, ...encoding.means, encoding.missing, encoding.center];
      expect(numbers.every(Number.isFinite)).toBe(true);
    }
  });

  test('of a table without rows, and of rows without a label that are not trained on, nothing is learned', () => {
    expect(encodedAs([]).encoding).toMatchObject({ levels: [], means: [], center: 0, scale: 1 });
    const unlabelled = row({ level: 'b', label: NaN, matches: [] });
    const { encoding, trained } = encodedAs([row({}), row({ fold: 1, label: 0 }), unlabelled]);
    expect(encoding.levels).toEqual(['a']);
    expect(trained.every(Number.isFinite)).toBe(true);
  });

  test('have a column among the numbers, by which others can be multiplied', () => {
    const data = baseOf({
      rows: [row({}), row({ level: 'b', label: 0, fold: 1, size: 3 })],
      weighted: false,
    });
    const counts = Float64Array.of(1, 1);
    const encoder = encoderFrom(
      summarize(
        data,
        [
          { ...FEATURE, times: ['size'] },
          { name: 'size', encoding: 'numeric' },
        ],
        counts,
      ),
      [
        { ...FEATURE, times: ['size'] },
        { name: 'size', encoding: 'numeric' },
      ],
      2,
    );
    expect(encodedColumns(encoder)).toEqual(['size', 'level:target', 'level:target*size']);
    const cells = cellsOf(encode(data, encoder));
    expect(cells[2]).toBe((cells[0] ?? NaN) * (cells[1] ?? NaN));
  });

  test('are of labels, weights and folds that are stored with the columns', () => {
    for (const weighted of [false, true]) {
      const data = baseOf({ rows: [row({}), row({ label: 0, fold: 4, weight: 2 })], weighted });
      expect(readFeatures(stored(featureBundle(data)))).toEqual(data);
      const { targets: _, ...plain } = data;
      expect(readFeatures(stored(featureBundle(plain)))).toEqual(plain);
    }
  });

  test('need labels at the table', () => {
    const { targets: _, ...data }: FeatureData = baseOf({ rows: [row({})], weighted: false });
    expect(() => fitEncoder(data, [FEATURE], Float64Array.of(1), 1)).toThrow('no labels');
  });
});

test('a position in [0, 1) is one of five folds', () => {
  expect(targetFolds(Float64Array.of(0, 0.1999, 0.2, 0.5, 0.9999))).toEqual(Uint8Array.of(0, 0, 1, 2, 4));
});
