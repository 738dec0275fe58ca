import { describe, expect, test } from 'vitest';
import { jobSchema } from '../../../core/job/schema.js';
import { searchSchema, type Search } from '../../../core/job/search-schema.js';
import { trialCount } from '../../../core/validation/trial-count.js';
import { trialsOf, withParameters } from '../../../core/validation/trials.js';

const model = jobSchema.shape.model.parse({ type: 'logistic-regression' });
const search = (given: object): Search => searchSchema.parse(given);

describe('a grid', () => {
  test('has every combination once, fields by name and the last one fastest', () => {
    const given = search({ over: { memory: [5, 10], l2: [0.1, 1, 10] } });
    expect(trialsOf(model, given)).toEqual([
      { l2: 0.1, memory: 5 },
      { l2: 0.1, memory: 10 },
      { l2: 1, memory: 5 },
      { l2: 1, memory: 10 },
      { l2: 10, memory: 5 },
      { l2: 10, memory: 10 },
    ]);
    expect(trialCount(given)).toBe(6);
  });

  test('takes values of a range that are as far from each other, by ratio or by difference, with its ends as they are', () => {
    const ratios = trialsOf(model, search({ over: { l2: { from: 1e-4, to: 0.1, count: 4 } } }));
    expect(ratios.map(({ l2 }) => l2)).toEqual([
      1e-4,
      expect.closeTo(1e-3, 12),
      expect.closeTo(1e-2, 12),
      0.1,
    ]);
    const linear = { from: 0, to: 0.3, scale: 'linear', count: 4 };
    const steps = trialsOf(model, search({ over: { l2: linear } }));
    expect(steps.map(({ l2 }) => l2)).toEqual([0, expect.closeTo(0.1, 12), expect.closeTo(0.2, 12), 0.3]);
  });

  test('rounds a range of a field of whole numbers, and of no other', () => {
    const over = { l2: { from: 1, to: 100, count: 4 }, memory: { from: 1, to: 100, count: 4 } };
    const trials = trialsOf(model, search({ over }));
    expect([...new Set(trials.map(({ memory }) => memory))]).toEqual([1, 5, 22, 100]);
    expect(trials.some(({ l2 }) => !Number.isInteger(l2))).toBe(true);
    for (const trial of trials) expect(withParameters(model, trial)).toMatchObject(trial);
  });

  test('does not depend on the order in which the job names fields', () => {
    const forth = trialsOf(model, search({ over: { memory: [5, 10], l2: [0.1, 1] } }));
    const back = trialsOf(model, search({ over: { l2: [0.1, 1], memory: [5, 10] } }));
    expect(back).toEqual(forth);
  });
});

describe('a random search', () => {
  const range = { method: 'random', over: { l2: { from: 1e-5, to: 10 } }, trials: 100 };

  test('draws the same from the same seed, and more of the same for more trials', () => {
    const some = trialsOf(model, search({ ...range, trials: 10 }));
    const more = trialsOf(model, search(range));
    expect(more.slice(0, 10)).toEqual(some);
    expect(trialsOf(model, search({ ...range, seed: 1 }))).not.toEqual(more);
  });

  test('is spread evenly over the scale of a range, and stays in it', () => {
    const values = trialsOf(model, search(range)).map(({ l2 }) => Number(l2));
    for (const value of values) expect(value >= 1e-5 && value < 10).toBe(true);
    // By ratio a sixth of them lies in each decade: 100/6 ± 3 standard deviations.
    for (let decade = -5; decade < 1; decade++) {
      const inside = values.filter((value) => Math.floor(Math.log10(value)) === decade).length;
      expect(inside).toBeGreaterThan(5);
      expect(inside).toBeLessThan(28);
    }
  });

  test('draws fields apart from each other', () => {
    const over = {
      l2: { from: 0, to: 1, scale: 'linear' },
      tolerance: { from: 1e-9, to: 1, scale: 'linear' },
    };
    const trials = trialsOf(model, search({ ...range, over }));
    const [x, y] = ['l2', 'tolerance'].map((field) => trials.map((trial) => Number(trial[field])));
    const correlation = x!.reduce((sum, value, at) => sum + 12 * (value - 0.5) * (y![at]! - 0.5), 0) / 100;
    expect(Math.abs(correlation)).toBeLessThan(0.3);
  });

  test('of lists alone draws no combination twice, and all of them if it may', () => {
    const lists = { method: 'random', over: { l2: [0.1, 1, 10], memory: [5, 10] }, trials: 50 };
    const trials = trialsOf(model, search(lists));
    expect(trials).toHaveLength(6);
    expect(trialCount(search(lists))).toBe(6);
    expect(new Set(trials.map((trial) => JSON.stringify(trial))).size).toBe(6);
  });
});

test('without a search there is one trial, of the model as it is', () => {
  expect(trialsOf(model, undefined)).toEqual([{}]);
  expect(withParameters(model, {})).toEqual(model);
  expect(trialCount(undefined)).toBe(1);
});
