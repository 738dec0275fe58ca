import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { factorizedTable } from '../../../core/algebra/factorized-table.js';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { trainingPart } from '../../../core/integration/target-index.js';
import { jobSchema, type ModelSpec } from '../../../core/job/schema.js';
import { familyOf } from '../../../core/models/programs.js';
import { runLocally } from '../../../core/training/local-runner.js';
import { startParty, stepParty, type PartyTable } from '../../../core/training/exchange.js';
import { startRounds, stepRounds } from '../../../core/training/rounds.js';
import { grouped, type Grouped } from '../../support/arbitrary-groups.js';
import { writtenOut } from '../../support/every-way.js';
import { modelJson } from '../../support/whole-network.js';
import { trainInProcess } from '../../support/rounds-in-process.js';

type Change = Partial<Extract<ModelSpec, { type: 'neural-network' }>>;

const specOf = (change: Change = {}): ModelSpec =>
  jobSchema.shape.model.parse({
    type: 'neural-network',
    output: 'sigmoid',
    hidden: [4],
    epochs: 3,
    batchSize: 5,
    learningRate: 0.02,
    ...change,
  });

const changes: readonly Change[] = [
  {},
  { batchSize: 100 },
  { activation: 'tanh', hidden: [4, 3], dropout: 0.3, l2: 0.01 },
  { optimizer: 'momentum', batchNormalization: true, schedule: 'cosine' },
  {
    architecture: modelJson([
      [
        'Dense',
        { units: 6, kernel_initializer: 'he_normal', kernel_regularizer: { class_name: 'L2', config: {} } },
      ],
      ['Reshape', { target_shape: [3, 2] }],
      ['Conv1D', { filters: 3, kernel_size: 2, activation: 'softplus' }],
      ['Flatten'],
      ['Dropout', { rate: 0.2 }],
      ['Dense', { units: 1, activation: 'sigmoid' }],
    ]),
  },
  { hidden: [], optimizer: 'sgd', earlyStopping: { validation: 0.3, patience: 1 } },
];
const problem = fc.record({ scene: grouped, spec: fc.constantFrom(...changes).map(specOf) });

/** What a network predicts of the training rows, and its losses by epoch. */
interface Fitted {
  readonly losses: readonly number[];
  readonly predictions: readonly number[];
  readonly stopped: string | undefined;
}

function locally(table: Matrix, { names, target }: Grouped, spec: ModelSpec): Fitted {
  const losses: number[] = [];
  const { labels, weights } = trainingPart(target);
  const run = { table, names, labels, ...(weights && { weights }), spec, rounds: 1000 };
  const fitted = runLocally({ ...run, onProgress: ({ loss }) => losses.push(loss) });
  const { parameters, own, network, stopped } = fitted;
  const scores = table.multiply(parameters);
  return {
    losses,
    stopped,
    predictions: [
      ...familyOf(spec.type)
        .predict(scores, own, { ...(network && { network }) })
        .get('prediction')!,
    ],
  };
}

function byParties(scene: Grouped, spec: ModelSpec, forgetting = false): Fitted {
  const { parameters, own, network, curve, stopped } = trainInProcess(scene.tables, scene.target, spec, {
    forgetting,
  });
  const data = scene.target.groups.flatMap(({ id }) => [...parameters.get(id)!.data]);
  const table = writtenOut(scene);
  const scores = table.multiply({
    rows: table.columns,
    columns: data.length / table.columns,
    data: Float64Array.from(data),
  });
  return {
    losses: curve.map(({ loss }) => loss),
    stopped,
    predictions: [
      ...familyOf(spec.type)
        .predict(scores, own, { ...(network && { network }) })
        .get('prediction')!,
    ],
  };
}

describe('a network', () => {
  test('has the same losses and predictions on the joined table, on the factorized one and by parties, within float32', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        const joined = locally(writtenOut(scene), scene, spec);
        const factorized = locally(factorizedTable(scene.target.trainRows, scene.sources), scene, spec);
        for (const other of [factorized, byParties(scene, spec)]) {
          expect(other.stopped).toBe(joined.stopped);
          for (const what of ['losses', 'predictions'] as const) {
            expect(other[what]).toHaveLength(joined[what].length);
            other[what].forEach((value, at) => {
              expect(Math.abs(value - joined[what][at]!)).toBeLessThan(2e-4 * Math.max(1, Math.abs(value)));
            });
          }
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);

  test('by parties whose states are lost and read again after every step it has the same bits', () => {
    fc.assert(
      fc.property(problem, ({ scene, spec }) => {
        expect(byParties(scene, spec, true)).toEqual(byParties(scene, spec));
      }),
      { numRuns: 6 },
    );
  }, 60_000);
});

test('of a mini-batch only the source rows travel that occur in it, each once', () => {
  const target = {
    rows: 40,
    trainRows: 40,
    labels: Float64Array.from({ length: 40 }, (_, row) => row % 2),
    groups: [
      {
        id: 'a.t',
        shares: [{ party: 'a.t', sourceRows: 40, rows: Int32Array.from({ length: 40 }, (_, row) => row) }],
      },
      {
        id: 'b.t',
        shares: [
          { party: 'b.t', sourceRows: 100, rows: Int32Array.from({ length: 40 }, (_, row) => row % 2) },
        ],
      },
    ],
  };
  const table = (rows: number) => ({
    table: writtenOut({ cells: Array.from({ length: rows }, (_, row) => [Math.sin(row)]), names: ['x'] }),
    names: ['x'],
    counts: new Float64Array(rows).fill(1),
    trainRows: 40,
  });
  const tables = new Map<string, PartyTable>([['a.t', table(40)] as const, ['b.t', table(100)] as const]);
  const spec = specOf({ hidden: [3], batchSize: 10, epochs: 1 });
  const family = familyOf(spec.type);
  const states = new Map([...tables].map(([id, one]) => [id, startParty(family.party, one, spec)]));
  let step = startRounds({ family, spec, target });
  const seen: number[][] = [];
  while ('down' in step.next) {
    const ups = new Map<string, ReturnType<typeof stepParty>['up']>();
    const sizes: number[] = [];
    for (const [id, down] of step.next.down) {
      const { state, up } = stepParty(family.party, tables.get(id)!, states.get(id)!, down);
      states.set(id, state);
      ups.set(id, up);
      sizes.push(down.tensors.residual!.shape[0]!, up.tensors.partial!.shape[0]!);
    }
    seen.push(sizes);
    step = stepRounds({ family, spec, target }, step.state, ups);
  }
  // By a.t and b.t: rows of the residual, rows of the products. First all rows, to see which columns are there at all.
  expect(seen).toEqual([
    [40, 0, 100, 0],
    [0, 10, 0, 2],
    [10, 10, 2, 2],
    [10, 10, 2, 2],
    [10, 10, 2, 2],
    [10, 0, 2, 0],
  ]);
});
