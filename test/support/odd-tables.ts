import { appendFile, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parse, stringify } from 'yaml';

/** Stands in the cells of odd tables: whatever is said about them must not say it. */
export const CANARY = 'zebra-4711';

/** Rows of `visits`. */
const ROWS = 400;

/**
 * Tables of the silo `shop` that are odd but legal, and three that break after they have been registered. `visits` is a base table with
 * a column for each kind of oddity.
 */
const TABLES: Readonly<Record<string, string>> = {
  visits: csv(
    'visit,day,half,minutes,outcome,never,constant,words,spelt,silent',
    Array.from({ length: ROWS }, (_, i) => [
      i + 1,
      Math.floor(i / 2),
      i % 2,
      ((i * 37) % 101) / 10,
      (i * 7) % 3 === 0 ? 'yes' : 'no',
      '',
      'same',
      `${CANARY}-${i}`,
      `word ${i % 350}`,
      '',
    ]),
  ),
  // No row at all, and one row.
  empty: csv('visit,minutes,outcome', []),
  single: csv('visit,minutes,outcome', [[1, 2.5, 'yes']]),
  // Keys of the right type that visits does not have.
  strangers: csv(
    'visit,colour',
    Array.from({ length: 20 }, (_, i) => [10_000 + i, i % 2 === 0 ? 'red' : CANARY]),
  ),
  // Half of the visits.
  some: csv(
    'visit,weight',
    Array.from({ length: ROWS / 2 }, (_, i) => [2 * i + 1, (i * 13) % 17]),
  ),
  // (day, half) repeats, though each column has so many values that counting them alone does not show it.
  repeating: csv('day,half,rain', [
    ...Array.from({ length: ROWS }, (_, i) => [Math.floor(i / 2), i % 2, (i * 5) % 7]),
    ...Array.from({ length: 3 }, (_, i) => [i, 0, 1]),
    ...Array.from({ length: 300 }, (_, i) => [5_000 + i, 0, 1]),
  ]),
  vanishing: csv('visit,colour', [
    [1, 'red'],
    [2, 'blue'],
  ]),
  unparsable: csv('visit,colour', [
    [1, 'red'],
    [2, 'blue'],
  ]),
  latin: csv('visit,colour', [
    [1, 'red'],
    [2, 'blue'],
  ]),
};

function csv(head: string, rows: readonly (readonly (string | number)[])[]): string {
  return [head, ...rows.map((row) => row.join(','))].join('\n') + '\n';
}

/** Adds the odd tables to the copied example, before it is started. */
export async function addOddTables(folder: string): Promise<void> {
  for (const [name, text] of Object.entries(TABLES)) await writeFile(fileOf(folder, name), text);
  const file = path.join(folder, 'amalur.config.yaml');
  const config = parse(await readFile(file, 'utf8')) as { silos: { shop: { tables: object } } };
  config.silos.shop.tables = {
    ...config.silos.shop.tables,
    ...Object.fromEntries(Object.keys(TABLES).map((name) => [name, { csv: `data/${name}.csv` }])),
  };
  await writeFile(file, stringify(config));
}

/** What happens to files between registration and run. */
export async function breakTables(folder: string): Promise<void> {
  await rm(fileOf(folder, 'vanishing'));
  await appendFile(fileOf(folder, 'unparsable'), `3,${CANARY},too,many,fields\n`);
  await appendFile(
    fileOf(folder, 'latin'),
    Buffer.concat([Buffer.from(`3,${CANARY} `), Buffer.from([0xe9, 0x0a])]),
  );
}

function fileOf(folder: string, name: string): string {
  return path.join(folder, 'data', `${name}.csv`);
}
