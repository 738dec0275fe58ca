import { describe, expect, test } from 'vitest';
import { commonClasses, inOrder, requireClasses, withClasses } from '../../../core/integration/classes.js';
import type { LinkData } from '../../../core/exchange/table-bundle.js';
import { classLabelsOf } from '../../../core/integration/label.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import { jobSchema } from '../../../core/job/schema.js';
import { dictionaryOf } from '../../support/arbitrary-tables.js';

const tableOf = (texts: readonly (string | null)[]) => classLabelsOf(dictionaryOf(texts));

const targetOf = (
  labels: readonly number[],
  trainRows: number,
  weights?: readonly number[],
): TargetIndex => ({
  ...{ rows: labels.length, trainRows, labels: Float64Array.from(labels), groups: [] },
  ...(weights && { weights: Float64Array.from(weights) }),
});

describe('classes of several tables', () => {
  test('have codes in common, NULL has none', () => {
    const found = commonClasses(
      new Map<string, Pick<LinkData, 'labels' | 'classes'>>([
        ['a', tableOf(['oak', null, 'ash'])],
        ['b', tableOf(['beech', 'oak'])],
        ['c', {}],
      ]),
    );
    expect(found?.names).toEqual(['ash', 'beech', 'oak']);
    expect(found?.tables.get('a')?.labels).toEqual(Float64Array.of(2, NaN, 0));
    expect(found?.tables.get('b')?.labels).toEqual(Float64Array.of(1, 2));
    expect(found?.tables.get('c')).toEqual({});
  });

  test('are nothing where no table has any', () => {
    expect(commonClasses(new Map([['a', { labels: Float64Array.of(0, 1) }]]))).toBeUndefined();
  });

  test('stand in one order, whichever table they come from: whole numbers by size, else texts by code units', () => {
    expect(inOrder(new Set(['10', '9', '-2']))).toEqual(['-2', '9', '10']);
    expect(inOrder(new Set(['10', '9', 'x']))).toEqual(['10', '9', 'x']);
    expect(inOrder(new Set(['b', 'B', 'ä', '']))).toEqual(['', 'B', 'b', 'ä']);
    expect(inOrder(new Set(['900719925474099301', '900719925474099300']))).toEqual([
      '900719925474099300',
      '900719925474099301',
    ]);
    expect(inOrder(new Set(['1', '01']))).toEqual(inOrder(new Set(['01', '1'])));
  });
});

describe('what training learns', () => {
  const names = ['a', 'b', 'c', 'd'];

  test('are the classes of training rows; a test row of another class has the code after the last', () => {
    const { classes, labels } = withClasses(targetOf([3, 1, 3, 0, 1, 2], 3), names);
    expect(classes).toEqual(['b', 'd']);
    expect([...labels]).toEqual([1, 0, 1, 2, 0, 2]);
  });

  test('are the classes of rows that weigh anything; others have the code after the last', () => {
    const { classes, labels } = withClasses(targetOf([0, 1, 2, 0], 4, [1, 0, 0.5, 1]), names);
    expect(classes).toEqual(['a', 'c']);
    expect([...labels]).toEqual([0, 2, 1, 0]);
  });
});

describe('classes that cannot be learned', () => {
  const jobOf = (classWeights: unknown = 'none') =>
    jobSchema.parse({
      name: 'trees',
      task: 'classification',
      target: { base: 'forest.trees', label: { column: 'kind' } },
      model: { type: 'softmax-regression', classWeights },
    });
  const many = (count: number) => Array.from({ length: count }, (_, at) => `kind ${String(at)}`);

  test('two to 1,000 can', () => {
    for (const count of [2, 1000])
      expect(() => {
        requireClasses(jobOf(), many(count));
      }).not.toThrow();
    expect(() => {
      requireClasses(jobOf({ 'kind 1': 2 }), many(2));
    }).not.toThrow();
  });

  test.each([
    ['none at all', jobOf(), many(0), 'AMALUR_LABEL_ONE_CLASS', 'target.label'],
    ['one', jobOf(), many(1), 'AMALUR_LABEL_ONE_CLASS', 'target.label'],
    ['more than 1,000', jobOf(), many(1001), 'AMALUR_TOO_MANY_CLASSES', 'target.label.column'],
    ['weights of another', jobOf({ no: 2 }), many(2), 'AMALUR_INVALID_JOB', 'model.classWeights["no"]'],
    [
      'weights of one that every object has',
      jobOf({ toString: 2 }),
      many(2),
      'AMALUR_INVALID_JOB',
      'model.classWeights["toString"]',
    ],
  ])('%s', (_what, job, classes, code, field) => {
    expect(() => {
      requireClasses(job, classes);
    }).toThrow(expect.objectContaining({ code, field, suggestion: expect.any(String) as string }) as Error);
  });
});
