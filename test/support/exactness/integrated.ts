import fc from 'fast-check';
import { entryOf } from '../../../core/entry-of.js';
import { buildTarget, type RowFacts } from '../../../core/integration/build-target.js';
import type { LocalSource } from '../../../core/integration/local-table.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import type { Layout } from '../../../core/integration/lay-out.js';
import { originsOf, shareId, type FeatureColumn, type ResolvedGroup } from '../../../core/job/resolved.js';
import { joinedScenes, layOut, partiesOf, type JoinedScene } from '../arbitrary-joins.js';
import { dictionaryOf } from '../arbitrary-tables.js';

/** Columns beside those that tables are joined by. y and e, k are those that several tables may supply. */
export const NUMBERS = ['x', 't', 'f', 'd', 'y0', 'y1', 'e'] as const;
export const TEXTS = ['c', 'h', 'k0'] as const;
type NumberColumn = (typeof NUMBERS)[number];
type TextColumn = (typeof TEXTS)[number];

/** One row: numbers, truth values (f), days (d), seconds since 1970 (t, e) and texts, NULL as null; and what decides its place. */
export type Cells = Readonly<Record<Exclude<NumberColumn, 'f'>, number | null>> &
  Readonly<Record<TextColumn, string | null>> & {
    readonly f: boolean | null;
    readonly label: number | null;
    readonly weight: number;
    /** Below the test share: a test row. */
    readonly position: number;
  };

/** A row with the values given, all others NULL, that is trained on. */
export function cellsWith(values: Partial<Cells>): Cells {
  const none = {
    x: null,
    t: null,
    f: null,
    d: null,
    y0: null,
    y1: null,
    e: null,
    c: null,
    h: null,
    k0: null,
  };
  return { ...none, label: 1, weight: 1, position: 0.9, ...values };
}

/** Joined tables with cells, and what is made of them. */
export interface Integrated {
  readonly scene: JoinedScene;
  /** Of every table that supplies columns. */
  readonly cells: ReadonlyMap<string, readonly Cells[]>;
  /** Sorted by id. */
  readonly groups: readonly ResolvedGroup[];
  /** Tables of which is known how new their rows are: the newest owns a cell. Undefined: the first owns it. */
  readonly aged: readonly string[] | undefined;
  /** Tables that have labels and weights, in the order in which they own them. */
  readonly labelled: readonly string[];
  readonly weighted: boolean;
  readonly testShare: number;
  /** For a model of data that is nowhere negative. */
  readonly nonNegative: boolean;
  /** Seeds the numbers that T is multiplied with. */
  readonly salt: number;
}

/** Tables that supply columns: all but tables of matches. */
export function dataParties(scene: JoinedScene): readonly string[] {
  return partiesOf(scene).filter((party) => !party.startsWith('s.m'));
}

const orNull = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: null, freq: 4 });
const number = fc.integer({ min: -40, max: 40 }).map((n) => n / 8);
const text = fc.constantFrom('a', 'b', 'B', 'ab', 'é', '');

const cells: fc.Arbitrary<Cells> = fc.record({
  ...{ x: orNull(number), y0: orNull(number), y1: orNull(number) },
  // |mean| ≫ spread.
  t: orNull(fc.integer({ min: 0, max: 9 }).map((n) => 1.7e9 + n)),
  f: orNull(fc.boolean()),
  d: orNull(fc.integer({ min: -800, max: 20_000 })),
  e: orNull(fc.integer({ min: 0, max: 20_000 }).map((n) => n * 40_009)),
  ...{ c: orNull(text), h: orNull(text), k0: orNull(text) },
  label: fc.option(fc.integer({ min: 0, max: 1 }), { nil: null, freq: 8 }),
  weight: fc.constantFrom(0.5, 1, 2, 3),
  position: fc.integer({ min: 0, max: 9 }).map((n) => n / 10),
});

/** A column that is as drawn, has no value at all, or one value alone. */
const modes = fc.record(
  Object.fromEntries(
    [...NUMBERS, ...TEXTS].map((name) => [
      name,
      fc.oneof(
        { weight: 8, arbitrary: fc.constant('drawn' as const) },
        { weight: 1, arbitrary: fc.constant('null' as const) },
        { weight: 1, arbitrary: fc.constant('constant' as const) },
      ),
    ]),
  ),
);
type Modes = Readonly<Record<string, 'drawn' | 'null' | 'constant'>>;

function withModes(rows: readonly Cells[], columns: Modes): Cells[] {
  const first: Readonly<Record<string, unknown>> = rows[0] ?? {};
  const changed = Object.entries(columns).filter(([, mode]) => mode !== 'drawn');
  const values = Object.fromEntries(
    changed.map(([name, mode]) => [name, mode === 'null' ? null : first[name]]),
  );
  return rows.map((row) => ({ ...row, ...values }));
}

const flag = fc.boolean();
const anyScale = fc.constantFrom('standard' as const, 'min-max' as const, 'robust' as const, 'none' as const);
/** Quartiles of two tables are not those of both. */
const mergeableScale = fc.constantFrom('standard' as const, 'min-max' as const, 'none' as const);
const anyMissing = fc.constantFrom('mean' as const, { constant: -3 }, { constant: 0 });
const anyParts = fc.subarray(['year', 'month', 'day', 'weekday', 'hour', 'day-of-year'] as const, {
  minLength: 1,
});

type Scales = typeof anyScale | typeof mergeableScale;
const numeric = (name: string, scale: Scales, missing: fc.Arbitrary<'mean' | { constant: number }>) =>
  fc.record({
    ...{ name: fc.constant(name), encoding: fc.constant('numeric' as const) },
    ...{ scale, missing, indicator: flag },
  });
const date = (name: string, unit: 'day' | 'second', scale: Scales) =>
  fc.record({
    ...{ name: fc.constant(name), encoding: fc.constant('date' as const), unit: fc.constant(unit) },
    ...{ parts: anyParts, cyclic: flag, scale, indicator: flag },
  });
/** Whose cells are small: powers of others would leave no digits to compare. */
const polynomial = (name: string, scale: fc.Arbitrary<'standard' | 'min-max' | 'robust'>) =>
  fc.record({
    ...{ name: fc.constant(name), encoding: fc.constant('polynomial' as const) },
    ...{ degree: fc.integer({ min: 2, max: 3 }), scale, indicator: flag },
  });
/** Quantiles are taken at fractions that binary numbers have, so that a number is on an edge in SQL if it is here. */
const bins = (name: string) =>
  fc.record({
    ...{ name: fc.constant(name), encoding: fc.constant('bins' as const) },
    ...{ count: fc.constantFrom(2, 4, 8), indicator: flag },
  });
/** Of degree 1, which SQL can say; those of others are held against scikit-learn. */
const spline = (name: string, at: fc.Arbitrary<'uniform' | undefined>) =>
  fc
    .record({
      ...{ name: fc.constant(name), encoding: fc.constant('spline' as const) },
      ...{ knots: fc.constantFrom(2, 3, 5), degree: fc.constant(1), indicator: flag, at },
    })
    .map(({ at: where, ...feature }) => (where ? { ...feature, at: where } : feature));

const categorical = (name: string) =>
  fc.record({
    ...{ name: fc.constant(name), encoding: fc.constant('categorical' as const) },
    ...{
      minCount: fc.integer({ min: 1, max: 3 }),
      maxLevels: fc.integer({ min: 1, max: 5 }),
      indicator: flag,
    },
  });

const ownFeatures: fc.Arbitrary<FeatureColumn[]> = fc
  .tuple(
    fc.oneof<fc.Arbitrary<FeatureColumn>[]>(
      numeric('x', anyScale, anyMissing),
      polynomial('x', fc.constantFrom('standard', 'min-max')),
      bins('x'),
      spline('x', fc.constantFrom('uniform', undefined)),
    ),
    // Where NULL stood for 0, sums of squares would be those of 1.7e9.
    numeric('t', anyScale, fc.constant('mean')),
    numeric('f', anyScale, anyMissing),
    date('d', 'day', anyScale),
    categorical('c'),
    fc.record({
      ...{ name: fc.constant('h'), encoding: fc.constant('hash' as const) },
      buckets: fc.integer({ min: 2, max: 4 }),
    }),
  )
  .chain((features) => fc.subarray<FeatureColumn>(features));

/** Of each of two groups of columns that several tables supply. */
const sharedFeatures: fc.Arbitrary<readonly [FeatureColumn[], FeatureColumn[]]> = fc.tuple(
  fc.tuple(
    fc.oneof<fc.Arbitrary<FeatureColumn>[]>(
      numeric('y0', mergeableScale, anyMissing),
      polynomial('y0', fc.constantFrom('standard', 'min-max')),
      spline('y0', fc.constant('uniform')),
    ),
    categorical('k0'),
  ),
  fc.tuple(numeric('y1', mergeableScale, anyMissing), date('e', 'second', mergeableScale)),
);

const TABLES = 5;
/** As many as a table of a scene may have. */
const MOST_ROWS = 8;
const exactly = <T>(length: number, item: fc.Arbitrary<T>) =>
  fc.array(item, { minLength: length, maxLength: length });

/** Positions among the tables of a scene, of which there may be fewer. */
const someTables = fc.shuffledSubarray([0, 1, 2, 3, 4]);
const severalTables = fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 2 });

/** Mostly several tables with some rows in common; of the others many have no row at all. */
const scenes = fc.oneof(
  {
    weight: 4,
    arbitrary: joinedScenes.filter((scene) => {
      const { rows } = layOut(scene);
      return rows >= 8 && rows <= 100 && dataParties(scene).length > 1;
    }),
  },
  { weight: 1, arbitrary: joinedScenes.filter((scene) => layOut(scene).rows <= 100) },
);

/**
 * Up to five tables of up to eight rows in a random tree of joins and unions, with columns of every kind, some of which several
 * tables supply. Small enough for sums over T in plain loops.
 */
export const integrations: fc.Arbitrary<Integrated> = fc
  .record({
    scene: scenes,
    cells: exactly(TABLES, fc.tuple(exactly(MOST_ROWS, cells), modes)),
    own: exactly(TABLES, ownFeatures),
    shared: sharedFeatures,
    members: fc.tuple(severalTables, severalTables),
    aged: fc.option(someTables, { nil: undefined }),
    labelled: fc.oneof(
      { weight: 3, arbitrary: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5 }) },
      someTables,
    ),
    weighted: flag,
    testShare: fc.constantFrom(0, 0.3, 0.5),
    salt: fc.nat(1000),
  })
  .map(({ scene, cells: drawn, own, shared, members, aged, labelled, ...rest }) => {
    const parties = dataParties(scene);
    const named = (positions: readonly number[]) => positions.flatMap((at) => parties[at] ?? []);
    const groups = new Map(parties.flatMap((party, at) => groupOf([party], own[at] ?? [])));
    members.forEach((positions, at) => {
      const several = named(positions);
      if (several.length > 1)
        groupOf(several, shared[at] ?? []).forEach(([id, group]) => {
          const before = groups.get(id);
          groups.set(id, before ? joined(before, group) : group);
        });
    });
    const integrated: Integrated = {
      ...{ scene, ...rest, nonNegative: false },
      cells: new Map(
        parties.map((party, at) => {
          const [rows, columns] = drawn[at] ?? [[], {}];
          return [party, withModes(rows.slice(0, scene.tables[party]?.length ?? 0), columns)];
        }),
      ),
      groups: [...groups.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
      aged: aged && named(aged),
      labelled: [...new Set([...named(labelled), 's.t0'])],
    };
    return described(integrated);
  });

/** Tables with given cells, each of whose columns is its own, or shared as `groups` says. */
export function integratedOf(
  given: Pick<Integrated, 'scene' | 'cells' | 'groups'> & Partial<Integrated>,
): Integrated {
  return {
    ...{ aged: undefined, labelled: ['s.t0'], weighted: false, testShare: 0.5, nonNegative: false, salt: 1 },
    ...given,
    groups: [...given.groups].sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

/** A group by its id; none of no columns. */
export function groupOf(
  parties: readonly string[],
  features: readonly FeatureColumn[],
): (readonly [string, ResolvedGroup])[] {
  if (features.length === 0) return [];
  const id = parties.join('+');
  const columns = features.map(({ name }) => name);
  return [[id, { id, features, shares: parties.map((party) => ({ party, columns })) }]];
}

/** Columns that come from the same tables are one group. */
function joined(a: ResolvedGroup, b: ResolvedGroup): ResolvedGroup {
  const columns = [...a.features, ...b.features].map(({ name }) => name);
  return {
    id: a.id,
    features: [...a.features, ...b.features],
    shares: a.shares.map(({ party }) => ({ party, columns })),
  };
}

/** What a counterexample shows. */
function described(integrated: Integrated): Integrated {
  const { scene, cells: rows, ...rest } = integrated;
  const text = () =>
    JSON.stringify({
      tables: scene.tables,
      integration: scene.job.integration,
      cells: Object.fromEntries(rows),
      ...rest,
    });
  return Object.assign(integrated, { [fc.toStringMethod]: text });
}

/** The same for a model of data that is nowhere negative: what it refuses is not asked for. */
export function nonNegative(integrated: Integrated): Integrated {
  const changed = (feature: FeatureColumn): FeatureColumn => {
    const scale = 'scale' in feature && feature.scale === 'none' ? { scale: 'min-max' as const } : {};
    if (feature.encoding === 'numeric' || feature.encoding === 'polynomial')
      return { ...feature, ...scale, missing: 'mean' };
    return feature.encoding === 'date' ? { ...feature, ...scale, cyclic: false } : feature;
  };
  return described({
    ...integrated,
    nonNegative: true,
    groups: integrated.groups.map((group) => ({ ...group, features: group.features.map(changed) })),
  });
}

/** Tables as they are read from their sources, by share. */
export function localSources({ groups, cells: tables }: Integrated): LocalSource[] {
  return groups.flatMap((group) =>
    group.shares.map(({ party }) => {
      const rows = entryOf(tables, party);
      return {
        id: shareId(group, party),
        features: group.features,
        data: {
          rows: rows.length,
          numeric: new Map(
            NUMBERS.map((name) => [name, Float64Array.from(rows, (row) => Number(row[name] ?? NaN))]),
          ),
          categorical: new Map(TEXTS.map((name) => [name, dictionaryOf(rows.map((row) => row[name]))])),
        },
      };
    }),
  );
}

/** The rows of T as the code lays them out. @throws AMALUR_EMPTY_TARGET */
export function targetOf(integrated: Integrated, layout: Layout): TargetIndex {
  const { scene, cells: tables, groups, labelled, aged, weighted, testShare } = integrated;
  const facts = new Map(
    [...tables].map(([party, rows]): [string, RowFacts] => [
      party,
      {
        rows: rows.length,
        labels: Float64Array.from(rows, ({ label }) => label ?? NaN),
        weights: Float64Array.from(rows, ({ weight }) => weight),
        heldOut: Uint8Array.from(rows, ({ position }) => (position < testShare ? 1 : 0)),
        ...(aged?.includes(party) && {
          age: Float64Array.from(scene.tables[party] ?? [], ({ age }) => age ?? NaN),
        }),
      },
    ]),
  );
  const sources = labelled.map((party) => ({ party, column: '' }));
  return buildTarget({
    ...{ layout, groups, tables: facts },
    origins: originsOf(scene.resolved).map(({ id }) => id),
    learn: { labels: sources, weights: weighted ? sources : [] },
  });
}
