import { denseMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Matrix } from '../../core/algebra/matrix.js';
import { trainingCounts, type TargetIndex } from '../../core/integration/target-index.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { PartyTable } from '../../core/training/exchange.js';
import { runLocally } from '../../core/training/local-runner.js';
import type { Progress, StopReason } from '../../core/training/program.js';
import { denseOf, type KnownSource } from './arbitrary-integration.js';
import { trainInProcess } from './rounds-in-process.js';

/** A target table of sources, and the same cell by cell. */
export interface Scene {
  readonly rows: number;
  readonly sources: readonly KnownSource[];
  readonly cells: number[][];
}

export interface Fitted {
  /** θ over the columns of T, row-major. */
  readonly parameters: readonly number[];
  readonly own: readonly number[];
  readonly losses: readonly number[];
  readonly stopped: StopReason | undefined;
}

/** A model without labels, trained on the joined table, on the factorized one, and by parties that exchange messages. */
export function everyWay(scene: Scene, spec: ModelSpec): Record<'joined' | 'factorized' | 'parties', Fitted> {
  const factorized = factorizedTable(scene.rows, scene.sources);
  return {
    joined: locally(denseMatrix(denseOf(scene.cells, factorized.columns)), scene, spec),
    factorized: locally(factorized, scene, spec),
    parties: byParties(scene, spec),
  };
}

export function locally(table: Matrix, scene: Scene, spec: ModelSpec): Fitted {
  const losses: number[] = [];
  const { parameters, own, stopped } = runLocally({
    table,
    names: namesOf(scene.sources).flat(),
    labels: new Float64Array(0),
    spec,
    rounds: 100_000,
    onProgress: ({ loss }: Progress) => losses.push(loss),
  });
  return { parameters: [...parameters.data], own: [...own], losses, stopped };
}

function byParties({ rows, sources }: Scene, spec: ModelSpec): Fitted {
  const ids = sources.map((_, k) => `p${k}`);
  const names = namesOf(sources);
  const target: TargetIndex = {
    // Test rows follow the training rows; they must not count in anything.
    rows: rows + 1,
    trainRows: rows,
    labels: new Float64Array(0),
    indices: new Map(
      sources.map(({ table, index }, k) => [
        ids[k]!,
        { sourceRows: table.rows, rows: Int32Array.from([...index, -1]) },
      ]),
    ),
  };
  const tables = new Map<string, PartyTable>(
    sources.map(({ table }, k) => {
      const counts = trainingCounts(target.indices.get(ids[k]!)!, rows);
      return [ids[k]!, { table, names: names[k]!, counts, trainRows: rows }];
    }),
  );
  const { parameters, own, curve, stopped } = trainInProcess(tables, target, spec);
  return {
    parameters: ids.flatMap((id) => [...parameters.get(id)!.data]),
    own: [...own],
    losses: curve.filter(({ round }) => round > 0).map(({ loss }) => loss),
    stopped,
  };
}

/** Names that are unique in T. */
export function namesOf(sources: readonly KnownSource[]): string[][] {
  return sources.map(({ table }, k) => Array.from({ length: table.columns }, (_, at) => `p${k}.c${at}`));
}
