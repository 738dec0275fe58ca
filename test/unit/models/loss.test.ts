import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Loss } from '../../../core/models/glm/loss.js';
import { gammaLoss } from '../../../core/models/gamma-regression.js';
import { huberLoss } from '../../../core/models/huber-regression.js';
import { squaredLoss } from '../../../core/models/linear-regression.js';
import { logisticLoss } from '../../../core/models/logistic-regression.js';
import { poissonLoss } from '../../../core/models/poisson-regression.js';
import { smoothedCheck } from '../../../core/models/quantile-regression.js';

const number = fc.integer({ min: -400, max: 400 }).map((n) => n / 100);

const rows = fc
  .array(
    fc.record({
      score: number,
      direction: number,
      label: fc.integer({ min: 0, max: 1 }),
      weight: fc.integer({ min: 0, max: 30 }).map((n) => n / 10),
    }),
    { minLength: 1, maxLength: 8 },
  )
  .map((drawn) => {
    const column = (of: (row: (typeof drawn)[number]) => number) => Float64Array.from(drawn, of);
    return {
      scores: column(({ score }) => score),
      direction: column(({ direction }) => direction),
      labels: column(({ label }) => label),
      weights: column(({ weight }) => weight),
    };
  });

/** Central differences lose half of the digits, or two thirds for a second derivative: so wide a step is best. */
const H = 1e-4;

function expectNear(value: number, difference: number): void {
  expect(Math.abs(value - difference)).toBeLessThan(1e-5 * Math.max(1, Math.abs(value)));
}

/** Losses that curve without bound. */
const EXPONENTIAL: readonly Loss[] = [poissonLoss, gammaLoss];

describe.each([
  ['squared', squaredLoss],
  ['logistic', logisticLoss],
  ['Poisson', poissonLoss],
  ['gamma', gammaLoss],
  ['Huber', huberLoss(0.7), 0.7],
  ['smoothed check', smoothedCheck(0.8, 0.5), 0.5],
])('the %s loss', (_, loss, kink = -1) => {
  /** Whether no score is at a distance from its label at which the second derivative jumps. */
  const isSmooth = (scores: Float64Array, labels: Float64Array) =>
    scores.every((score, row) => Math.abs(Math.abs(score - labels[row]!) - kink) > 0.01);

  test('has the derivatives that differences of it have, weighted or not', () => {
    fc.assert(
      fc.property(rows, fc.boolean(), number, ({ scores, direction, labels, weights }, weighted, alpha) => {
        const given = { labels, ...(weighted && { weights }) };
        const moving = scores.map((score, row) => score + alpha * direction[row]!);
        fc.pre(isSmooth(scores, labels) && isSmooth(moving, labels));
        const at = (s: Float64Array) => loss.residual(s, given, new Float64Array(s.length));
        const residual = new Float64Array(scores.length);
        loss.residual(scores, given, residual);
        scores.forEach((_score, row) => {
          const moved = (by: number) => scores.map((score, i) => (i === row ? score + by : score));
          expectNear(residual[row]!, (at(moved(H)) - at(moved(-H))) / (2 * H));
        });

        const along = (a: number) => at(scores.map((score, row) => score + a * direction[row]!));
        const { first, second } = loss.along(scores, direction, given, alpha);
        expectNear(first, (along(alpha + H) - along(alpha - H)) / (2 * H));
        const slope = (a: number) => loss.along(scores, direction, given, a).first;
        expectNear(second, (slope(alpha + H) - slope(alpha - H)) / (2 * H));
      }),
      { numRuns: 300 },
    );
  });

  test('with a weight of 1 has the bits of one without weights', () => {
    fc.assert(
      fc.property(rows, ({ scores, direction, labels }) => {
        const weights = new Float64Array(labels.length).fill(1);
        const [plain, weighted] = [new Float64Array(labels.length), new Float64Array(labels.length)];
        expect(loss.residual(scores, { labels, weights }, weighted)).toBe(
          loss.residual(scores, { labels }, plain),
        );
        expect(weighted).toEqual(plain);
        expect(loss.along(scores, direction, { labels, weights }, 0.5)).toEqual(
          loss.along(scores, direction, { labels }, 0.5),
        );
      }),
    );
  });

  test.skipIf(EXPONENTIAL.includes(loss))('curves no more than it says', () => {
    fc.assert(
      fc.property(number, fc.integer({ min: 0, max: 1 }), (score, label) => {
        const { second } = loss.along(
          Float64Array.of(score),
          Float64Array.of(1),
          { labels: Float64Array.of(label) },
          0,
        );
        expect(second).toBeLessThanOrEqual(loss.curvature);
      }),
    );
  });
});
