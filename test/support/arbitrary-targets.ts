import fc from 'fast-check';
import { entryOf } from '../../core/entry-of.js';
import { columnNames } from '../../core/integration/column-names.js';
import { crossFitted, encode, fitEncoder, type FeatureData } from '../../core/integration/encode.js';
import type { LocalSource } from '../../core/integration/local-table.js';
import { trainingCounts, type TargetIndex } from '../../core/integration/target-index.js';
import type { TargetFeature } from '../../core/job/resolved.js';
import type { PartyTable } from '../../core/training/exchange.js';
import type { Text } from './arbitrary-tables.js';
import { tableOf } from './encoded-cells.js';

/** A row of the base table. */
export interface LabelledRow {
  readonly level: Text;
  readonly size: number | null;
  readonly label: number;
  readonly weight: number;
  readonly fold: number;
  readonly tested: boolean;
  /** Row of the other table that each of its copies in T matches, −1 for none: no copy, no row in T. */
  readonly matches: readonly number[];
}

/** A base table whose levels are encoded by labels, joined many to many with another table. */
export interface LabelledScene {
  readonly rows: readonly LabelledRow[];
  readonly others: readonly (number | null)[];
  readonly feature: TargetFeature;
  readonly weighted: boolean;
}

const OTHERS = 4;
const size = fc.option(
  fc.integer({ min: -40, max: 40 }).map((n) => n / 8),
  { freq: 5 },
);

const labelledRow: fc.Arbitrary<LabelledRow> = fc.record({
  level: fc.option(fc.constantFrom('', 'a', 'b', 'B', 'é', 'rather long'), { freq: 5 }),
  ...{ size, label: fc.integer({ min: 0, max: 1 }), weight: fc.constantFrom(0, 1, 0.5, 2) },
  fold: fc.integer({ min: 0, max: 4 }),
  tested: fc.integer({ min: 0, max: 4 }).map((n) => n === 0),
  matches: fc.array(fc.integer({ min: -1, max: OTHERS - 1 }), { maxLength: 3 }),
});

export const labelledScenes: fc.Arbitrary<LabelledScene> = fc
  .record({
    rows: fc.array(labelledRow, { minLength: 1, maxLength: 30 }),
    others: fc.array(size, { minLength: OTHERS, maxLength: OTHERS }),
    feature: fc
      .record(
        {
          smooth: fc.constantFrom(0, 0.5, 10),
          scale: fc.constantFrom('standard' as const, 'min-max' as const, 'robust' as const, 'none' as const),
          minCount: fc.constantFrom(1, 2, 5),
          maxTextLength: fc.constantFrom(4, 200),
        },
        { requiredKeys: [] },
      )
      .map((settings): TargetFeature => ({ name: 'level', encoding: 'target', ...settings })),
    weighted: fc.boolean(),
  })
  .filter(({ rows, weighted }) =>
    rows.some(({ tested, matches, weight }) => !tested && matches.length > 0 && (weight > 0 || !weighted)),
  );

/** Whether a classification has something to learn. */
export function hasBothClasses({ rows, weighted }: LabelledScene): boolean {
  const learned = rows.filter(
    ({ tested, matches, weight }) => !tested && matches.length > 0 && (weight > 0 || !weighted),
  );
  return [0, 1].every((label) => learned.some((row) => row.label === label));
}

export function baseOf({ rows, weighted }: Pick<LabelledScene, 'rows' | 'weighted'>): FeatureData {
  const table = tableOf(
    rows.length,
    { size: rows.map((row) => row.size) },
    { level: rows.map(({ level }) => level) },
  );
  return {
    ...table,
    targets: {
      labels: Float64Array.from(rows, ({ label }) => label),
      folds: Uint8Array.from(rows, ({ fold }) => fold),
      ...(weighted && { weights: Float64Array.from(rows, ({ weight }) => weight) }),
    },
  };
}

/** The tables with the columns that are learned from, and T. */
export function joinedOf(scene: LabelledScene): { sources: readonly LocalSource[]; target: TargetIndex } {
  const { rows, others, feature, weighted } = scene;
  const copies = rows.flatMap(({ matches, tested }, at) => matches.map((other) => ({ at, other, tested })));
  const ordered = [...copies.filter(({ tested }) => !tested), ...copies.filter(({ tested }) => tested)];
  const base = Int32Array.from(ordered, ({ at }) => at);
  const of = (what: 'label' | 'weight') => Float64Array.from(base, (at) => rows[at]![what]);
  const other = Int32Array.from(ordered, (copy) => copy.other);
  return {
    sources: [
      { id: 's.base', features: [{ name: 'size', encoding: 'numeric' }, feature], data: baseOf(scene) },
      {
        id: 's.other',
        features: [{ name: 'size', encoding: 'numeric' }],
        data: tableOf(others.length, { size: others }),
      },
    ],
    target: {
      rows: ordered.length,
      trainRows: ordered.filter(({ tested }) => !tested).length,
      labels: of('label'),
      ...(weighted && { weights: of('weight') }),
      groups: [
        { id: 's.base', shares: [{ party: 's.base', sourceRows: rows.length, rows: base }] },
        { id: 's.other', shares: [{ party: 's.other', sourceRows: others.length, rows: other }] },
      ],
    },
  };
}

/** What each table has to train in rounds. */
export function partiesOf({ sources, target }: ReturnType<typeof joinedOf>): Map<string, PartyTable> {
  const { trainRows } = target;
  const byId = new Map(sources.map((source) => [source.id, source]));
  return new Map(
    target.groups.flatMap(({ id, shares }) =>
      shares.map((share): [string, PartyTable] => {
        const { data, features } = entryOf(byId, id);
        const counts = trainingCounts(share, trainRows);
        const encoder = fitEncoder(data, features, counts, trainRows);
        const table = encode(crossFitted(data, features, counts), encoder);
        return [id, { table, names: columnNames(id, encoder), counts, trainRows }];
      }),
    ),
  );
}
