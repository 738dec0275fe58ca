import { describe, expect, test } from 'vitest';
import { intervalOf, showEvaluation } from '../../../client/cli/show-evaluation.js';
import { evaluateInDetail } from '../../../core/evaluation/evaluate-in-detail.js';
import { evaluate } from '../../../core/models/evaluate.js';

const rows = 100;
const labels = Float64Array.from({ length: rows }, (_, i) => (i % 4 === 0 ? 1 : 0));
const probabilities = labels.map((label, i) => (i + 40 * label) / 160);
const spec = { curves: true, intervals: 50, importance: 'none', repeats: 1, seed: 0 } as const;

describe('the evaluation of a run on the command line', () => {
  const metrics = evaluate('classification', probabilities, labels);
  const evaluation = evaluateInDetail({ metrics, predictions: probabilities, labels }, spec)!;

  test('has the interval of each measure under the name that the measure is shown by', () => {
    for (const name of ['AUC', 'log-loss', 'accuracy'])
      expect(intervalOf(evaluation, name), name).toMatch(/^0\.\d{6} – \d\.\d{6}$/);
    expect(intervalOf(evaluation, 'RMSE')).toBe('–');
    expect(intervalOf(null, 'AUC')).toBe('–');
  });

  test('has the confusion matrix, the calibration and points of the curve', () => {
    const [confusion = '', calibration = '', thresholds = '', ...more] = showEvaluation(evaluation).filter(
      (text) => text !== '',
    );
    const [[kept, wrong], [missed, hit]] = evaluation.classes!.confusion.matrix as [number[], number[]];
    expect(confusion).toMatch(new RegExp(`^0 +${String(kept)} +${String(wrong)} `, 'm'));
    expect(confusion).toMatch(new RegExp(`^1 +${String(missed)} +${String(hit)} `, 'm'));
    expect(calibration.split('\n')).toHaveLength(2 + 10);
    expect(calibration).toMatch(/ \d+\.\d % +\d\.\d\d +10$/m);
    expect(thresholds.split('\n').length).toBeGreaterThan(6);
    expect(more).toEqual([]);
  });

  test('names silos and columns with what is lost by permuting them', () => {
    const importance = {
      measure: 'auc',
      repeats: 5,
      silos: [{ silos: ['north', 'south'], mean: 0.125, deviation: 0.5 }],
      columns: [{ column: 'north.t.x', mean: 0.25, deviation: 0 }],
    } as const;
    const [, silos, , columns] = showEvaluation({ importance });
    expect(silos).toMatch(/AUC lost[^]*north, south +0\.125000 +0\.500000/);
    expect(columns).toMatch(/north\.t\.x +0\.250000 +0\.000000/);
  });
});
