import { dense } from '../../core/algebra/dense.js';
import type { Encoder } from '../../core/integration/encoder.js';
import { encodedWidth } from '../../core/integration/encoder.js';
import { keyTokens } from '../../core/integration/key-tokens.js';
import type { FeatureColumn } from '../../core/job/resolved.js';
import { draws } from '../../core/models/draws.js';
import type { Row } from '../../core/serving/row-features.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import type { ColumnType } from '../../core/sources/profile.js';

/** A table beside the base: so many keys, numbers and categories of so many levels each. */
export interface Table {
  readonly keys: number;
  readonly numbers: number;
  readonly levels: readonly number[];
}

export interface Problem {
  readonly base: Omit<Table, 'keys'>;
  readonly tables: readonly Table[];
}

/** As wide and as long as the tables of the example late-flights. */
export const LATE_FLIGHTS: Problem = {
  base: { numbers: 1, levels: [12, 7, 20, 16, 3] },
  tables: [
    { keys: 26_115, numbers: 9, levels: [] },
    { keys: 3_322, numbers: 3, levels: [35, 6, 4] },
    { keys: 1_458, numbers: 4, levels: [10] },
  ],
};

export function oneLargeTable(keys: number): Problem {
  return { base: { numbers: 4, levels: [12] }, tables: [{ keys, numbers: 8, levels: [50] }] };
}

const drawn = draws('serving');

/** Features of a table, their encoding and parameters. @param prefix of its columns' names */
function part(prefix: string, { numbers, levels }: Omit<Table, 'keys'>, seed: number) {
  const numeric = Array.from({ length: numbers }, (_, at) => `${prefix}n${String(at)}`);
  const texts = levels.map((_, at) => `${prefix}c${String(at)}`);
  const encoder: Encoder = {
    numeric: numeric.map((column) => ({ kind: 'numeric', column, center: 0.5, scale: 0.3 })),
    categorical: texts.map((column, at) => ({
      ...{ kind: 'categorical', column },
      levels: Array.from({ length: levels[at]! }, (_, level) => `level ${String(level)}`).sort(),
    })),
  };
  const width = encodedWidth(encoder);
  const theta = dense(
    width,
    1,
    Float64Array.from({ length: width }, (_, at) => drawn(seed, at) - 0.5),
  );
  const features: FeatureColumn[] = [
    ...numeric.map((name) => ({ name, encoding: 'numeric' }) as const),
    ...texts.map((name) => ({ name, encoding: 'categorical' }) as const),
  ];
  const types: [string, ColumnType][] = [
    ...numeric.map((name) => [name, 'number'] as [string, ColumnType]),
    ...texts.map((name) => [name, 'text'] as [string, ColumnType]),
  ];
  const level = (i: number, at: number) => `level ${String(Math.floor(drawn(i, at + 50) * levels[at]!))}`;
  const row = (i: number): Row => ({
    ...Object.fromEntries(numeric.map((name, at) => [name, drawn(i, at + 100 * seed)])),
    ...Object.fromEntries(texts.map((name, at) => [name, level(i, at)])),
  });
  return { encoder, theta, features, types, row };
}

/** A logistic regression by keys; the same with all columns in one row; and rows to ask for. */
export function generatedModel({ base, tables }: Problem) {
  const own = part('', base, 0);
  const parts = tables.map((table, at) => part(`t${String(at)}`, table, at + 1));
  const ids = tables.map((_, at) => `silo.t${String(at)}`);
  const share = (party: string, { features }: typeof own) => ({
    ...{ id: party, features },
    shares: [{ party, columns: features.map(({ name }) => name) }],
  });
  const keyed = tables.map(({ keys }, at) => {
    const values = Array.from({ length: keys }, (_, key) => {
      const text = String(key);
      return `${String(text.length)}:${text}`;
    });
    const codes = Int32Array.from({ length: keys }, (_, key) => key);
    return { rows: keys, keys: new Map([[ids[at]!, keyTokens({ codes, values })]]) };
  });
  const byKeys: ServedModel = {
    ...{ type: 'logistic-regression', intercept: 0.1, base: 'silo.base' },
    columns: Object.fromEntries<ColumnType>([
      ...own.types,
      ...ids.map((_, at): [string, ColumnType] => [`k${String(at)}`, 'integer']),
    ]),
    joins: ids.map((party, at) => ({
      ...{ party, scenario: 'left', matches: 'one', field: `integration.joins[${String(at)}]` },
      to: [{ party: 'silo.base', columns: [{ column: `k${String(at)}`, apply: [] }] }],
      columns: [{ column: 'key', apply: [] }],
    })),
    groups: [share('silo.base', own), ...parts.map((one, at) => share(ids[at]!, one))],
    parts: new Map([['silo.base', own]]),
    links: new Map(keyed.map((link, at) => [ids[at]!, link])),
    scores: new Map(
      tables.map(({ keys }, at) => [
        ids[at]!,
        dense(
          keys,
          1,
          Float64Array.from({ length: keys }, (_, key) => drawn(key, at)),
        ),
      ]),
    ),
  };
  const all = [own, ...parts];
  const whole: ServedModel = {
    ...{ type: 'logistic-regression', intercept: 0.1, base: 'silo.base', joins: [] },
    columns: Object.fromEntries(all.flatMap(({ types }) => types)),
    groups: all.map((one, at) => ({ ...share('silo.base', one), id: `silo.base+${String(at)}` })),
    parts: new Map(all.map((one, at) => [`silo.base+${String(at)}/silo.base`, one])),
    ...{ links: new Map(), scores: new Map() },
  };
  const keysOf = (i: number): Row =>
    Object.fromEntries(
      tables.map(({ keys }, at) => [`k${String(at)}`, Math.floor(drawn(i, 900 + at) * keys)] as const),
    );
  return {
    byKeys,
    whole,
    row: (i: number): Row => ({ ...own.row(i), ...keysOf(i) }),
    wholeRow: (i: number): Row => Object.assign({}, ...all.map(({ row }) => row(i))) as Row,
  };
}
