import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect } from 'vitest';
import { rowRange, stackColumns } from '../../core/algebra/stack.js';
import type { Dense } from '../../core/algebra/matrix.js';
import { entryOf } from '../../core/entry-of.js';
import { buildTarget } from '../../core/integration/build-target.js';
import {
  encode,
  encoderFrom,
  mergeSummaries,
  readAs,
  summarize,
  type FeatureData,
} from '../../core/integration/encode.js';
import type { Encoder } from '../../core/integration/encoder.js';
import { joinRows } from '../../core/integration/join-rows.js';
import { keyTokens, type KeyTokens } from '../../core/integration/key-tokens.js';
import { layOutRows } from '../../core/integration/lay-out.js';
import { trainingCounts } from '../../core/integration/target-index.js';
import { parseJob, resolveJob } from '../../core/job/resolve.js';
import { originsOf, shareId, type ResolvedGroup } from '../../core/job/resolved.js';
import type { JobInput, ModelSpec } from '../../core/job/schema.js';
import { draws } from '../../core/models/draws.js';
import { scoresOf, withOffsets } from '../../core/models/family.js';
import { ownNumbers } from '../../core/models/manifest.js';
import { trainedBy } from '../../core/models/programs.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import type { Row } from '../../core/serving/row-features.js';
import { createScorer } from '../../core/serving/scorer.js';
import { openSource } from '../../core/sources/index.js';
import { runLocally } from '../../core/training/local-runner.js';
import { expand } from '../../core/training/rounds.js';

export type Cells = readonly Row[];

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

export interface ServingOptions {
  /** Under which keys are hashed; left out: under none. */
  readonly secret?: Uint8Array;
  /** The training begins at the parameters of another one. */
  readonly warm?: boolean;
}

/** A model of the tables, made by its definition where all rows are in one place; and what it says of each base row. */
export async function servedTables(
  folder: string,
  tables: Readonly<Record<string, Cells>>,
  job: JobInput,
  spec: ModelSpec,
  { secret, warm = false }: ServingOptions = {},
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
  const { joins, groups, offsets = [] } = resolved;
  const base = resolved.parties[0]?.id ?? '';

  const data = new Map<string, FeatureData>();
  const links = new Map<string, LinkedRows>();
  for (const { id, features } of resolved.parties) {
    const keys = joins.flatMap((join) => {
      const columns = join.party === id ? join.columns : join.to.find(({ party }) => party === id)?.columns;
      return columns && columns.length > 0 ? [[join.party, columns] as const] : [];
    });
    const added = offsets.find(({ party }) => party === id)?.column;
    const numeric = features.filter((one) => readAs(one) === 'numeric').map(({ name }) => name);
    const read = await entryOf(sources, id).read({
      numeric: added === undefined ? numeric : [...numeric, added],
      categorical: features.filter((one) => readAs(one) === 'categorical').map(({ name }) => name),
      keys: Object.fromEntries(keys),
    });
    data.set(id, read);
    const tokens = [...read.keys].map(
      ([party, dictionary]) => [party, keyTokens(dictionary, secret)] as const,
    );
    links.set(id, {
      ...{ rows: read.rows, keys: new Map(tokens) },
      ...(added !== undefined && { offsets: entryOf(read.numeric, added) }),
    });
  }
  const layout = layOutRows({ base, joins, tables: links, maxRows: 1e6 });
  const origins = originsOf(resolved).map(({ id }) => id);
  const target = buildTarget({ layout, groups, tables: links, origins, offsets });

  const family = trainedBy(spec);
  const encoders = new Map<string, Encoder>();
  /** D_k of every share, by its id. */
  const tablesOf = new Map<string, FeatureData>();
  const blocks = groups.map((group, at) => {
    const pieces = (target.groups[at]?.shares ?? []).map((share) => {
      const read = namedInTarget(entryOf(data, share.party), group, share.party);
      tablesOf.set(shareId(group, share.party), read);
      return { share, data: read, rows: share.rows };
    });
    const summaries = pieces.map(({ share, data: read }) => {
      const targets = {
        labels: Float64Array.from({ length: read.rows }, (_, row) => row % 2),
        folds: new Uint8Array(read.rows),
      };
      return summarize({ ...read, targets }, group.features, trainingCounts(share, target.rows));
    });
    const encoder = encoderFrom(mergeSummaries(summaries), group.features, target.rows, family.encoding);
    encoders.set(group.id, encoder);
    const { data: joined, rows } = joinRows(pieces);
    return encode(joined, encoder, rows);
  });
  const table = stackColumns(blocks, target.rows);
  const classes = spec.type === 'softmax-regression' ? ['', 'a', 'A'] : undefined;
  const labels = Float64Array.from({ length: target.rows }, (_, row) => (classes ? row % 3 : row % 2));
  const run = {
    ...{ table, spec },
    labels: spec.type === 'gamma-regression' ? labels.map((one) => one + 1) : labels,
    names: Array.from({ length: table.columns }, (_, at) => `c${String(at)}`),
    ...(classes && { classes }),
    ...(target.offsets && { offsets: target.offsets }),
    onProgress: () => undefined,
  };
  // K-means has its centres when its last attempt has ended.
  const cold = runLocally({ ...run, rounds: spec.type === 'k-means' ? 500 : 5 });
  const { parameters, own, network } = warm ? runLocally({ ...run, rounds: 3, startAt: cold }) : cold;
  let first = 0;
  const parts = new Map<string, { readonly encoder: Encoder; readonly theta: Dense }>();
  const scores = new Map<string, Dense>();
  groups.forEach((group, at) => {
    const encoder = entryOf(encoders, group.id);
    const theta = rowRange(parameters, first, blocks[at]!.columns);
    first += blocks[at]!.columns;
    for (const { party } of group.shares) {
      const id = shareId(group, party);
      scores.set(id, scoresOf(family, encode(entryOf(tablesOf, id), encoder), theta));
      if (party === base) parts.set(id, { encoder, theta });
    }
  });
  const profile = known.find(({ silo, profile }) => `${silo}.${profile.table}` === base)?.profile;
  const model: ServedModel = {
    ...{ type: spec.type, ...ownNumbers([...own]), base, joins, groups, parts, links },
    columns: Object.fromEntries((profile?.columns ?? []).map(({ name, type }) => [name, type])),
    ...(offsets.length > 0 && { offsets }),
    ...{ ...(classes && { classes }), ...(network && { network }), ...(secret && { secret }) },
    scores: new Map([...scores].filter(([id]) => !parts.has(id))),
  };
  const sums = withOffsets(expand(target, scores), target.offsets);
  const predicted = family.predict(sums, own, { ...(classes && { classes }), ...(network && { network }) });
  const rowsOfBase = [...entryOf(layout.indices, base)];
  /** What an inference says of a base row, column by column; undefined where it leaves the row out. */
  const expected = (row: number): number[] | undefined => {
    const at = rowsOfBase.indexOf(row);
    return at < 0 ? undefined : [...predicted.values()].map((values) => values[at]!);
  };
  return { model, resolved, expected };
}

/** Scores each row of the base table by itself and compares with what is said of it among all, to the bit. */
export async function compareRows(...given: Parameters<typeof servedTables>) {
  const { model, resolved, expected } = await servedTables(...given);
  const scorer = createScorer(model);
  const rows = given[1][model.base] ?? [];
  let left = 0;
  rows.forEach((row, at) => {
    const wanted = expected(at);
    if (wanted === undefined) {
      left += 1;
      expect(() => scorer.score(row)).toThrow(expect.objectContaining({ code: 'AMALUR_NO_MATCH' }));
    } else {
      const { predicted } = scorer.score(row);
      const numbers = Object.entries(predicted).flatMap(([name, one]) => (name === 'class' ? [] : [one]));
      expect(numbers, `row ${String(at)}`).toEqual(wanted);
    }
  });
  return { model, resolved, scorer, rows, left };
}

interface LinkedRows {
  readonly rows: number;
  readonly keys: ReadonlyMap<string, KeyTokens>;
  readonly offsets?: Float64Array;
}

/** The columns that a table gives to a group, under the names that they have in T. */
function namedInTarget(read: FeatureData, { features, shares }: ResolvedGroup, party: string): FeatureData {
  const sources = shares.find((share) => share.party === party)?.columns ?? [];
  const named = <T>(columns: ReadonlyMap<string, T>) =>
    new Map(
      features.flatMap(({ name }, at) => {
        const column = columns.get(sources[at] ?? name);
        return column === undefined ? [] : [[name, column] as const];
      }),
    );
  return { rows: read.rows, numeric: named(read.numeric), categorical: named(read.categorical) };
}
