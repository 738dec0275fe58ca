import { denseMatrix } from '../../core/algebra/dense.js';
import { factorizedTable } from '../../core/algebra/factorized-table.js';
import type { Matrix } from '../../core/algebra/matrix.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { runLocally, type LocalRounds, type LocalState } from '../../core/training/local-runner.js';
import type { StopReason } from '../../core/training/program.js';
import type { Grouped } from './arbitrary-groups.js';
import { denseOf } from './arbitrary-integration.js';
import { trainInProcess } from './rounds-in-process.js';

export interface Fitted {
  /** θ over the columns of T, row-major. */
  readonly parameters: readonly number[];
  readonly own: readonly number[];
  /** Loss after each round. */
  readonly losses: readonly number[];
  readonly stopped: StopReason | undefined;
}

/** A model without labels, trained on the joined table, on the factorized one, and by parties that exchange messages. */
export function everyWay(
  scene: Grouped,
  spec: ModelSpec,
): Record<'joined' | 'factorized' | 'parties', Fitted> {
  return {
    joined: locally(writtenOut(scene), scene, spec),
    factorized: locally(factorizedTable(scene.target.trainRows, scene.sources), scene, spec),
    parties: inRounds(scene, spec),
  };
}

/** The states of both programs; a model that is solved at once has none. */
export function statesOf(state: LocalState): LocalRounds {
  if ('solution' in state) throw new Error('this model has a closed form');
  return state;
}

/** T cell by cell. */
export function writtenOut({ cells, names }: Pick<Grouped, 'cells' | 'names'>): Matrix {
  return denseMatrix(
    denseOf(
      cells.map((row) => [...row]),
      names.length,
    ),
  );
}

function locally(table: Matrix, { names }: Grouped, spec: ModelSpec): Fitted {
  const losses: number[] = [];
  const { parameters, own, stopped } = runLocally({
    table,
    names,
    labels: new Float64Array(0),
    spec,
    rounds: 100_000,
    onProgress: ({ loss }) => losses.push(loss),
  });
  return { parameters: [...parameters.data], own: [...own], losses, stopped };
}

/** @param forgetting all states go through their stored form after every step */
export function inRounds({ tables, target }: Grouped, spec: ModelSpec, forgetting = false): Fitted {
  const unlabelled = { ...target, labels: new Float64Array(0) };
  const { parameters, own, curve, stopped } = trainInProcess(tables, unlabelled, spec, { forgetting });
  return {
    parameters: target.groups.flatMap(({ id }) => [...parameters.get(id)!.data]),
    own: [...own],
    losses: curve.filter(({ round }) => round > 0).map(({ loss }) => loss),
    stopped,
  };
}
