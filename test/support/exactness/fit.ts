import { columnVector, dense, denseMatrix } from '../../../core/algebra/dense.js';
import type { Dense, Matrix } from '../../../core/algebra/matrix.js';
import { entryOf } from '../../../core/entry-of.js';
import { columnNames } from '../../../core/integration/column-names.js';
import { encode } from '../../../core/integration/encode.js';
import { trainingCounts } from '../../../core/integration/target-index.js';
import { shareId } from '../../../core/job/resolved.js';
import type { ModelSpec } from '../../../core/job/schema.js';
import { scoresOf } from '../../../core/models/family.js';
import type { Metrics } from '../../../core/models/model.js';
import { trainedBy } from '../../../core/models/programs.js';
import type { PartyTable } from '../../../core/training/exchange.js';
import { runLocally } from '../../../core/training/local-runner.js';
import type { StopReason } from '../../../core/training/program.js';
import { trainInProcess } from '../rounds-in-process.js';
import type { Exact, SqlSide } from './exact.js';
import { localSources } from './integrated.js';

/** A model and how good it is on T as the way in which it was trained has it. */
export interface Fit {
  readonly theta: Dense;
  readonly own: Float64Array;
  readonly stopped: StopReason | undefined;
  readonly metrics: Readonly<Record<'train' | 'test', Metrics>>;
}

export type Way = 'sql' | 'materialized' | 'factorized' | 'rounds';

/** A model trained on T as SQL has it, on T in both forms, and by tables that exchange messages. */
export function fitEveryWay(exact: Exact, spec: ModelSpec): Record<Way, Fit> {
  const written = { train: writtenOut(exact.train), test: writtenOut(exact.test) };
  return {
    sql: locally(exact, spec, written),
    materialized: locally(exact, spec, exact.materialized),
    factorized: locally(exact, spec, exact.factorized),
    rounds: inRounds(exact, spec),
  };
}

/** T over one side of the split, cell by cell. */
export function writtenOut({ table }: SqlSide): Matrix {
  const cells = dense(table.rows.length, table.columns);
  table.rows.forEach((row, at) => {
    for (const [column, value] of row) cells.data[at * table.columns + column] = value;
  });
  return denseMatrix(cells);
}

type Tables = Readonly<Record<'train' | 'test', Matrix>>;

function locally(exact: Exact, spec: ModelSpec, tables: Tables): Fit {
  const { trainRows, labels, weights } = exact.target;
  const { parameters, own, stopped } = runLocally({
    ...{ table: tables.train, names: exact.names, labels: labels.subarray(0, trainRows) },
    ...(weights && { weights: weights.subarray(0, trainRows) }),
    ...{ spec, rounds: 100_000 },
  });
  return measured(exact, spec, tables, { theta: parameters, own, stopped });
}

function inRounds(exact: Exact, spec: ModelSpec): Fit {
  const { target, integrated, factorized } = exact;
  const sources = new Map(localSources(integrated).map((source) => [source.id, source]));
  const tables = new Map(
    target.groups.flatMap((group) =>
      group.shares.map((share): [string, PartyTable] => {
        const id = shareId(group, share.party);
        const encoder = entryOf(factorized.encoders, group.id);
        const table = encode(entryOf(sources, id).data, encoder);
        const counts = trainingCounts(share, target.trainRows);
        return [id, { table, names: columnNames(group.id, encoder), counts, trainRows: target.trainRows }];
      }),
    ),
  );
  const { parameters, own, stopped } = trainInProcess(tables, target, spec);
  const blocks = target.groups.map(({ id }) => entryOf(parameters, id));
  const data = Float64Array.from(blocks.flatMap((block) => [...block.data]));
  const theta = dense(exact.names.length, blocks[0]?.columns ?? 1, data);
  return measured(exact, spec, factorized, { theta, own, stopped });
}

function measured({ target }: Exact, spec: ModelSpec, tables: Tables, fit: Omit<Fit, 'metrics'>): Fit {
  const family = trainedBy(spec);
  const { trainRows, labels } = target;
  const on = (side: 'train' | 'test', y: Float64Array) => {
    const scores = scoresOf(family, tables[side], fit.theta);
    if (['k-means', 'gaussian-mixture', 'nmf', 'pca'].includes(spec.type))
      return family.measure(scores, fit.own, y);
    // Rows of different cells may have one score, and ranks and thresholds not be decided by how it was rounded.
    const [intercept = 0] = fit.own;
    const rounded = scores.data.map((score) => Math.round((score + intercept) * 1e9) / 1e9);
    return family.measure(columnVector(rounded), Float64Array.of(0), y);
  };
  return {
    ...fit,
    metrics: {
      train: on('train', labels.subarray(0, trainRows)),
      test: on('test', labels.subarray(trainRows)),
    },
  };
}

/** x with A x = b, by Gaussian elimination with partial pivoting; A row by row. */
export function solved(a: readonly (readonly number[])[], b: readonly number[]): number[] {
  const rows = a.map((row, i) => [...row, b[i] ?? NaN]);
  const n = rows.length;
  for (let pivot = 0; pivot < n; pivot++) {
    let best = pivot;
    for (let i = pivot; i < n; i++) if (Math.abs(rows[i]![pivot]!) > Math.abs(rows[best]![pivot]!)) best = i;
    [rows[pivot], rows[best]] = [rows[best]!, rows[pivot]!];
    for (let i = pivot + 1; i < n; i++) {
      const share = rows[i]![pivot]! / rows[pivot]![pivot]!;
      for (let j = pivot; j <= n; j++) rows[i]![j]! -= share * rows[pivot]![j]!;
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i--) {
    let rest = rows[i]![n]!;
    for (let j = i + 1; j < n; j++) rest -= rows[i]![j]! * x[j]!;
    x[i] = rest / rows[i]![i]!;
  }
  return x;
}
