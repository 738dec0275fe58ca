import path from 'node:path';
import type { Dense } from '../../core/algebra/matrix.js';
import { readFeatures, readLink } from '../../core/exchange/table-bundle.js';
import { readTarget } from '../../core/exchange/target-bundle.js';
import type { Stores } from '../../core/exchange/stores.js';
import { encode } from '../../core/integration/encode.js';
import { concatRows, stackColumns } from '../../core/algebra/stack.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { scoresOf } from '../../core/models/family.js';
import { ownParameters } from '../../core/models/manifest.js';
import { readPart } from '../../core/models/model-part.js';
import { predictNetwork } from '../../core/models/neural-network.js';
import { familyOf } from '../../core/models/programs.js';
import { writeTable } from '../../core/sources/write-table.js';
import type { AggregatorOperations, PredictInput } from '../../workflows/contracts/operations.js';
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
              ? predicted(input.model, await scoresOfRows(stores, target, input.from.scores))
              : await materializedPredictions(measuring, target, input.model, input.from.parties);
          const file = path.resolve(context.predictions, input.output);
          const text = await identityColumns(stores, input, target);
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

/** A name for a predicted column that no column beside it has, in any case: `prediction`, else `prediction_2`, … */
export function freeName(wanted: string, taken: readonly string[]): string {
  const others = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let next = 2; others.has(name.toLowerCase()); next++) name = `${wanted}_${String(next)}`;
  return name;
}

/** What a model predicts, column by column, from the scores of the target rows. */
function predicted(model: PredictInput['model'], scores: Dense): ReadonlyMap<string, Float64Array> {
  return familyOf(model.type).predict(scores, ownParameters(model));
}

async function materializedPredictions(
  { stores, join }: Measuring,
  target: TargetIndex,
  model: PredictInput['model'],
  parties: Extract<PredictInput['from'], { parties: unknown }>['parties'],
): Promise<ReadonlyMap<string, Float64Array>> {
  const blocks = [];
  const thetas: Dense[] = [];
  for (const [id, { rows }] of target.indices) {
    const given = parties.find(({ party }) => party === id);
    if (!given) throw new Error(`no rows of ${id} were brought here`);
    const { encoder, theta } = readPart(await stores.get(given.part));
    const data = readFeatures(await stores.get(given.features));
    blocks.push(await join(() => encode(data, encoder, rows)));
    thetas.push(theta);
  }
  const table = stackColumns(blocks, target.rows);
  if (model.network) {
    return new Map([['prediction', await predictNetwork(await stores.get(model.network), table)]]);
  }
  const theta = concatRows(thetas, table.columns, thetas[0]?.columns ?? 0);
  return predicted(model, scoresOf(familyOf(model.type), table, theta));
}

/** Columns that name each target row: those of the base table, in the order of the target rows. */
async function identityColumns(stores: Stores, { link, base }: PredictInput, target: TargetIndex) {
  const { identity } = readLink(await stores.get(link));
  const rows = target.indices.get(base)?.rows ?? new Int32Array(0);
  return new Map(
    [...identity].map(([name, { codes, values }]) => [
      name,
      { codes: rows.map((row) => codes[row]!), values },
    ]),
  );
}
