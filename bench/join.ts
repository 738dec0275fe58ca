import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { buildTarget } from '../core/integration/build-target.js';
import { keyTokens } from '../core/integration/key-tokens.js';
import { localTable, type LocalSource } from '../core/integration/local-table.js';
import { layOutRows } from '../core/integration/lay-out.js';
import type { TargetIndex } from '../core/integration/target-index.js';
import { openSource } from '../core/sources/index.js';
import { plainKey } from '../core/sources/key-column.js';
import type { TableData } from '../core/sources/source.js';
import { elapsed, measureInTurn, relativeDifference } from './measure.js';
import { gradientDescent } from './models.js';
import { realSets, type RealSet } from './real-sets.js';
import { machine, milliseconds, ratio, textTable } from './report.js';

const ITERATIONS = 20;
const ROUNDS = 5;

/** Reading, matching and training of one set from its files, factorized and materialized, the building of T included. */
async function measureSet(set: RealSet, folder: string): Promise<void> {
  const start = performance.now();
  const tables = new Map<string, TableData>();
  for (const table of set.tables) tables.set(table.name, await readTable(set, table.name, folder));
  const read = performance.now();
  const target = targetOf(set, tables);
  const matched = performance.now();
  const sources = set.tables.map((table): LocalSource => {
    const features = [
      ...table.numeric.map((name) => ({ name, encoding: 'numeric' as const })),
      ...table.categorical.map((name) => ({ name, encoding: 'categorical' as const })),
    ];
    return { id: table.name, features, data: tableOf(tables, table.name) };
  });

  const build = (form: 'factorized' | 'materialized') => localTable(form, sources, target).train;
  const [factorized, materialized] = [build('factorized'), build('materialized')];
  // A step that is safe for both: the trace of TᵀT bounds its largest eigenvalue.
  const trace = factorized.squaredRowNorms().reduce((sum, value) => sum + value, 0);
  const train = (table: typeof factorized) =>
    gradientDescent(table, target.labels, target.rows / trace, ITERATIONS, 'squared').slice();
  const difference = relativeDifference(train(factorized), train(materialized));
  if (!(difference <= 1e-10)) throw new Error(`${set.name}: the two forms differ by ${difference}`);

  const times = await measureInTurn(
    {
      buildF: () => elapsed(1, () => build('factorized')),
      buildM: () => elapsed(1, () => build('materialized')),
      trainF: () => elapsed(1, () => train(factorized)),
      trainM: () => elapsed(1, () => train(materialized)),
      bothF: () => elapsed(1, () => train(build('factorized'))),
      bothM: () => elapsed(1, () => train(build('materialized'))),
    },
    ROUNDS,
  );
  const mib = (count: number) => `${(count / 2 ** 20).toFixed(1)} MiB`;
  console.log(
    `${set.name}: ${target.rows} × ${factorized.columns}; reading ${(read - start).toFixed(0)} ms, matching ${(matched - read).toFixed(0)} ms; ms as median (least–greatest), F/M of the least`,
  );
  console.log(
    textTable(
      ['', 'factorized', 'materialized', 'F/M'],
      [
        [
          'encode and build',
          milliseconds(times.buildF),
          milliseconds(times.buildM),
          ratio(times.buildF, times.buildM),
        ],
        [
          `LinReg, ${ITERATIONS} it.`,
          milliseconds(times.trainF),
          milliseconds(times.trainM),
          ratio(times.trainF, times.trainM),
        ],
        ['both', milliseconds(times.bothF), milliseconds(times.bothM), ratio(times.bothF, times.bothM)],
        [
          'numbers and codes',
          mib(bytes(set, tables, target, false)),
          mib(bytes(set, tables, target, true)),
          '',
        ],
      ],
    ),
  );
}

function readTable(set: RealSet, name: string, folder: string): Promise<TableData> {
  const table = set.tables.find((candidate) => candidate.name === name);
  if (table === undefined) throw new Error(`no table ${name}`);
  const path = join(folder, table.file);
  const source = openSource({ name, location: { kind: set.kind, path } });
  const isBase = table.join === undefined;
  return source.read({
    numeric: isBase ? [...table.numeric, set.label] : table.numeric,
    categorical: table.categorical,
    keys: Object.fromEntries([
      ...(table.join === undefined ? [] : [[name, table.join.key.map(plainKey)] as const]),
      ...set.tables.flatMap((other) =>
        other.join?.from === name ? [[other.name, other.join.on.map(plainKey)] as const] : [],
      ),
    ]),
  });
}

/** The rows of T, as a job of these joins lays them out. */
function targetOf(set: RealSet, tables: ReadonlyMap<string, TableData>): TargetIndex {
  const [base, ...others] = set.tables;
  if (base === undefined) throw new Error('a set has a base table');
  const joins = others.map(({ name: party, join: on }) => {
    if (on === undefined) throw new Error(`${party} has no join`);
    return {
      ...({ party, scenario: 'left', matches: 'one', field: '' } as const),
      to: [{ party: on.from, columns: on.on.map(plainKey) }],
      columns: on.key.map(plainKey),
    };
  });
  const linked = new Map(
    [...tables].map(([name, { rows, keys }]) => [
      name,
      { rows, keys: new Map([...keys].map(([party, dictionary]) => [party, keyTokens(dictionary)])) },
    ]),
  );
  const layout = layOutRows({ base: base.name, joins, tables: linked, maxRows: 2 ** 31 - 1 });
  const { rows, numeric } = tableOf(tables, base.name);
  const labels = numeric.get(set.label);
  if (labels === undefined) throw new Error(`${base.name} has no ${set.label}`);
  const facts = { rows, labels, heldOut: new Uint8Array(rows) };
  return buildTarget({
    layout,
    groups: set.tables
      .map(({ name }) => ({ id: name, features: [], shares: [{ party: name, columns: [] }] }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
    tables: new Map(
      [...linked].map(([name, { rows: own }]) => [name, name === base.name ? facts : { rows: own }]),
    ),
    origins: [base.name],
    learn: { labels: [{ party: base.name, column: set.label }], weights: [] },
  });
}

/** 8 bytes a number, 4 a code; factorized also 4 for each index. */
function bytes(
  set: RealSet,
  tables: ReadonlyMap<string, TableData>,
  target: TargetIndex,
  built: boolean,
): number {
  return set.tables.reduce((sum, { name, numeric, categorical }) => {
    const row = 8 * numeric.length + 4 * categorical.length;
    return sum + (built ? row * target.rows : row * tableOf(tables, name).rows + 4 * target.rows);
  }, 0);
}

function tableOf(tables: ReadonlyMap<string, TableData>, name: string): TableData {
  const table = tables.get(name);
  if (table === undefined) throw new Error(`no table ${name}`);
  return table;
}

const data = resolve(process.env['AMALUR_DATA'] ?? join('..', 'shared', 'data'));
for (const set of realSets) {
  const folder = join(data, set.name);
  const missing = set.tables.find(({ file }) => !existsSync(join(folder, file)));
  if (missing === undefined) await measureSet(set, folder);
  else
    console.log(
      `${set.name}: no ${missing.file} in ${folder}; AMALUR_DATA names the folder above. It is ${set.source}.`,
    );
}
console.log(JSON.stringify(machine()));
