import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { columnVector, identityColumns } from '../../../core/algebra/dense.js';
import type { FeatureColumn } from '../../../core/job/resolved.js';
import { jobSchema } from '../../../core/job/schema.js';
import { sceneOf, type TableRow } from '../../support/arbitrary-joins.js';
import { openDuckDB, type Query } from '../../support/duckdb.js';
import { exactOf, sidesOf, type Exact } from '../../support/exactness/exact.js';
import { fitEveryWay } from '../../support/exactness/fit.js';
import {
  cellsWith,
  groupOf,
  integratedOf,
  type Cells,
  type Integrated,
} from '../../support/exactness/integrated.js';
import {
  columnOf,
  columnSumsOf,
  difference,
  gramOf,
  numbersFrom,
  rowSumsOf,
  times,
  transposedTimes,
} from '../../support/exactness/plain-rows.js';

let query: Query;
let close: () => void;
beforeAll(async () => {
  ({ query, close } = await openDuckDB());
});
afterAll(() => close());

/** A row with its key (column a) and its cells. */
interface Row extends Partial<Cells> {
  readonly key: number | null;
}

const FEATURES: FeatureColumn[] = [
  { name: 'x', encoding: 'numeric' },
  { name: 't', encoding: 'numeric' },
  { name: 'c', encoding: 'categorical' },
];

const keysOf = (rows: readonly Row[]): TableRow[] =>
  rows.map(({ key }) => ({ a: key, b: null, age: null, v: null }));
const cellsOf = (rows: readonly Row[]) => rows.map(({ key: _key, ...cells }) => cellsWith(cells));

/** A base and a dimension, joined by their keys. */
function star(
  base: readonly Row[],
  dimension: readonly Row[],
  {
    features = FEATURES,
    ...join
  }: { features?: FeatureColumn[]; scenario?: 'left' | 'inner' | 'outer' | 'union'; matches?: 'all' } = {},
): Integrated {
  const on = join.scenario === 'union' ? {} : { on: ['a'] };
  return integratedOf({
    scene: sceneOf(
      { 's.t0': keysOf(base), 's.t1': keysOf(dimension) },
      { joins: [{ table: 's.t1', ...on, ...join }] },
    ),
    cells: new Map([
      ['s.t0', cellsOf(base)],
      ['s.t1', cellsOf(dimension)],
    ]),
    labelled: join.scenario === 'union' ? ['s.t0', 's.t1'] : ['s.t0'],
    groups: ['s.t0', 's.t1'].flatMap((party) => groupOf([party], features).map(([, group]) => group)),
  });
}

async function built(integrated: Integrated): Promise<Exact> {
  const exact = await exactOf(query, integrated);
  if (!exact) throw new Error('there are rows to train on');
  return exact;
}

/** The learned center and scale of a numeric column. */
function scalingOf({ factorized }: Exact, group: string, column: string) {
  const encoding = factorized.encoders.get(group)?.numeric.find((one) => one.column === column);
  if (encoding?.kind !== 'numeric') throw new Error(`${column} is numeric`);
  return encoding;
}

const base: Row[] = Array.from({ length: 8 }, (_, row) => ({
  key: row < 6 ? row % 4 : row,
  x: (row * 5) % 7,
  t: row % 3,
  c: 'abc'.charAt(row % 3),
  label: row % 2,
  position: row < 6 ? 0.9 : 0.1,
}));
const dimension: Row[] = Array.from({ length: 4 }, (_, row) => ({
  key: row,
  x: row * row,
  t: 10 - row,
  c: 'de'.charAt(row % 2),
}));

const SECONDS = 1.7e9;

const odd: readonly [string, Integrated][] = [
  ['an empty dimension', star(base, [])],
  ['an empty dimension, outer', star(base, [], { scenario: 'outer' })],
  ['an empty base and another table below', star([], base, { scenario: 'union' })],
  ['one row, and one that it matches', star(base.slice(0, 1), dimension.slice(0, 1))],
  ['one row that matches nothing', star([{ key: null, x: 3 }], dimension)],
  ['columns without any value', star(base.map(({ key }) => ({ key })), dimension.map(({ key }) => ({ key })))], // prettier-ignore
  [
    'keys that repeat on both sides',
    star(base, [...dimension, ...dimension, { key: 0 }], { matches: 'all' }),
  ],
  [
    'a dimension with rows that nobody references',
    star(base, [...dimension, { key: 9, x: 1e6, c: 'never' }]),
  ],
  ['a dimension that only test rows match', star(base, [{ key: 7, x: 4, c: 'd' }, { key: 50 }])], // prettier-ignore
  [
    'seconds since 1970 that are a few apart',
    star(
      base.map((row) => ({ ...row, t: SECONDS + (row.t ?? 0) })),
      dimension.map((row) => ({ ...row, t: SECONDS + (row.t ?? 0) })),
    ),
  ],
];

describe.each(odd)('%s', (_name, integrated) => {
  test('operators equal the SQL to 1e-10', async () => {
    const exact = await built(integrated);
    for (const { table, expected } of sidesOf(exact)) {
      const every = identityColumns(table.columns, 0, table.columns);
      const w = numbersFrom(1, table.rows);
      for (const apart of [
        difference(table.multiply(every).data, times(expected, every)),
        difference(
          table.transposedMultiply(columnVector(w)).data,
          transposedTimes(expected, columnVector(w)),
        ),
        difference(table.gram().data, gramOf(expected)),
        difference(table.gram(w).data, gramOf(expected, w)),
        difference(table.columnSums(w), columnSumsOf(expected, w)),
        difference(table.squaredRowNorms(), rowSumsOf(expected, (value) => value * value)), // prettier-ignore
      ])
        expect(apart).toBeLessThan(1e-10);
    }
  });

  test.each(['gram', 'l-bfgs'])(
    'a ridge regression by %s is the same in every way, to 1e-8',
    async (solver) => {
      const spec = jobSchema.shape.model.parse({
        ...{ type: 'linear-regression', solver, l2: 0.1, tolerance: 1e-12 },
      });
      const { sql, ...others } = fitEveryWay(await built(integrated), spec);
      for (const { theta, own } of Object.values(others)) {
        expect(difference(theta.data, sql.theta.data)).toBeLessThan(1e-8);
        expect(difference(own, sql.own)).toBeLessThan(1e-8);
      }
    },
  );
});

describe('what counts in a statistic', () => {
  test('no row of a dimension that nobody references, nor one that only test rows do', async () => {
    const onlyTested: Row[] = base.map((row, at) => (at < 6 ? row : { ...row, key: 8 }));
    const others: Row[] = [
      { key: 8, x: -1e6, c: 'tested' },
      { key: 9, x: 1e6, c: 'never' },
    ];
    const plain = await built(star(onlyTested, dimension));
    const exact = await built(star(onlyTested, [...dimension, ...others]));
    expect(exact.names).toEqual(plain.names);
    expect(scalingOf(exact, 's.t1', 'x')).toEqual(scalingOf(plain, 's.t1', 'x'));
    const other = exact.names.indexOf('s.t1.c=(other)');
    expect(columnOf(exact.test.table, other)).toEqual([1, 1]);
  });

  test('a row of a dimension as often as training has it', async () => {
    const often: Row[] = [0, 0, 0, 1].map((key) => ({ key }));
    const { center, scale } = scalingOf(await built(star(often, dimension.slice(0, 2))), 's.t1', 'x');
    expect([center, scale]).toEqual([0.25, Math.sqrt(3) / 4]);
  });

  test('of a dimension that nobody in training matches nothing: its numbers are as they are, its texts are "other"', async () => {
    const unmatched = base.map((row, at) => ({ ...row, key: at < 6 ? null : 1 }));
    const exact = await built(star(unmatched, dimension));
    expect(scalingOf(exact, 's.t1', 'x')).toMatchObject({ center: 0, scale: 1 });
    expect(exact.names.filter((name) => name.startsWith('s.t1.c'))).toEqual(['s.t1.c=(other)']);
    expect(columnOf(exact.test.table, exact.names.indexOf('s.t1.x'))).toEqual([1, 1]);
  });
});

describe('a spread of a few seconds beside 1.7e9 of them', () => {
  const offsets = [0, 1, 4, 4, 9, 2];
  /** Of so many rows more that stand for the smallest value. */
  const deviation = (values: readonly number[]) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  };
  const timed = (t: number | null): Row => ({ key: 0, t: t === null ? null : SECONDS + t });
  const features: FeatureColumn[] = [{ name: 't', encoding: 'numeric' }];

  test('is kept where NULL stands for the smallest value', async () => {
    const rows = [...offsets, null, null, null].map(timed);
    const exact = await built({ ...star(rows, [], { features }), nonNegative: true });
    const { center, scale } = scalingOf(exact, 's.t0', 't');
    expect(center).toBe(SECONDS);
    expect(Math.abs(scale / deviation([...offsets, 0, 0, 0]) - 1)).toBeLessThan(1e-14);
  });

  test('and where two tables supply the column', async () => {
    const [above, below] = [offsets.slice(0, 2), offsets.slice(2)];
    const united = star(above.map(timed), below.map(timed), { scenario: 'union', features });
    const groups = groupOf(['s.t0', 's.t1'], features).map(([, group]) => group);
    const { materialized, factorized } = await built({ ...united, groups });
    for (const { encoders } of [materialized, factorized]) {
      const [encoding] = encoders.get('s.t0+s.t1')?.numeric ?? [];
      const scale = encoding?.kind === 'numeric' ? encoding.scale : NaN;
      expect(Math.abs(scale / deviation(offsets) - 1)).toBeLessThan(1e-14);
    }
  });
});

test('5,000 categories: products, sums and norms equal the SQL to 1e-10', async () => {
  const many = Array.from({ length: 5000 }, (_, row): Row => ({
    key: row,
    c: `level ${row}`,
    label: row % 2,
  }));
  const features: FeatureColumn[] = [{ name: 'c', encoding: 'categorical' }];
  const exact = await built(
    star(
      many.map(({ key, label }) => ({ key, label: label ?? 0 })),
      many,
      { features },
    ),
  );
  expect(exact.names).toHaveLength(5002);
  for (const { table, expected } of sidesOf(exact)) {
    const x = columnVector(numbersFrom(1, table.columns));
    const y = columnVector(numbersFrom(2, table.rows));
    for (const apart of [
      difference(table.multiply(x).data, times(expected, x)),
      difference(table.transposedMultiply(y).data, transposedTimes(expected, y)),
      difference(table.columnSums(y.data), columnSumsOf(expected, y.data)),
      difference(table.squaredRowNorms(), rowSumsOf(expected)),
    ])
      expect(apart).toBeLessThan(1e-10);
  }
});
