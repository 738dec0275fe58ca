import path from 'node:path';
import type { Dense } from '../../core/algebra/matrix.js';
import { entryOf } from '../../core/entry-of.js';
import { readLink, type LinkData } from '../../core/exchange/table-bundle.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import { encode } from '../../core/integration/encode.js';
import { concatRows, stackColumns } from '../../core/algebra/stack.js';
import { joinRows } from '../../core/integration/join-rows.js';
import { freeName, identityColumns } from '../../core/integration/row-identity.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import { scoresOf } from '../../core/models/family.js';
import { ownParameters } from '../../core/models/manifest.js';
import type { ModelPart } from '../../core/models/model.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import { writeTable } from '../../core/sources/write-table.js';
import type { AggregatorOperations, PredictInput } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';
import { measured, type Measuring, type SiteContext } from '../compute/site.js';
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
              ? await predicted(stores, input.model, await scoresOfRows(stores, target, input.from.scores))
              : await materializedPredictions(measuring, target, input.model, input.from.shares);
          const file = path.resolve(context.predictions, input.output);
          const text = await identityOf(stores, input, target);
          const sha256 = await writeTable(file, {
            rows: target.rows,
            text,
            numbers: new Map(
              [...predictions].map(([name, values]) => [freeName(name, [...text.keys()]), values]),
            ),
          });
          return { file, rows: target.rows, sha256 };
        }),
      ),
  };
}

/** What a model predicts, column by column, from the scores of the target rows. */
async function predicted(
  stores: Stores,
  model: PredictInput['model'],
  scores: Dense,
): Promise<ReadonlyMap<string, Float64Array>> {
  const network = model.network && (await stores.get(model.network));
  return familyOf(model.type).predict(scores, ownParameters(model), network);
}

async function materializedPredictions(
  { stores, join }: Measuring,
  target: TargetIndex,
  model: PredictInput['model'],
  shares: Extract<PredictInput['from'], { shares: unknown }>['shares'],
): Promise<ReadonlyMap<string, Float64Array>> {
  const blocks = [];
  const thetas: Dense[] = [];
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
    thetas.push(theta);
  }
  const table = stackColumns(blocks, target.rows);
  const theta = concatRows(thetas, table.columns, thetas[0]?.columns ?? 0);
  return predicted(stores, model, scoresOf(familyOf(model.type), table, theta));
}

/** Columns that name each target row, from the tables that bring rows in. */
async function identityOf(stores: Stores, { origins }: PredictInput, target: TargetIndex) {
  const tables = new Map<string, LinkData['identity']>();
  for (const { party, link } of origins) tables.set(party, readLink(await stores.get(link)).identity);
  return identityColumns(tables, target);
}
