import { expect, test } from 'vitest';
import { contest } from '../../../core/evaluation/promotion.js';
import type { Metrics } from '../../../core/models/model.js';

const classified = (auc: number | null): Metrics => ({
  ...{ rows: 10, positives: 4, auc },
  ...{ logLoss: 0.5, accuracy: 0.7 },
});
const regressed = (rmse: number): Metrics => ({ rows: 10, rmse, mae: rmse, r2: 0 });

test('a higher AUC wins, and only by more than the margin', () => {
  expect(contest(classified(0.75), classified(0.8125), 0).won).toBe(true);
  expect(contest(classified(0.75), classified(0.8125), 0.0625).won).toBe(false);
  expect(contest(classified(0.75), classified(0.75), 0).won).toBe(false);
  expect(contest(classified(0.75), classified(0.75), -0.125).won).toBe(true);
});

test('a lower error wins', () => {
  expect(contest(regressed(2), regressed(1.5), 0.25)).toMatchObject({ better: 'lower', won: true });
  expect(contest(regressed(2), regressed(2.5), 0)).toMatchObject({ measure: 'rmse', won: false });
});

test('what is not defined, or is another measure, wins nothing', () => {
  expect(contest(classified(null), classified(0.8), -1).won).toBe(false);
  expect(contest(classified(0.8), classified(null), -1).won).toBe(false);
  expect(contest(classified(0.8), regressed(2), -10)).toMatchObject({ candidate: null, won: false });
});
