import type { Matrix } from '../../../core/algebra/matrix.js';
import { localTable } from '../../../core/integration/local-table.js';
import type { ColumnOfGroup, InteractionAcross, ResolvedGroup } from '../../../core/job/resolved.js';
import { FORMS, type Exact } from './exact.js';
import { localSources } from './integrated.js';
import { columnOf, type PlainTable } from './plain-rows.js';

/** T with some products of its columns, in both forms and for both sides of the split, beside what they are in plain numbers. */
export function interacting(exact: Exact): { readonly table: Matrix; readonly expected: PlainTable }[] {
  const { integrated, target } = exact;
  const columns = integrated.groups.flatMap(({ id, features }) =>
    features.map(({ name }) => ({ group: id, column: name })),
  );
  const pairs = pairsOf(columns, integrated.salt);
  const across = pairs.filter(([a, b]) => a.group !== b.group);
  const groups = integrated.groups.map((group): ResolvedGroup => ({
    ...group,
    features: group.features.map((feature) => {
      const times = pairs.flatMap(([a, b]) =>
        a.group === group.id && b.group === group.id && a.column === feature.name ? [b.column] : [],
      );
      return times.length > 0 ? { ...feature, times } : feature;
    }),
  }));
  const sources = localSources({ ...integrated, groups });
  return FORMS.flatMap((form) => {
    const options = { nonNegative: integrated.nonNegative, interactions: across };
    const { train, test, names } = localTable(form, sources, target, options);
    return [
      { table: train, expected: withProducts(exact, exact.train.table, names) },
      { table: test, expected: withProducts(exact, exact.test.table, names) },
    ];
  });
}

/** A few different pairs of columns, within groups and between them. */
function pairsOf(columns: readonly ColumnOfGroup[], salt: number): readonly InteractionAcross[] {
  const all = columns.flatMap((a, i) => columns.slice(i + 1).map((b) => [a, b] as const));
  return all.filter((_, at) => (at * 7 + salt) % 4 === 0).slice(0, 8);
}

/** Columns by their names: that of a product has those of its factors in it, in their group or with their groups. */
function withProducts({ names: known }: Exact, table: PlainTable, names: readonly string[]): PlainTable {
  const column = (name: string) => {
    const at = known.indexOf(name);
    return at < 0 ? undefined : columnOf(table, at);
  };
  const columns = names.map((name) => {
    const [a = '', b] = name.split('*');
    if (b === undefined) return column(a);
    const one = column(a);
    const other = column(b) ?? column(groupOf(a, known) + b);
    return one && other && one.map((value, row) => value * other[row]!);
  });
  return {
    columns: names.length,
    rows: table.rows.map((_, row) =>
      columns.map((cells, at) => {
        if (cells === undefined) throw new Error(`SQL has no column ${names[at] ?? ''}`);
        return [at, cells[row]!] as const;
      }),
    ),
  };
}

/** `a.t.` of `a.t.x=level`: groups have one dot, and one more for each further table. */
function groupOf(name: string, known: readonly string[]): string {
  if (!known.includes(name)) throw new Error(`SQL has no column ${name}`);
  const [group = ''] = /^(?:[^.+]+\.[^.+]+\+)*[^.+]+\.[^.+]+\./.exec(name) ?? [];
  return group;
}
