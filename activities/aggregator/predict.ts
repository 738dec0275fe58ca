import path from 'node:path';
import type { Dense } from '../../core/algebra/matrix.js';
import { readLink, type LinkData } from '../../core/exchange/table-bundle.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import { freeNames, identityColumns } from '../../core/integration/row-identity.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { ownParameters } from '../../core/models/manifest.js';
import { familyOf } from '../../core/models/programs.js';
import type { Dictionary } from '../../core/sources/source.js';
import { writeTable } from '../../core/sources/write-table.js';
import type { AggregatorOperations, PredictInput } from '../../workflows/contracts/operations.js';
import { measured, type SiteContext } from '../compute/site.js';
import { readClasses } from './class-names.js';
import { scoresOfTarget } from './score-target.js';

/** Predictions for every target row, written to a file beside the columns that name the row. */
export function predictOperation(context: SiteContext): Pick<AggregatorOperations, 'predict'> {
  return {
    predict: (input) =>
      context.journal.once('predict', input.execution, input, () =>
        measured(context, async (measuring) => {
          const { stores } = measuring;
          const target = readTarget(await stores.get(input.target));
          const scores = await scoresOfTarget(measuring, target, input);
          const predictions = await predicted(stores, input.model, scores);
          const file = path.resolve(context.predictions, input.output);
          const text = await identityOf(stores, input, target);
          const table = besides(text, predictions);
          const sha256 = await writeTable(file, { rows: target.rows, ...table });
          return { file, rows: target.rows, sha256 };
        }),
      ),
  };
}

/** What is predicted: columns of numbers, and of a model that learns many classes the name of each row's. */
interface Predictions {
  readonly text: ReadonlyMap<string, Dictionary>;
  readonly numbers: ReadonlyMap<string, Float64Array>;
}

/** What a model predicts, column by column, from the scores of the target rows. */
async function predicted(
  stores: Stores,
  { type, ...model }: PredictInput['model'],
  scores: Dense,
): Promise<Predictions> {
  const family = familyOf(type);
  const own = ownParameters(model);
  const classes = await readClasses(stores, model);
  const network = model.network && (await stores.get(model.network));
  const codes = classes && family.classify?.(scores, own, network)?.predicted;
  return {
    text: new Map(codes && [['class', { codes, values: classes }]]),
    numbers: family.predict(scores, own, { ...(classes && { classes }), ...(network && { network }) }),
  };
}

/** Predictions beside the columns that name the rows. */
function besides(identity: ReadonlyMap<string, Dictionary>, { text, numbers }: Predictions): Predictions {
  const words = new Map([...identity, ...freeNames(text, [...identity.keys()])]);
  return { text: words, numbers: freeNames(numbers, [...words.keys()]) };
}

/** Columns that name each target row, from the tables that bring rows in. */
async function identityOf(stores: Stores, { origins }: PredictInput, target: TargetIndex) {
  const tables = new Map<string, LinkData['identity']>();
  for (const { party, link } of origins) tables.set(party, readLink(await stores.get(link)).identity);
  return identityColumns(tables, target);
}
