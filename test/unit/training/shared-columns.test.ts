import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { denseMatrix } from '../../../core/algebra/dense.js';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { trainingPart } from '../../../core/integration/target-index.js';
import { jobSchema } from '../../../core/job/schema.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { grouped as drawn, type Grouped } from '../../support/arbitrary-groups.js';
import { denseOf } from '../../support/arbitrary-integration.js';
import { labelsFor } from '../../support/glm-labels.js';
import { trainInProcess, type InRounds } from '../../support/rounds-in-process.js';

// Columns of T that several tables supply: outer joins, unions, and both beside columns of one table.

const specs = [
  { type: 'logistic-regression' },
  { type: 'logistic-regression', classWeights: 'balanced' },
  { type: 'linear-regression' },
  { type: 'poisson-regression' },
  { type: 'gamma-regression' },
  { type: 'huber-regression', delta: 0.3 },
  { type: 'logistic-regression', classWeights: 'balanced', l1: 0.0371 },
  { type: 'linear-regression', l1: 0.0371 },
  { type: 'softmax-regression' },
].map((model) => jobSchema.shape.model.parse({ ...model, l2: 0.1, tolerance: 1e-12, memory: 5 }));

const hasShared = ({ target }: Grouped) => target.groups.some(({ shares }) => shares.length > 1);

function flat({ parameters, own }: InRounds, { target }: Grouped): number[] {
  return [...target.groups.flatMap(({ id }) => [...(parameters.get(id)?.data ?? [])]), ...own];
}

describe.each(specs)('$type $classWeights $l1', (spec) => {
  const grouped = drawn.map((scene) => ({
    ...scene,
    target: { ...scene.target, labels: labelsFor(spec, scene.target.labels) },
  }));
  const whole = (table: Matrix, { names, target }: Grouped) => {
    const { labels, classes, weights, offsets } = trainingPart(target);
    const facts = {
      ...{ labels, ...(classes && { classes }) },
      ...{ ...(weights && { weights }), ...(offsets && { offsets }) },
    };
    const { parameters, own } = runLocally({ table, names, ...facts, spec, rounds: 1000 });
    return [...parameters.data, ...own];
  };

  test('materialized, factorized and in rounds the parameters agree to 1e-8', () => {
    fc.assert(
      fc.property(grouped, (scene) => {
        const { target, tables, sources, cells, names } = scene;
        const written = denseMatrix(
          denseOf(
            cells.map((row) => [...row]),
            names.length,
          ),
        );
        const reference = whole(written, scene);
        const factorized = whole(factorizedTable(target.trainRows, sources), scene);
        for (const candidate of [factorized, flat(trainInProcess(tables, target, spec), scene)]) {
          expect(candidate.length).toBe(reference.length);
          candidate.forEach((value, i) => expect(Math.abs(value - reference[i]!)).toBeLessThan(1e-8));
        }
      }),
      { numRuns: 40 },
    );
  });

  test('a round is one exchange without shared columns; with them it is two, after one that asks', () => {
    fc.assert(
      fc.property(grouped, (scene) => {
        const { exchanges, curve } = trainInProcess(scene.tables, scene.target, spec);
        expect(curve.map(({ round }) => round)).toEqual(
          curve.map((_, at) => at + 1 - (hasShared(scene) ? 1 : 0)),
        );
        const rounds = curve.at(-1)!.round;
        expect(exchanges).toBe(hasShared(scene) ? 2 * rounds + 1 : rounds);
      }),
      { numRuns: 10 },
    );
  });

  test('answers that come in another order give the same bits', () => {
    fc.assert(
      fc.property(
        grouped.filter(({ target }) => target.groups.length > 2),
        (scene) => {
          const [straight, backwards] = [false, true].map((turned) =>
            trainInProcess(scene.tables, scene.target, spec, { backwards: turned }),
          );
          expect(flat(backwards!, scene)).toEqual(flat(straight!, scene));
          expect(backwards!.curve).toEqual(straight!.curve);
        },
      ),
      { numRuns: 4 },
    );
  });

  test('states that are stored and read back after every exchange give the same bits', () => {
    fc.assert(
      fc.property(grouped.filter(hasShared), (scene) => {
        const straight = trainInProcess(scene.tables, scene.target, spec);
        const forgetting = trainInProcess(scene.tables, scene.target, spec, { forgetting: true });
        expect(flat(forgetting, scene)).toEqual(flat(straight, scene));
        expect(forgetting.curve).toEqual(straight.curve);
      }),
      { numRuns: 10 },
    );
  });
});
