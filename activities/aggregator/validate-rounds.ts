import { rowRange } from '../../core/algebra/stack.js';
import { readTarget, targetBundle } from '../../core/exchange/target-bundle.js';
import { withOffsets } from '../../core/models/family.js';
import { trainedBy } from '../../core/models/programs.js';
import { aggregatorParameters } from '../../core/training/rounds-state.js';
import { comparable } from '../../core/validation/measures.js';
import { conclude, type TrainedTrial } from '../../core/validation/conclude.js';
import { foldTarget } from '../../core/validation/fold-target.js';
import { foldsOf } from '../../core/validation/folds.js';
import { trialCount } from '../../core/validation/trial-count.js';
import { trialsOf, withParameters } from '../../core/validation/trials.js';
import type {
  AggregatorFoldOperations,
  ChooseTrialInput,
  OpenFoldInput,
} from '../../workflows/contracts/validation.js';
import type { Cost } from '../../workflows/contracts/operations.js';
import { costedActor, sumOfCosts } from '../compute/costed-actor.js';
import { measured, privateHome, type SiteContext } from '../compute/site.js';
import { aggregatorActor } from './aggregator-actor.js';
import { appendRecord, readRecords, type FoldRecord } from './fold-records.js';
import { sendCounts } from './send-counts.js';
import { scoresOfRows } from './rounds.js';

/**
 * Cross-validation where rows stay in their silos: a fold is a target table of its own, on which a training goes in rounds as any
 * other. What each came to is kept with the site, so that a workflow carries no more than the ref of the last.
 */
export function foldOperations(context: SiteContext): AggregatorFoldOperations {
  const { journal, site } = context;
  const actor = costedActor(context, ({ stores }) => aggregatorActor(stores, site));

  const layOut = ({ execution, target, validation, fold, silos }: OpenFoldInput) =>
    measured(context, async ({ stores }) => {
      const { blocks, ...whole } = readTarget(await stores.get(target));
      if (blocks === undefined) throw new Error(`the target of ${execution} has no blocks of rows`);
      const rows = foldsOf(blocks, validation)[fold];
      if (rows === undefined) throw new Error(`there is no fold ${String(fold)}`);
      const laidOut = foldTarget(whole, rows);
      return {
        target: await stores.put(privateHome(site), 'target', targetBundle(laidOut)),
        trainRows: laidOut.trainRows,
        counts: await sendCounts(site, silos, stores, laidOut),
      };
    });

  return {
    openFold: (input) =>
      journal.once('open-fold', input.execution, input, async () => {
        const { execution, spec, search, trial, target, validation, fold, silos } = input;
        const parameters = trialsOf(spec, search)[trial];
        if (!parameters) throw new Error(`there is no trial ${String(trial)}`);
        const costs: Cost[] = [];
        const ofAllTrials = { target, validation, fold, silos };
        const rows = await journal.once('lay-out-fold', execution, ofAllTrials, async () => {
          const { cost, ...laidOut } = await layOut(input);
          costs.push(cost);
          return laidOut;
        });
        return { model: withParameters(spec, parameters), rows, cost: sumOfCosts(costs) };
      }),

    measureFold: (input) =>
      journal.once('measure-fold', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const { head, trial, measure, nonZero, before } = input;
          const { start, state } = await journal.live(actor, head);
          const family = trainedBy(start.spec);
          const target = readTarget(await stores.get(input.target));
          const { trainRows: train } = target;
          const validate = target.rows - train;
          const scores = withOffsets(await scoresOfRows(stores, target, input.scores), target.offsets);
          const { own, network } = aggregatorParameters(family, state);
          const left = rowRange(scores, train, validate);
          const record: FoldRecord = {
            ...{ trial, model: start.spec, rows: { train, validate } },
            measures: family.measure(left, own, target.labels.subarray(train), network),
            ...(nonZero !== undefined && { nonZero }),
          };
          journal.forget(head);
          return {
            measured: await appendRecord(stores, privateHome(site), before, record),
            value: comparable(record.measures).get(measure) ?? null,
          };
        }),
      ),

    chooseTrial: (input) =>
      journal.once('choose-trial', input.execution, input, () =>
        measured(context, async ({ stores }) =>
          conclude(
            input.job,
            input.validation,
            trainedTrials(input, await readRecords(stores, input.measured)),
          ),
        ),
      ),
  };
}

function trainedTrials({ job }: ChooseTrialInput, records: readonly FoldRecord[]): TrainedTrial[] {
  const parameters = trialsOf(job.model, job.search);
  return Array.from({ length: trialCount(job.search) }, (_, trial) => {
    const folds = records.filter((record) => record.trial === trial);
    const [first] = folds;
    if (!first) throw new Error(`trial ${String(trial)} was not trained`);
    const nonZero = folds.flatMap((fold) => fold.nonZero ?? []);
    return {
      parameters: parameters[trial] ?? {},
      model: first.model,
      folds: folds.map(({ measures }) => measures),
      rows: folds.map(({ rows }) => rows),
      ...(nonZero.length > 0 && { nonZero }),
    };
  });
}
