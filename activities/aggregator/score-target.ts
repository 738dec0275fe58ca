import type { Dense } from '../../core/algebra/matrix.js';
import { concatRows, stackColumns } from '../../core/algebra/stack.js';
import { entryOf } from '../../core/entry-of.js';
import { encode } from '../../core/integration/encode.js';
import { acrossColumns, type PlacedGroup } from '../../core/integration/interactions-across.js';
import { joinRows } from '../../core/integration/join-rows.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { shareId } from '../../core/job/resolved.js';
import { scoresOf, withOffsets } from '../../core/models/family.js';
import { readInteractions } from '../../core/models/interaction-part.js';
import type { ModelPart } from '../../core/models/model.js';
import { readPart } from '../../core/models/model-part.js';
import { familyOf } from '../../core/models/programs.js';
import type { PredictInput } from '../../workflows/contracts/operations.js';
import { readShare } from '../compute/read-share.js';
import type { Measuring } from '../compute/site.js';
import { scoresOfRows } from './rounds.js';

/** Scores of a model for every target row, r_T × q, offsets included: sums of partial scores, or D θ where the rows are. */
export async function scoresOfTarget(
  measuring: Measuring,
  target: TargetIndex,
  { model, from }: Pick<PredictInput, 'model' | 'from'>,
): Promise<Dense> {
  const scores =
    'scores' in from
      ? await scoresOfRows(measuring.stores, target, from.scores)
      : await scoresHere(measuring, target, model, from.shares);
  return withOffsets(scores, target.offsets);
}

/** Rows and parameters come together. */
async function scoresHere(
  { stores, join }: Measuring,
  target: TargetIndex,
  model: PredictInput['model'],
  shares: Extract<PredictInput['from'], { shares: unknown }>['shares'],
): Promise<Dense> {
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
  return scoresOf(familyOf(model.type), table, theta);
}
