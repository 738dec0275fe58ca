import { factorizedTable } from '../algebra/factorized-table.js';
import type { Matrix } from '../algebra/matrix.js';
import { stackColumns } from '../algebra/stack.js';
import { columnNames } from './column-names.js';
import { encode, fitEncoder, type FeatureData } from './encode.js';
import type { Encoder } from './encoder.js';
import { trainingCounts, type TargetIndex } from './target-index.js';
import type { FeatureColumn } from '../job/resolved.js';

/** A source table whose rows are at hand. */
export interface LocalSource {
  readonly party: string;
  readonly features: readonly FeatureColumn[];
  readonly data: FeatureData;
}

export interface LocalTable {
  /** T over the training rows, and over the test rows. */
  readonly train: Matrix;
  readonly test: Matrix;
  /** Names of T's columns. */
  readonly names: readonly string[];
  /** In the order of T's columns. */
  readonly encoders: ReadonlyMap<string, Encoder>;
}

/**
 * T (r_T × Σ c_k) of sources that are in one place, its columns in the sorted order of the parties.
 * @param form materialized: built cell by cell; factorized: left in its sources
 */
export function localTable(
  form: 'materialized' | 'factorized',
  sources: readonly LocalSource[],
  target: TargetIndex,
): LocalTable {
  const parties = [...target.indices].map(([party, index]) => {
    const source = sources.find((candidate) => candidate.party === party);
    if (!source) throw new Error(`no data of ${party} is here`);
    const counts = trainingCounts(index, target.trainRows);
    return { ...source, index, encoder: fitEncoder(source.data, source.features, counts, target.trainRows) };
  });
  const rows = (from: number, to: number): Matrix => {
    if (form === 'materialized') {
      const blocks = parties.map(({ data, encoder, index }) =>
        encode(data, encoder, index.rows.subarray(from, to)),
      );
      return stackColumns(blocks, to - from);
    }
    const tables = parties.map(({ data, encoder, index }) => ({
      table: encode(data, encoder),
      index: index.rows.subarray(from, to),
    }));
    return factorizedTable(to - from, tables);
  };
  return {
    train: rows(0, target.trainRows),
    test: rows(target.trainRows, target.rows),
    names: parties.flatMap(({ party, encoder }) => columnNames(party, encoder)),
    encoders: new Map(parties.map(({ party, encoder }) => [party, encoder])),
  };
}
