import { entryOf } from '../entry-of.js';
import { AmalurError } from '../errors.js';
import type { ResolvedGroup, ResolvedJob } from '../job/resolved.js';
import type { Validation } from '../job/search-schema.js';
import { blocksOf } from '../validation/folds.js';
import type { Layout } from './lay-out.js';
import { ownedRows, ownersOf } from './ownership.js';
import type { ColumnGroup, Share, TargetIndex } from './target-index.js';

/** What a table says of its own rows, besides keys. */
export interface RowFacts {
  /** r_k. */
  readonly rows: number;
  /** y, NaN where the label is NULL; of a table that supplies the label. A model without labels takes every row. */
  readonly labels?: Float64Array;
  /** How much each row counts in the loss; of a table that supplies weights. */
  readonly weights?: Float64Array;
  /** What is added to each row's score; of a table that supplies offsets. */
  readonly offsets?: Float64Array;
  /** 1 for a row that is held out for testing; of a table that brings rows in. */
  readonly heldOut?: Uint8Array;
  /** How new each row is, NaN for unknown; where the newest source owns a cell. */
  readonly age?: Float64Array;
  /** Block of each row for cross-validation, or its time; of a table that brings rows in. */
  readonly blocks?: Float64Array;
}

export interface BuildTarget {
  readonly layout: Layout;
  readonly groups: readonly ResolvedGroup[];
  readonly tables: ReadonlyMap<string, RowFacts>;
  /** Tables that bring rows in, the base first: the first that a row has decides its side of the split. */
  readonly origins: readonly string[];
  /** Undefined for inference: every row is wanted, in the order in which it came in. */
  readonly learn?: Pick<ResolvedJob, 'labels' | 'weights'> & { readonly validation?: Validation };
  /** Tables that supply offsets, for training and prediction alike. */
  readonly offsets?: ResolvedJob['offsets'];
}

/**
 * Lays out the target table: which rows are in it, training rows first, and the index vector of every share of its columns.
 * @throws AMALUR_EMPTY_TARGET if no row, or none for training, is left, or all of these weigh 0
 */
export function buildTarget({
  layout,
  groups,
  tables,
  origins,
  learn,
  offsets: added,
}: BuildTarget): TargetIndex {
  const ages = agesOf(tables);
  const labels = learn && ownedValues(layout, learn.labels, tables, 'labels', ages);
  const weights = learn && ownedValues(layout, learn.weights, tables, 'weights', ages);
  const offsets = ownedValues(layout, added ?? [], tables, 'offsets', ages);
  const sources = origins.map((party) => ({ party }));
  const tested = learn && ownedValues(layout, sources, tables, 'heldOut');
  const train: number[] = [];
  const test: number[] = [];
  for (let row = 0; row < layout.rows; row++) {
    if (labels !== undefined && Number.isNaN(labels[row])) continue;
    if (tested === undefined || tested[row] === 1) test.push(row);
    else train.push(row);
  }
  if (learn !== undefined && train.length === 0) {
    throw new AmalurError('AMALUR_EMPTY_TARGET', 'no row of the target table is left to train on', {
      field: 'target',
      suggestion:
        'check that the base table has rows and the label values, and that the scenario and the test share leave rows for training',
    });
  }
  if (weights && !train.some((row) => weights[row]! > 0)) {
    throw new AmalurError('AMALUR_EMPTY_TARGET', 'no row that is left to train on weighs more than 0', {
      field: 'target.weight',
      suggestion: 'weigh some of the rows that have a label and come to be trained on, or leave "weight" out',
    });
  }
  const { validation } = learn ?? {};
  const blocks = validation && ownedValues(layout, sources, tables, 'blocks');
  const order = Int32Array.from([...train, ...test]);
  return {
    rows: order.length,
    trainRows: train.length,
    labels: labels === undefined ? new Float64Array(0) : Float64Array.from(order, (row) => labels[row]!),
    ...(weights && { weights: Float64Array.from(order, (row) => weights[row]!) }),
    ...(offsets && { offsets: Float64Array.from(order, (row) => offsets[row]!) }),
    ...(validation &&
      blocks && {
        blocks: blocksOf(
          validation,
          Float64Array.from(train, (row) => blocks[row]!),
        ),
      }),
    groups: groups.map((group) => columnGroup(group, layout, tables, order, ages)),
    ...(learn === undefined && {
      origins: new Map(
        origins.map((party) => [party, order.map((row) => entryOf(layout.indices, party)[row]!)]),
      ),
    }),
  };
}

function columnGroup(
  group: ResolvedGroup,
  layout: Layout,
  tables: ReadonlyMap<string, RowFacts>,
  order: Int32Array,
  ages: ReadonlyMap<string, Float64Array> | undefined,
): ColumnGroup {
  const owners = group.shares.length > 1 ? ownersOf(group, layout, ages) : undefined;
  const shares = group.shares.map(({ party }, position): Share => {
    const index = entryOf(layout.indices, party);
    const owned = owners ? ownedRows(owners, position, index) : index;
    return { party, sourceRows: entryOf(tables, party).rows, rows: order.map((row) => owned[row]!) };
  });
  return { id: group.id, shares };
}

export function agesOf(tables: ReadonlyMap<string, RowFacts>): ReadonlyMap<string, Float64Array> | undefined {
  const ages = new Map([...tables].flatMap(([party, { age }]) => (age ? [[party, age] as const] : [])));
  return ages.size > 0 ? ages : undefined;
}

/** A number of each row of T from the table that owns it, NaN where the row has none of these tables; undefined of no tables. */
function ownedValues(
  layout: Layout,
  shares: readonly { readonly party: string }[],
  tables: ReadonlyMap<string, RowFacts>,
  what: 'labels' | 'weights' | 'offsets' | 'heldOut' | 'blocks',
  ages?: ReadonlyMap<string, Float64Array>,
): Float64Array | undefined {
  if (shares.length === 0) return undefined;
  const owners = ownersOf({ shares }, layout, ages);
  const sources = shares.map(({ party }) => {
    const values = entryOf(tables, party)[what];
    if (!values) throw new Error(`${party} has published no ${what}`);
    return { values, index: entryOf(layout.indices, party) };
  });
  return Float64Array.from(owners, (owner, row) => {
    const source = sources[owner];
    return source ? source.values[source.index[row]!]! : NaN;
  });
}
