import { entryOf } from '../entry-of.js';
import type { Layout } from './lay-out.js';

/**
 * Who owns the cells of a group in each row of T: position of the share, −1 where no table has the row. This is the redundancy
 * matrix R_k of the Amalur papers, which never has to be built: within a group it is the same for all columns.
 */
export function ownersOf(
  { shares }: { readonly shares: readonly { readonly party: string }[] },
  { rows, indices }: Layout,
  ages?: ReadonlyMap<string, Float64Array>,
): Int16Array {
  const owners = new Int16Array(rows).fill(-1);
  const latest = new Float64Array(ages ? rows : 0).fill(-Infinity);
  shares.forEach(({ party }, position) => {
    const age = ages?.get(party);
    entryOf(indices, party).forEach((source, row) => {
      if (source < 0) return;
      // Without a time, or with the same one, the first source keeps the cell.
      const time = age?.[source] ?? NaN;
      if (owners[row] !== -1 && !(time > latest[row]!)) return;
      owners[row] = position;
      if (ages && !Number.isNaN(time)) latest[row] = time;
    });
  });
  return owners;
}

/** CI_k of one share: the party's index vector where it owns the cells, −1 elsewhere. */
export function ownedRows(owners: Int16Array, position: number, index: Int32Array): Int32Array {
  return index.map((source, row) => (owners[row] === position ? source : -1));
}
