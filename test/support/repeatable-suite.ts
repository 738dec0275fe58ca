import fc from 'fast-check';
import { expect, test } from 'vitest';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { runLocally } from '../../core/training/local-runner.js';
import type { Grouped } from './arbitrary-groups.js';
import { everyWay, inRounds } from './every-way.js';

/** What every model without labels promises about bits, on problems of its own kind. */
export function testRepeatableBits(problem: fc.Arbitrary<{ scene: Grouped; spec: ModelSpec }>): void {
  test('equal seeds give equal bits', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        expect(everyWay(scene, spec)).toEqual(everyWay(scene, spec));
      }),
      { numRuns: 20 },
    );
  });

  test('stopping after every round and going on from the stored state gives the same bits', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const table = factorizedTable(scene.target.trainRows, scene.sources);
        const run = { table, names: scene.names, labels: new Float64Array(0), spec };
        const straight = runLocally({ ...run, rounds: 10_000 });
        let piecewise = runLocally({ ...run, rounds: 1 });
        while (piecewise.stopped === undefined) {
          piecewise = runLocally({ ...run, rounds: 1, from: structuredClone(piecewise.state) });
        }
        expect([...piecewise.parameters.data]).toEqual([...straight.parameters.data]);
        expect([...piecewise.own]).toEqual([...straight.own]);
        expect(inRounds(scene, spec, true)).toEqual(inRounds(scene, spec));
      }),
      { numRuns: 50 },
    );
  });
}
