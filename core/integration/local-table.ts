import { factorizedTable } from '../algebra/factorized-table.js';
import type { Matrix } from '../algebra/matrix.js';
import { columnOffsets, stackColumns } from '../algebra/stack.js';
import { entryOf } from '../entry-of.js';
import { shareId, type FeatureColumn, type InteractionAcross } from '../job/resolved.js';
import { columnNames } from './column-names.js';
import {
  crossFitted,
  encode,
  encoderFrom,
  mergeSummaries,
  summarize,
  type EncoderOptions,
  type FeatureData,
} from './encode.js';
import { encodedWidth, type Encoder } from './encoder.js';
import { acrossColumns, acrossNames, type PlacedGroup } from './interactions-across.js';
import { joinRows } from './join-rows.js';
import { trainingCounts, type ColumnGroup, type Share, type TargetIndex } from './target-index.js';

export interface LocalOptions extends EncoderOptions {
  /** Products of columns of different groups, which stand after all others. */
  readonly interactions?: readonly InteractionAcross[];
}

/** What a source table whose rows are at hand gives to a group of columns. */
export interface LocalSource {
  /** `shareId` of group and party: the party's id where the columns are its alone. */
  readonly id: string;
  /** The group's columns, in the same order and under the same names for all who supply them. */
  readonly features: readonly FeatureColumn[];
  readonly data: FeatureData;
}

export interface LocalTable {
  /** T over the training rows, and over the test rows. */
  readonly train: Matrix;
  readonly test: Matrix;
  /** The test rows' columns by group: T is these side by side. */
  testBlocks(): ReadonlyMap<string, Matrix>;
  /** Names of T's columns. */
  readonly names: readonly string[];
  /** By group, in the order of T's columns. */
  readonly encoders: ReadonlyMap<string, Encoder>;
}

/**
 * T (r_T × c_T) of sources that are in one place, its columns in the sorted order of their groups.
 * @param form materialized: built cell by cell; factorized: left in its sources
 * @param options what the model asks of the encoding, and products of columns of different groups
 */
export function localTable(
  form: 'materialized' | 'factorized',
  sources: readonly LocalSource[],
  target: TargetIndex,
  { interactions = [], ...encoding }: LocalOptions = {},
): LocalTable {
  const byId = new Map(sources.map((source) => [source.id, source]));
  const groups = target.groups.map((group) => {
    const shares = group.shares.map((share) => ({
      ...{ ...entryOf(byId, shareId(group, share.party)), share },
      counts: trainingCounts(share, target.trainRows),
    }));
    return {
      group,
      shares: shares.map((one) => ({ ...one, data: crossFitted(one.data, one.features, one.counts) })),
      encoder: fitGroup(shares, target.trainRows, encoding),
    };
  });
  const own = form === 'materialized' ? materialized(groups) : factorized(groups);
  const rows = (from: number, to: number) => {
    const table = own(from, to);
    if (interactions.length === 0) return table;
    return stackColumns([table, ...acrossColumns(to - from, interactions, placed(groups, from, to), form)]);
  };
  const encoders = new Map(groups.map(({ group, encoder }) => [group.id, encoder]));
  return {
    train: rows(0, target.trainRows),
    test: rows(target.trainRows, target.rows),
    testBlocks: () =>
      new Map(
        groups.map((group) => [
          group.group.id,
          (form === 'materialized' ? materialized([group]) : factorized([group]))(
            target.trainRows,
            target.rows,
          ),
        ]),
      ),
    names: [
      ...groups.flatMap(({ group, encoder }) => columnNames(group.id, encoder)),
      ...acrossNames(interactions, encoders),
    ],
    encoders,
  };
}

interface LocalGroup {
  readonly group: ColumnGroup;
  readonly shares: readonly (LocalSource & { readonly share: Share })[];
  readonly encoder: Encoder;
}

/** The groups' tables in some rows of T. */
function placed(groups: readonly LocalGroup[], from: number, to: number): ReadonlyMap<string, PlacedGroup> {
  return new Map(
    groups.map(({ group, shares, encoder }) => {
      const pieces = shares.map(({ data, share }) => ({ data, rows: share.rows.subarray(from, to) }));
      return [group.id, { encoder, pieces }];
    }),
  );
}

/** The encoder of a group's columns, learned from the training rows of all who supply them. */
function fitGroup(
  shares: readonly (LocalSource & { readonly counts: Float64Array })[],
  trainRows: number,
  encoding: EncoderOptions,
): Encoder {
  const summaries = shares.map(({ data, features, counts }) => summarize(data, features, counts));
  return encoderFrom(mergeSummaries(summaries), shares[0]?.features ?? [], trainRows, encoding);
}

function materialized(groups: readonly LocalGroup[]): (from: number, to: number) => Matrix {
  return (from, to) => {
    const blocks = [...placed(groups, from, to).values()].map(({ encoder, pieces }) => {
      const { data, rows } = joinRows(pieces);
      return encode(data, encoder, rows);
    });
    return stackColumns(blocks, to - from);
  };
}

/** Shares of a group name the same columns of T; ownership sees to it that no cell comes from two of them. */
function factorized(groups: readonly LocalGroup[]): (from: number, to: number) => Matrix {
  const widths = groups.map(({ encoder }) => ({ columns: encodedWidth(encoder) }));
  const offsets = columnOffsets(widths);
  const tables = groups.flatMap(({ shares, encoder }, g) => {
    const columns = Int32Array.from({ length: encodedWidth(encoder) }, (_, at) => offsets[g]! + at);
    return shares.map(({ data, share }) => ({ table: encode(data, encoder), share, columns }));
  });
  return (from, to) =>
    factorizedTable(
      to - from,
      tables.map(({ table, share, columns }) => ({ table, columns, index: share.rows.subarray(from, to) })),
    );
}
