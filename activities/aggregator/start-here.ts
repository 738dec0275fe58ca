import { dense } from '../../core/algebra/dense.js';
import { entryOf } from '../../core/entry-of.js';
import type { Stores } from '../../core/exchange/stores.js';
import { encodedWidth } from '../../core/integration/encoder.js';
import type { LocalTable } from '../../core/integration/local-table.js';
import type { TargetIndex } from '../../core/integration/target-index.js';
import { shareId, type ResolvedStart } from '../../core/job/resolved.js';
import type { ModelSpec } from '../../core/job/schema.js';
import type { StartingPoint } from '../../core/training/program.js';
import { columnStart } from '../../core/training/starting.js';
import { plus } from '../../core/training/vectors.js';
import { readColumnStart, readOwnStart } from '../compute/read-start.js';

/** The parameters of a stored model over the columns of T, group by group; products of columns of different tables are new. */
export async function startHere(
  stores: Stores,
  spec: ModelSpec,
  target: TargetIndex,
  table: LocalTable,
  start: ResolvedStart,
): Promise<StartingPoint> {
  const own = await readOwnStart(stores, start);
  const groups = await Promise.all(
    target.groups.map(async (group) => {
      const encoder = entryOf(table.encoders, group.id);
      const [part] = group.shares.flatMap(({ party }) => start.parts[shareId(group, party)] ?? []);
      const given = part && (await readColumnStart(stores, part, spec.type, encoder));
      return { given, width: encodedWidth(encoder) };
    }),
  );
  // q as the model has it: whether classes are still the same is seen where the training begins.
  const q = groups.flatMap(({ given }) => (given ? [given.theta.columns] : []))[0] ?? 0;
  const { length } = table.names;
  const parameters = dense(length, q);
  const known = new Float64Array(length);
  let shift: Float64Array = new Float64Array(q);
  let from = 0;
  for (const { given, width } of groups) {
    const names = table.names.slice(from, from + width);
    const columns = columnStart(names, given, { width: q, places: null });
    parameters.data.set(columns.theta.data, from * q);
    known.set(columns.known, from);
    shift = plus(shift, 1, columns.shift);
    from += width;
  }
  return { parameters, known, shift, ...own };
}
