import type { Dense } from '../../core/algebra/matrix.js';
import { entryOf } from '../../core/entry-of.js';
import type { ColumnBlock } from '../../core/evaluation/column-parts.js';
import { evaluateInDetail } from '../../core/evaluation/evaluate-in-detail.js';
import type { Bundle } from '../../core/exchange/bundle.js';
import type { Evaluation } from '../../core/evaluation/evaluation.js';
import type { Scored } from '../../core/evaluation/importance.js';
import { testPart, type TargetIndex } from '../../core/integration/target-index.js';
import { scoresOf, withOffsets, type ModelFamily } from '../../core/models/family.js';
import type { Metrics } from '../../core/models/model.js';
import type { ToEvaluate } from '../../workflows/contracts/operations.js';

/** A trained model on the test rows of a target table. */
export interface TestScores {
  readonly family: ModelFamily;
  /** Parameters that belong to no column. */
  readonly own: Float64Array;
  /** Those of them that are a bundle. */
  readonly network?: Bundle;
  readonly target: TargetIndex;
  readonly metrics: Metrics;
  /** Of the test rows, n × q, offsets left out. */
  readonly scores: Dense;
}

/** What the scores are sums of: encoded columns where they are at hand, else scores by group of columns, each n × q. */
export type Summands =
  { readonly blocks: () => readonly ColumnBlock[] } | { readonly groups: () => ReadonlyMap<string, Dense> };

/** What is asked about a model whose scores are sums over groups of columns. */
export function evaluateScores(
  { family, own, network, target, metrics, scores }: TestScores,
  summands: Summands,
  { silos, ...spec }: NonNullable<ToEvaluate['evaluation']>,
): Evaluation | undefined {
  const labels = target.labels.subarray(target.trainRows);
  const { offsets } = testPart(target);
  const whole = withOffsets(scores, offsets);
  const predictions = family.predict(whole, own, { ...(network && { network }) }).get('prediction');
  const classified = family.classify?.(whole, own, network);
  // Scores that are no products with θ alone, such as distances, are no sums over columns.
  const byColumn = spec.importance === 'columns' && family.scores === undefined;
  const parties = new Map(target.groups.map(({ id, shares }) => [id, shares.map(({ party }) => party)]));
  return evaluateInDetail(
    {
      metrics,
      labels,
      ...(predictions && { predictions }),
      ...(classified && { classified: { ...classified, labels } }),
      scored: () => ({
        ...partsOf(family, summands, byColumn),
        silos: (group) => (parties.get(group) ?? []).map((party) => entryOf(silos, party)),
        measure: (changed) => family.measure(withOffsets(changed, offsets), own, labels, network),
      }),
    },
    spec,
  );
}

function partsOf(
  family: ModelFamily,
  summands: Summands,
  byColumn: boolean,
): Pick<Scored, 'groups' | 'blocks'> {
  if ('groups' in summands) return { groups: summands.groups() };
  const blocks = summands.blocks();
  const groups = new Map(blocks.map(({ group, table, theta }) => [group, scoresOf(family, table, theta)]));
  return { groups, ...(byColumn && { blocks }) };
}
