import { readTarget } from '../../core/exchange/target-bundle.js';
import type { Bundle } from '../../core/exchange/bundle.js';
import { nest, nested } from '../../core/exchange/nested.js';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { localTable, type LocalTable } from '../../core/integration/local-table.js';
import { trainingPart, type TargetIndex } from '../../core/integration/target-index.js';
import type { InteractionAcross, ResolvedStart } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import { trainedBy } from '../../core/models/programs.js';
import {
  runLocally,
  type LocalResult,
  type LocalRun,
  type LocalState,
} from '../../core/training/local-runner.js';
import type { Actor } from '../../core/training/journal.js';
import type { Progress, StartingPoint, StopReason } from '../../core/training/program.js';
import type { Steering } from '../../core/training/steering.js';
import type { ShareOfColumns } from '../../workflows/contracts/operations.js';
import type { Measuring } from '../compute/site.js';
import { openSources } from './open-sources.js';
import { startHere } from './start-here.js';

export interface LocalStart {
  readonly spec: ModelSpec;
  readonly form: 'materialized' | 'factorized';
  readonly target: BlobRef;
  readonly shares: readonly ShareOfColumns[];
  readonly interactions?: readonly InteractionAcross[];
  readonly start?: ResolvedStart;
}

export interface LocalLive {
  readonly spec: ModelSpec;
  readonly interactions: readonly InteractionAcross[];
  readonly target: TargetIndex;
  readonly table: LocalTable;
  readonly labels: { readonly train: Float64Array; readonly test: Float64Array };
  /** Parameters to begin at; left out: the model begins by itself. */
  readonly startAt?: StartingPoint;
  readonly result: Pick<LocalResult, 'state' | 'stopped' | 'parameters' | 'own' | 'network'> | undefined;
}

export interface LocalAnswer {
  readonly progress: Progress;
  readonly stopped?: StopReason;
  readonly curve: readonly Progress[];
}

/** A whole training where the rows are: one step is a segment of rounds. */
export function localActor(
  stores: Stores,
  join: Measuring['join'],
  report: (progress: unknown) => void,
): Actor<LocalLive, LocalStart, { rounds: number; steering?: Steering }, LocalAnswer> {
  const open = async ({
    spec,
    form,
    target: ref,
    shares,
    interactions = [],
    start,
  }: LocalStart): Promise<LocalLive> => {
    const target = readTarget(await stores.get(ref));
    const sources = await openSources(stores, shares);
    const options = { ...trainedBy(spec).encoding, interactions };
    const table = await join(() => localTable(form, sources, target, options));
    return {
      spec,
      interactions,
      target,
      table,
      ...(start && { startAt: await startHere(stores, spec, target, table, start) }),
      labels: {
        train: target.labels.subarray(0, target.trainRows),
        test: target.labels.subarray(target.trainRows),
      },
      result: undefined,
    };
  };

  return {
    name: 'local',
    async start(input) {
      return {
        live: await open(input),
        output: { progress: { round: 0, loss: 0, gradientNorm: null }, curve: [] },
      };
    },
    step(live, { rounds, steering }) {
      const curve: Progress[] = [];
      const result = runLocally({
        table: live.table.train,
        names: live.table.names,
        labels: live.labels.train,
        ...factsOf(live.target),
        spec: live.spec,
        rounds,
        ...(steering && { steering }),
        ...(live.startAt && { startAt: live.startAt }),
        ...(live.result && { from: live.result.state }),
        onProgress(progress) {
          curve.push(progress);
          report(progress);
        },
      });
      const { progress, stopped } = result;
      return Promise.resolve({
        live: { ...live, result },
        output: { progress, curve, ...(stopped && { stopped }) },
      });
    },
    save: ({ result }) => saveLocal(result?.state),
    async load(input, saved) {
      const live = await open(input);
      const from = loadLocal(saved);
      // No round is made: the runner only reads the parameters out of the state.
      const result = runLocally({
        table: live.table.train,
        names: live.table.names,
        labels: live.labels.train,
        ...factsOf(live.target),
        spec: live.spec,
        rounds: 0,
        from,
      });
      return { ...live, result };
    },
  };
}

/** Classes, w and o of the training rows, where rows have them. */
export function factsOf(target: TargetIndex): Pick<LocalRun, 'classes' | 'weights' | 'offsets'> {
  const { classes, weights, offsets } = trainingPart(target);
  return { ...(classes && { classes }), ...(weights && { weights }), ...(offsets && { offsets }) };
}

function saveLocal(state: LocalState | undefined): Bundle {
  if (!state) throw new Error('nothing to save before the first segment');
  return nest({ ...state });
}

function loadLocal(saved: Bundle): LocalState {
  const { solution, party, aggregator, down } = nested(saved);
  if (solution) return { solution };
  if (!party || !aggregator) throw new Error('a saved training has two programs');
  return { party, aggregator, down };
}
