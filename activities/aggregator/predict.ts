import path from 'node:path';
import type { Dense } from '../../core/algebra/matrix.js';
import { entryOf } from '../../core/entry-of.js';
import { readLink, type LinkData } from '../../core/exchange/table-bundle.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import { encode } from '../../core/integration/encode.js';
import { concatRows, stackColumns } from '../../core/algebra/stack.js';
import { acrossColumns, type PlacedGroup } from '../../core/integration/interactions-across.js';
import { joinRows } from '../../core/integration/join-rows.js';
import { freeNames, identityColumns } from '../../core/integration/row-identity.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import { scoresOf, withOffsets } from '../../core/models/family.js';
import { ownParameters } from '../../core/models/manifest.js';
import type { ModelPart } from '../../core/models/model.js';
import { readInteractions } from '../../core/models/interaction-part.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import type { Dictionary } from '../../core/sources/source.js';
import { writeTable } from '../../core/sources/write-table.js';
import type { AggregatorOperations, PredictInput } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';
import { measured, type Measuring, type SiteContext } from '../compute/site.js';
import { readClasses } from './class-names.js';
import { scoresOfRows } from './rounds.js';

/** Predictions for every target row, written to a file beside the columns that name the row. */
export function predictOperation(context: SiteContext): Pick<AggregatorOperations, 'predict'> {
  return {
    predict: (input) =>
      context.journal.once('predict', input.execution, input, () =>
        measured(context, async (measuring) => {
          const { stores } = measuring;
          const target = readTarget(await stores.get(input.target));
          const predictions =
            'scores' in input.from
              ? await predicted(
                  stores,
                  input.model,
                  await scoresOfRows(stores, target, input.from.scores),
                  target,
                )
              : await materializedPredictions(measuring, target, input.model, input.from.shares);
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
  given: Dense,
  { offsets }: TargetIndex,
): Promise<Predictions> {
  const family = familyOf(type);
  const own = ownParameters(model);
  const scores = withOffsets(given, offsets);
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

async function materializedPredictions(
  { stores, join }: Measuring,
  target: TargetIndex,
  model: PredictInput['model'],
  shares: Extract<PredictInput['from'], { shares: unknown }>['shares'],
): Promise<Predictions> {
  const blocks = [];
  const thetas: Dense[] = [];
  const placed = new Map<string, PlacedGroup>();
  const given = new Map(shares.map((share) => [share.id, share]));
  for (const group of target.groups) {
    const pieces = [];
    const parts: ModelPart[] = [];
    for (const { party, rows } of group.shares) {
      const share = entryOf(given, shareId(group, party));
      pieces.push({ data: await readShare(stores, share), rows });
      parts.push(readPart(await stores.get(share.part)));
    }
    // Those who share columns have parts that are alike.
    const { encoder, theta } = parts[0]!;
    const { data, rows } = joinRows(pieces);
    blocks.push(await join(() => encode(data, encoder, rows)));
    placed.set(group.id, { encoder, pieces });
    thetas.push(theta);
  }
  if (model.interactions) {
    const { pairs, theta } = readInteractions(await stores.get(model.interactions));
    blocks.push(...(await join(() => acrossColumns(target.rows, pairs, placed, 'factorized'))));
    thetas.push(theta);
  }
  const table = stackColumns(blocks, target.rows);
  const theta = concatRows(thetas, table.columns, thetas[0]?.columns ?? 0);
  return predicted(stores, model, scoresOf(familyOf(model.type), table, theta), target);
}

/** Columns that name each target row, from the tables that bring rows in. */
async function identityOf(stores: Stores, { origins }: PredictInput, target: TargetIndex) {
  const tables = new Map<string, LinkData['identity']>();
  for (const { party, link } of origins) tables.set(party, readLink(await stores.get(link)).identity);
  return identityColumns(tables, target);
}
