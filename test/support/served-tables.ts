import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { rowRange, stackColumns } from '../../core/algebra/stack.js';
import { entryOf } from '../../core/entry-of.js';
import { encode, fitEncoder, readAs, type FeatureData } from '../../core/integration/encode.js';
import type { Encoder } from '../../core/integration/encoder.js';
import { keyTokens, type KeyTokens } from '../../core/integration/key-tokens.js';
import { layOutRows } from '../../core/integration/lay-out.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import type { JobInput, ModelSpec } from '../../core/job/schema.js';
import { draws } from '../../core/models/draws.js';
import { scoresOf } from '../../core/models/family.js';
import { ownNumbers } from '../../core/models/manifest.js';
import { trainedBy } from '../../core/models/programs.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import type { Row } from '../../core/serving/row-features.js';
import { openSource } from '../../core/sources/index.js';
import { runLocally } from '../../core/training/local-runner.js';
import { expand } from '../../core/training/rounds.js';

type Cells = readonly Row[];

/** A base table with columns of all types and NULLs, two tables beside it and a third behind one of these, as files in a folder. */
export function someTables(name: string, rows = 40): Readonly<Record<string, Cells>> {
  const drawn = draws(name);
  let draw = 0;
  const next = () => drawn(draw++);
  const below = (most: number) => Math.floor(next() * most);
  const orNull = <T>(value: T): T | null => (below(7) === 0 ? null : value);
  const day = () => new Date(Date.UTC(2013, below(24), 1 + below(28)));
  const at = <T>(values: readonly T[]): T => values[below(values.length)]!;
  return {
    's.fact': Array.from({ length: rows }, (_, id) => ({
      id,
      person: orNull(below(9)),
      shop: orNull(at(['A-1', 'b-2', ' B-2', 'c-3', 'none'])),
      amount: orNull(Math.round(next() * 1e4) / 128),
      big: orNull(1e15 + below(9)),
      flag: orNull(below(2) === 1),
      day: orNull(day().toISOString().slice(0, 10)),
      moment: orNull(new Date(day().getTime() + below(86_400_000)).toISOString()),
      word: orNull(at(['x', 'y', 'Zürich', '日本', 'x y'])),
      label: below(3),
    })),
    'p.people': [3, 1, 4, 5, 9, 2, 6].map((key) => ({
      key,
      age: orNull(below(90)),
      city: at(['Delft', 'Ulm', 'nowhere']),
    })),
    'p.cities': ['Ulm', 'Delft', 'Bonn'].map((name) => ({ name, size: below(1e6), coast: below(2) === 1 })),
    'w.shops': ['a1', 'b2', 'd4'].map((code) => ({
      code,
      area: orNull(below(500)),
      kind: at(['big', 'small']),
    })),
  };
}

const csv = (cell: unknown) =>
  cell === null || cell === undefined ? '' : `"${(cell as string | number | boolean).toString()}"`;

/** A model of the tables, made by its definition where all rows are in one place; and what it says of each base row. */
export async function servedTables(
  folder: string,
  tables: Readonly<Record<string, Cells>>,
  job: JobInput,
  spec: ModelSpec,
  secret?: Uint8Array,
) {
  const sources = new Map<string, ReturnType<typeof openSource>>();
  for (const [name, rows] of Object.entries(tables)) {
    const file = path.join(folder, `${name}.csv`);
    const names = Object.keys(rows[0] ?? {});
    const lines = rows.map((row) => names.map((column) => csv(row[column])).join(','));
    await writeFile(file, `${[names.join(','), ...lines].join('\n')}\n`);
    sources.set(name, openSource({ name, location: { kind: 'csv', path: file } }));
  }
  const known = [];
  for (const [name, source] of sources) {
    const [silo = '', table = ''] = name.split('.');
    known.push({ silo, profile: { ...(await source.profile()), table } });
  }
  const resolved = resolveJob(parseJob(job), known);
  const { joins, groups } = resolved;
  const base = resolved.parties[0]?.id ?? '';

  const data = new Map<string, FeatureData>();
  const links = new Map<string, { rows: number; keys: Map<string, KeyTokens> }>();
  for (const { id, features } of resolved.parties) {
    const keys = joins.flatMap((join) => {
      const columns = join.party === id ? join.columns : join.to.find(({ party }) => party === id)?.columns;
      return columns ? [[join.party, columns] as const] : [];
    });
    const read = await entryOf(sources, id).read({
      numeric: features.filter((one) => readAs(one) === 'numeric').map(({ name }) => name),
      categorical: features.filter((one) => readAs(one) === 'categorical').map(({ name }) => name),
      keys: Object.fromEntries(keys),
    });
    data.set(id, read);
    const tokens = [...read.keys].map(
      ([party, dictionary]) => [party, keyTokens(dictionary, secret)] as const,
    );
    links.set(id, { rows: read.rows, keys: new Map(tokens) });
  }
  const layout = layOutRows({ base, joins, tables: links, maxRows: 1e6 });
  const target = {
    rows: layout.rows,
    groups: groups.map(({ id, shares }) => ({
      id,
      shares: shares.map(({ party }) => {
        const rows = entryOf(layout.indices, party);
        return { party, sourceRows: entryOf(links, party).rows, rows };
      }),
    })),
  };

  const family = trainedBy(spec);
  const encoders = new Map<string, Encoder>();
  for (const { id, features } of groups) {
    const read = entryOf(data, id);
    const targets = {
      labels: Float64Array.from({ length: read.rows }, (_, at) => at % 2),
      folds: new Uint8Array(read.rows),
    };
    const counts = new Float64Array(read.rows).fill(1);
    encoders.set(id, fitEncoder({ ...read, targets }, features, counts, layout.rows, family.encoding));
  }
  const blocks = groups.map(({ id }) =>
    encode(entryOf(data, id), entryOf(encoders, id), entryOf(layout.indices, id)),
  );
  const table = stackColumns(blocks, layout.rows);
  const classes = spec.type === 'softmax-regression' ? ['', 'a', 'A'] : undefined;
  const labels = Float64Array.from({ length: layout.rows }, (_, row) => (classes ? row % 3 : row % 2));
  const { parameters, own, network } = runLocally({
    ...{
      table,
      labels: spec.type === 'gamma-regression' ? labels.map((one) => one + 1) : labels,
      spec,
      rounds: 5,
    },
    names: Array.from({ length: table.columns }, (_, at) => `c${String(at)}`),
    ...(classes && { classes }),
    onProgress: () => undefined,
  });
  let first = 0;
  const scores = new Map(
    groups.map(({ id }, at) => {
      const theta = rowRange(parameters, first, blocks[at]!.columns);
      first += blocks[at]!.columns;
      return [
        id,
        { theta, given: scoresOf(family, encode(entryOf(data, id), entryOf(encoders, id)), theta) },
      ];
    }),
  );
  const profile = known.find(({ silo, profile }) => `${silo}.${profile.table}` === base)?.profile;
  const model: ServedModel = {
    ...{ type: spec.type, ...ownNumbers([...own]), base, joins, groups },
    columns: Object.fromEntries((profile?.columns ?? []).map(({ name, type }) => [name, type])),
    ...{ ...(classes && { classes }), ...(network && { network }), ...(secret && { secret }) },
    parts: new Map(
      [...scores].flatMap(([id, { theta }]) =>
        id === base ? [[id, { encoder: entryOf(encoders, id), theta }] as const] : [],
      ),
    ),
    links,
    scores: new Map([...scores].flatMap(([id, { given }]) => (id === base ? [] : [[id, given] as const]))),
  };
  const sums = expand(target, new Map([...scores].map(([id, { given }]) => [id, given])));
  const predicted = family.predict(sums, own, { ...(classes && { classes }), ...(network && { network }) });
  const rowsOfBase = [...entryOf(layout.indices, base)];
  /** What an inference says of a base row, column by column; undefined where it leaves the row out. */
  const expected = (row: number): number[] | undefined => {
    const at = rowsOfBase.indexOf(row);
    return at < 0 ? undefined : [...predicted.values()].map((values) => values[at]!);
  };
  return { model, resolved, expected };
}
