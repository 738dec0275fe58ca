import { fitFold, takesMoments, type FittedFold, type FoldedRows } from '../../core/validation/fit-fold.js';
import { foldsOf, type Fold } from '../../core/validation/folds.js';
import { FoldMoments } from '../../core/validation/fold-moments.js';
import { endsBundle, pathBegin, readEnds } from '../../core/validation/path.js';
import { goesOn, pathOf } from '../../core/validation/trial-count.js';
import { besideTrial, fitSideBySide } from '../../core/validation/side-by-side.js';
import { trialsOf, withParameters } from '../../core/validation/trials.js';
import type { StartingPoint } from '../../core/training/program.js';
import type { AggregatorOperations, ValidateHereInput } from '../../workflows/contracts/operations.js';
import { costedActor } from '../compute/costed-actor.js';
import { measured, privateHome, type SiteContext } from '../compute/site.js';
import { localActor, factsOf, type LocalLive } from './local-actor.js';

/** What the folds of a table have in common in all trials. */
interface Folded {
  readonly folds: readonly Fold[];
  readonly moments: FoldMoments;
  readonly rows: FoldedRows;
  /** First value of a search's path along l1. */
  readonly largest?: number;
  /** Trials that were trained beside others, by fold and the first of them. */
  readonly beside: Map<string, readonly FittedFold[]>;
}

/**
 * Trains a trial without the rows of some folds, and measures it on them. The table is that of a training that has just begun; a
 * trial is committed by itself, so that what is lost with a process is one of these steps at the most.
 */
export function validationOperation(context: SiteContext): Pick<AggregatorOperations, 'validateHere'> {
  const { journal, report } = context;
  const actor = costedActor(context, ({ stores, join }) => localActor(stores, join, report));
  /** Made of the table alone, so whoever makes it again has the same. */
  const shared = new WeakMap<LocalLive['table'], Folded>();
  const foldedOf = ({ table, target, labels, spec }: LocalLive, input: ValidateHereInput): Folded => {
    const known = shared.get(table);
    if (known) return known;
    if (target.blocks === undefined) throw new Error('the target has no blocks of rows');
    const facts = factsOf(target);
    const rows = { table: table.train, names: table.names, labels: labels.train, ...facts };
    const folded = {
      folds: foldsOf(target.blocks, input.validation),
      moments: new FoldMoments(table.train, target.blocks, facts.weights),
      rows,
      beside: new Map<string, readonly FittedFold[]>(),
      ...(pathOf(input.search) && { largest: pathBegin(rows, spec) }),
    };
    shared.set(table, folded);
    return folded;
  };

  return {
    validateHere: (input) =>
      journal.once('validate-here', input.execution, input, () =>
        measured(context, async ({ stores }) => {
          const live = await journal.live(actor, input.head);
          const { folds, moments, rows, largest, beside } = foldedOf(live, input);
          const { spec } = live;
          const trials = trialsOf(spec, input.search, largest);
          const models = trials.map((trial) => withParameters(spec, trial));
          const [parameters, model] = [trials[input.trial], models[input.trial]];
          if (!parameters || !model) throw new Error(`there is no trial ${String(input.trial)}`);
          const group = besideTrial(input.search, input.trial, models, rows.table.rows);
          const fitOf = (at: number, fold: Fold, start: StartingPoint | undefined): FittedFold => {
            const known = takesMoments(model) ? moments.of(fold) : undefined;
            if (group.length === 1) return fitFold(rows, model, fold, known, start);
            const key = `${String(at)} ${String(group[0])}`;
            const settings = group.map((trial) => models[trial]!);
            const fits = beside.get(key) ?? fitSideBySide(rows, settings, fold, known);
            beside.set(key, fits);
            return fits[group.indexOf(input.trial)]!;
          };
          const starts = input.startAt ? readEnds(await stores.get(input.startAt)) : [];
          const fitted: FittedFold[] = [];
          for (const at of input.folds) {
            const fold = folds[at];
            if (fold === undefined) throw new Error(`there is no fold ${String(at)}`);
            report({ trial: input.trial, fold: at });
            fitted.push(fitOf(at, fold, starts[fitted.length]));
          }
          if (input.last) journal.forget(input.head);
          const nonZero = fitted.flatMap((fold) => fold.nonZero ?? []);
          const home = privateHome(context.site);
          const ends = goesOn(input.search, input.trial + 1)
            ? await stores.put(home, 'solutions', endsBundle(fitted.map(({ end }) => end)))
            : undefined;
          return {
            parameters,
            model,
            rows: input.folds.map((at) => ({
              train: folds[at]?.train.length ?? 0,
              validate: folds[at]?.validate.length ?? 0,
            })),
            measures: fitted.map(({ measures }) => measures),
            ...(nonZero.length > 0 && { nonZero }),
            ...(ends && { ends }),
          };
        }),
      ),
  };
}
