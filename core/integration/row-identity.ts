import { entryOf } from '../entry-of.js';
import type { Dictionary } from '../sources/source.js';
import type { TargetIndex } from './target-index.js';

/**
 * Columns that name each row of T: the row key of the base table; where several tables bring rows in, the row key of the first
 * of them that the row has, behind its name (`table`) and its place there (`row`, from 1).
 * @param tables by party in their order; columns that may not leave their silo are left out
 */
export function identityColumns(
  tables: ReadonlyMap<string, ReadonlyMap<string, Dictionary>>,
  { rows, origins = new Map<string, Int32Array>() }: Pick<TargetIndex, 'rows' | 'origins'>,
): Map<string, Dictionary> {
  const parties = [...tables.keys()];
  const owners = new Int32Array(rows).fill(-1);
  const sources = new Int32Array(rows).fill(-1);
  parties.forEach((party, at) => {
    entryOf(origins, party).forEach((source, row) => {
      if (source < 0 || owners[row] !== -1) return;
      owners[row] = at;
      sources[row] = source;
    });
  });
  const names = [...new Set([...tables.values()].flatMap((columns) => [...columns.keys()]))];
  const named = new Map(names.map((name) => [name, combined(name, parties, tables, owners, sources)]));
  if (parties.length === 1) return named;
  return new Map([
    [freeName('table', names), { codes: owners, values: parties }],
    [freeName('row', names), numbered(sources)],
    ...named,
  ]);
}

/** A name that no column of `taken` has, in any case: the one wanted, else with `_2`, `_3`, … */
export function freeName(wanted: string, taken: readonly string[]): string {
  const others = new Set(taken.map((name) => name.toLowerCase()));
  let name = wanted;
  for (let next = 2; others.has(name.toLowerCase()); next++) name = `${wanted}_${String(next)}`;
  return name;
}

/** Columns under names that neither `taken` nor another of them has, in any case. */
export function freeNames<T>(columns: ReadonlyMap<string, T>, taken: readonly string[]): Map<string, T> {
  const names = [...taken];
  return new Map(
    [...columns].map(([wanted, column]) => {
      const name = freeName(wanted, names);
      names.push(name);
      return [name, column];
    }),
  );
}

/** One column out of those of that name in the tables that own the rows. */
function combined(
  name: string,
  parties: readonly string[],
  tables: ReadonlyMap<string, ReadonlyMap<string, Dictionary>>,
  owners: Int32Array,
  sources: Int32Array,
): Dictionary {
  const values: string[] = [];
  const codeOf = new Map<string, number>();
  const translated = parties.map((party) => {
    const column = tables.get(party)?.get(name);
    const codes = column?.values.map((value) => {
      const known = codeOf.get(value);
      if (known !== undefined) return known;
      codeOf.set(value, values.length);
      return values.push(value) - 1;
    });
    return column && { codes: column.codes, translated: codes ?? [] };
  });
  const codes = owners.map((owner, row) => {
    const column = translated[owner];
    const code = column?.codes[sources[row]!] ?? -1;
    return code < 0 ? -1 : (column?.translated[code] ?? -1);
  });
  return { codes, values };
}

function numbered(sources: Int32Array): Dictionary {
  const last = sources.reduce((most, source) => Math.max(most, source), -1);
  return { codes: sources, values: Array.from({ length: last + 1 }, (_, row) => String(row + 1)) };
}
