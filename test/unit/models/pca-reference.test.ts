import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { dense, denseMatrix } from '../../../core/algebra/dense.js';
import { jobSchema } from '../../../core/job/schema.js';
import { pca } from '../../../core/models/pca/family.js';
import { readOwn } from '../../../core/models/pca/own.js';
import { runLocally } from '../../../core/training/local-runner.js';

interface Decomposition {
  readonly components: number[][];
  readonly mean?: number[];
  readonly singular: number[];
  readonly explained: number[];
  readonly scores: number[][];
  readonly otherScores: number[][];
  readonly error: number;
  readonly otherError: number;
}

/** What scikit-learn makes of small tables: test/fixtures/models/make-components.py. */
interface Reference {
  readonly table: number[][];
  readonly others: number[][];
  readonly components: number;
  readonly pca: Decomposition;
  readonly svd: Decomposition;
}

const file = new URL('../../fixtures/models/components.json', import.meta.url);
const reference = JSON.parse(readFileSync(file, 'utf8')) as Record<'tall' | 'wide', Reference>;

const tableOf = (rows: number[][]) =>
  denseMatrix(dense(rows.length, rows[0]!.length, Float64Array.from(rows.flat())));

function expectClose(found: ArrayLike<number>, expected: readonly number[], tolerance = 1e-8): void {
  expect(found.length).toBe(expected.length);
  expected.forEach((value, at) =>
    expect(Math.abs(found[at]! - value), `number ${at}`).toBeLessThan(tolerance),
  );
}

const ways = (['tall', 'wide'] as const).flatMap((table) =>
  (['pca', 'svd'] as const).map((kind) => ({ table, kind })),
);

describe.each(ways)('the $kind of a $table table', ({ table: name, kind }) => {
  const { table: rows, others, components, [kind]: expected } = reference[name];
  const table = tableOf(rows);
  const { parameters, own } = runLocally({
    ...{ table, names: rows[0]!.map((_, at) => `c${at}`), labels: new Float64Array(0), rounds: 1 },
    spec: jobSchema.shape.model.parse({ type: 'pca', components, center: kind === 'pca' }),
  });

  test('has the directions, singular values and mean of scikit-learn to 1e-8', () => {
    const columns = Array.from({ length: components + 1 }, (_, j) =>
      [...parameters.data].filter((_value, at) => at % (components + 1) === j),
    );
    expectClose(columns.flat(), [...expected.components.flat(), ...(expected.mean ?? rows[0]!.map(() => 0))]);
    expectClose(readOwn(own).singular, expected.singular);
  });

  test.each([
    ['training rows', rows, expected.scores, expected.error],
    ['rows that it has not seen', others, expected.otherScores, expected.otherError],
  ] as const)(
    'gives %s its scores and its error of reconstruction to 1e-8',
    (_which, given, scores, error) => {
      const sums = pca.scores!(tableOf(given), parameters);
      const predicted = pca.predict(sums, own);
      expect([...predicted.keys()]).toEqual(scores[0]!.map((_, j) => `component_${j + 1}`));
      [...predicted.values()].forEach((found, j) => expectClose(found, scores.map((row) => row[j]!))); // prettier-ignore
      const metrics = pca.measure(sums, own, new Float64Array(0));
      expect(metrics).toMatchObject({
        rows: given.length,
        reconstructionError: expect.closeTo(error, 7) as number,
      });
      if (given === rows) expectClose('explained' in metrics ? metrics.explained : [], expected.explained);
    },
  );
});
