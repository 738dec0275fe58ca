import type { Metrics } from '../../core/models/model.js';
import { fitFold } from '../../core/validation/fit-fold.js';
import { foldsOf, type Fold } from '../../core/validation/folds.js';
import { FoldMoments } from '../../core/validation/fold-moments.js';
import { trialsOf, withParameters } from '../../core/validation/trials.js';
import type { AggregatorOperations, ValidateHereInput } from '../../workflows/contracts/operations.js';
import { costedActor } from '../compute/costed-actor.js';
import { measured, type SiteContext } from '../compute/site.js';
import { localActor, factsOf, type LocalLive } from './local-actor.js';

/** What the folds of a table have in common in all trials. */
interface Folded {
  readonly folds: readonly Fold[];
  readonly moments: FoldMoments;
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
  const foldedOf = ({ table, target }: LocalLive, { validation }: ValidateHereInput): Folded => {
    const known = shared.get(table);
    if (known) return known;
    if (target.blocks === undefined) throw new Error('the target has no blocks of rows');
    const { weights } = factsOf(target);
    const folded = {
      folds: foldsOf(target.blocks, validation),
      moments: new FoldMoments(table.train, target.blocks, weights),
    };
    shared.set(table, folded);
    return folded;
  };

  return {
    validateHere: (input) =>
      journal.once('validate-here', input.execution, input, () =>
        measured(context, async () => {
          const live = await journal.live(actor, input.head);
          const { folds, moments } = foldedOf(live, input);
          const { spec, table, target, labels } = live;
          const parameters = trialsOf(spec, input.search)[input.trial];
          if (!parameters) throw new Error(`there is no trial ${String(input.trial)}`);
          const model = withParameters(spec, parameters);
          const rows = {
            table: table.train,
            names: table.names,
            labels: labels.train,
            ...factsOf(target),
          };
          const measures: Metrics[] = [];
          for (const at of input.folds) {
            const fold = folds[at];
            if (fold === undefined) throw new Error(`there is no fold ${String(at)}`);
            report({ trial: input.trial, fold: at });
            measures.push(fitFold(rows, model, fold, moments.of(fold)));
          }
          if (input.last) journal.forget(input.head);
          return {
            parameters,
            model,
            rows: input.folds.map((at) => ({
              train: folds[at]?.train.length ?? 0,
              validate: folds[at]?.validate.length ?? 0,
            })),
            measures,
          };
        }),
      ),
  };
}
