import { expect } from 'vitest';
import type { Matrix } from '../../../core/algebra/matrix.js';
import { entryOf } from '../../../core/entry-of.js';
import { localTable, type LocalTable } from '../../../core/integration/local-table.js';
import type { TargetIndex } from '../../../core/integration/target-index.js';
import { layOut, partiesOf } from '../arbitrary-joins.js';
import type { Query } from '../duckdb.js';
import { encodedSql } from './encoded-sql.js';
import { localSources, targetOf, type Integrated } from './integrated.js';
import type { PlainRow, PlainTable } from './plain-rows.js';

/** T as SQL has it, and the facts of its rows. */
export interface SqlSide {
  readonly table: PlainTable;
  readonly labels: readonly number[];
  readonly weights: readonly number[];
}

/** T as the code under test builds it, in both forms, beside T as SQL has it. Rows and columns are in the same order. */
export interface Exact {
  readonly integrated: Integrated;
  readonly target: TargetIndex;
  readonly factorized: LocalTable;
  readonly materialized: LocalTable;
  readonly names: readonly string[];
  readonly train: SqlSide;
  readonly test: SqlSide;
}

export const FORMS = ['factorized', 'materialized'] as const;

/** Each form and each side of the split with what SQL says of it. */
export function sidesOf(exact: Exact): { readonly table: Matrix; readonly expected: PlainTable }[] {
  return FORMS.flatMap((form) => [
    { table: exact[form].train, expected: exact.train.table },
    { table: exact[form].test, expected: exact.test.table },
  ]);
}

/**
 * Builds T by the code and by SQL; checks that columns, rows, labels and weights are the same. Undefined where SQL finds no row to
 * train on, and the code says so.
 */
export async function exactOf(query: Query, integrated: Integrated): Promise<Exact | undefined> {
  const found = readAnswer(await query(encodedSql(integrated)), partiesOf(integrated.scene));
  const layout = layOut(integrated.scene);
  const order = rowsInOrder(found.rows, layout.rows, (row) =>
    partiesOf(integrated.scene).map((party) => entryOf(layout.indices, party)[row] ?? -1),
  );
  if (order.train.length === 0) {
    expect(() => targetOf(integrated, layout)).toThrow(
      expect.objectContaining({ code: 'AMALUR_EMPTY_TARGET' }) as Error,
    );
    return undefined;
  }
  const target = targetOf(integrated, layout);
  expect([target.trainRows, target.rows]).toEqual([
    order.train.length,
    order.train.length + order.test.length,
  ]);
  expect([...target.labels]).toEqual([...order.train, ...order.test].map((row) => row.facts.get('#label')));
  const options = integrated.nonNegative ? { nonNegative: true } : {};
  const [factorized, materialized] = FORMS.map((form) =>
    localTable(form, localSources(integrated), target, options),
  ) as [LocalTable, LocalTable];
  expect(materialized.names).toEqual(factorized.names);
  expect([...factorized.names].sort()).toEqual([...found.columns].sort());
  const place = new Map(factorized.names.map((name, at) => [name, at]));
  const side = (rows: readonly SqlRow[]): SqlSide => ({
    table: {
      columns: place.size,
      rows: rows.map((row): PlainRow => row.cells.map(([name, value]) => [entryOf(place, name), value])),
    },
    labels: rows.map(({ facts }) => entryOf(facts, '#label')),
    weights: rows.map(({ facts }) => entryOf(facts, '#weight')),
  });
  const sides = { train: side(order.train), test: side(order.test) };
  if (target.weights) expect([...target.weights]).toEqual([...sides.train.weights, ...sides.test.weights]);
  return { integrated, target, factorized, materialized, names: factorized.names, ...sides };
}

/**
 * `exactOf` that builds a scene once. With one seed the properties of a file draw the same scenes, so that only the first pays
 * for SQL; a counterexample still shrinks, over scenes of its own.
 */
export function exactly(query: Query): (integrated: Integrated) => Promise<Exact | undefined> {
  const known = new Map<string, Promise<Exact | undefined>>();
  return (integrated) => {
    const text = encodedSql(integrated) + (integrated.nonNegative ? ' ' : '');
    const exact = known.get(text) ?? exactOf(query, integrated);
    known.set(text, exact);
    return exact;
  };
}

interface SqlRow {
  readonly facts: ReadonlyMap<string, number>;
  readonly cells: readonly (readonly [name: string, value: number])[];
}

/** Rows by the source rows that they are made of, and the names of T's columns. */
function readAnswer(answer: Awaited<ReturnType<Query>>, parties: readonly string[]) {
  const columns: string[] = [];
  const byId = new Map<number, { facts: Map<string, number>; cells: [string, number][] }>();
  for (const [id, name, value] of answer) {
    if (id === null) {
      columns.push(String(name));
      continue;
    }
    const row = byId.get(Number(id)) ?? { facts: new Map<string, number>(), cells: [] };
    byId.set(Number(id), row);
    if (!String(name).startsWith('#')) row.cells.push([String(name), Number(value)]);
    else if (value !== null) row.facts.set(String(name), Number(value));
  }
  const rows = new Map(
    [...byId.values()].map((row): [string, SqlRow] => [
      parties.map((party) => row.facts.get(`#row ${party}`) ?? -1).join(),
      row,
    ]),
  );
  return { columns, rows };
}

/** Training rows, then test rows, each in the order in which they come in. */
function rowsInOrder(
  found: ReadonlyMap<string, SqlRow>,
  rows: number,
  tupleOf: (row: number) => readonly number[],
): { readonly train: readonly SqlRow[]; readonly test: readonly SqlRow[] } {
  const all = Array.from({ length: rows }, (_, row) => found.get(tupleOf(row).join()) ?? []).flat();
  expect(all.length).toBe(found.size);
  return {
    train: all.filter(({ facts }) => facts.get('#train') === 1),
    test: all.filter(({ facts }) => facts.get('#train') !== 1),
  };
}
