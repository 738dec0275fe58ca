import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import type { Csr, Dense } from '../../core/algebra/matrix.js';
import { readMatrixMarket } from './matrix-market.js';
import { InputError, readColumn, readNumbers } from './numbers.js';

export interface Dimension {
  readonly table: Csr;
  /** Row of the dimension for each row of the fact table, −1 for none. */
  readonly index: Int32Array;
}

/** A star schema in the format of the Hamlet data sets (docs/benchmarks.md). */
export interface StarSet {
  readonly name: string;
  readonly rows: number;
  readonly labels: Float64Array;
  /** Features of the fact table: sparse, dense, or none. */
  readonly fact: { readonly sparse: Csr } | { readonly dense: Dense } | undefined;
  readonly dimensions: readonly Dimension[];
}

/**
 * Reads MLR<i>Sparse.txt with MLFK<i>.csv, as many as there are, MLSSparse.txt or MLSraw.txt if there is one, and MLY.csv.
 * @throws InputError saying which file is missing or wrong, and where
 */
export async function readStarSet(folder: string): Promise<StarSet> {
  const files = await readdir(folder).catch((error: unknown) => {
    throw new InputError(
      `${folder} cannot be listed: ${error instanceof Error ? error.message : String(error)}`,
    );
  });
  const numbers = files
    .flatMap((file) => /^MLR(\d+)Sparse\.txt$/.exec(file)?.[1] ?? [])
    .sort((a, b) => Number(a) - Number(b));
  const need = async (file: string, why: string) => {
    if (!files.includes(file)) throw new InputError(`${join(folder, file)} is missing: ${why}`);
    return readFile(join(folder, file), 'utf8');
  };
  if (numbers.length === 0 && !files.some((file) => /^MLS(Sparse|raw)\.txt$/.test(file)))
    throw new InputError(`${folder} has neither MLR<i>Sparse.txt nor MLSSparse.txt or MLSraw.txt`);

  const labels = readColumn(await need('MLY.csv', 'the labels'), 'MLY.csv');
  if (labels.some(Number.isNaN)) throw new InputError('MLY.csv: a label is missing');
  const rows = labels.length;
  const fact = await readFact(folder, files, rows);
  const dimensions: Dimension[] = [];
  for (const i of numbers) {
    const table = readMatrixMarket(await need(`MLR${i}Sparse.txt`, ''), `MLR${i}Sparse.txt`);
    const file = `MLFK${i}.csv`;
    const keys = readColumn(await need(file, `the foreign keys of MLR${i}Sparse.txt`), file);
    sameRows(keys.length, rows, file);
    dimensions.push({
      table,
      index: Int32Array.from(keys, (key, row) => indexOf(key, table.rows, file, row)),
    });
  }
  return { name: basename(resolve(folder)), rows, labels, fact, dimensions };
}

async function readFact(folder: string, files: readonly string[], rows: number): Promise<StarSet['fact']> {
  const file = ['MLSSparse.txt', 'MLSraw.txt'].find((name) => files.includes(name));
  if (file === undefined) return undefined;
  const text = await readFile(join(folder, file), 'utf8');
  if (text.trim() === '') return undefined;
  if (file === 'MLSSparse.txt') {
    const sparse = readMatrixMarket(text, file);
    sameRows(sparse.rows, rows, file);
    return sparse.columns === 0 ? undefined : { sparse };
  }
  const dense = readNumbers(text, file);
  if (dense.rows === 0) return undefined;
  sameRows(dense.rows, rows, file);
  return { dense };
}

function sameRows(found: number, expected: number, file: string): void {
  if (found !== expected) throw new InputError(`${file} has ${found} rows, MLY.csv ${expected}`);
}

function indexOf(key: number, rows: number, file: string, row: number): number {
  if (Number.isNaN(key)) return -1;
  if (!Number.isInteger(key) || key < 1 || key > rows)
    throw new InputError(`${file}, key ${row + 1}: ${key} is not one of the rows 1 to ${rows}`);
  return key - 1;
}
