import fc from 'fast-check';
import { dense, denseMatrix } from '../../core/algebra/dense.js';
import type { FactorizedSource } from '../../core/algebra/factorized-source.js';
import { trainingCounts, type ColumnGroup, type TargetIndex } from '../../core/integration/target-index.js';
import type { PartyTable } from '../../core/training/exchange.js';

/** What columns that these tables supply are called. */
export const groupId = (parties: readonly string[]) => parties.join('+');

/** A target whose columns come from one table or from several, with T written out cell by cell. */
export interface Grouped {
  readonly target: TargetIndex;
  /** By share. */
  readonly tables: ReadonlyMap<string, PartyTable>;
  /** T over the training rows, left in its sources. */
  readonly sources: readonly FactorizedSource[];
  /** The same by its definition. */
  readonly cells: readonly (readonly number[])[];
  readonly names: readonly string[];
}

const PARTIES = ['a.t', 'b.t', 'c.t'];
const value = fc.integer({ min: -24, max: 24 }).map((n) => n / 8);

/** One group: which parties supply it, how many columns it has, and for each row of T its owner and that one's row, or none. */
const group = (parties: number, sizes: readonly number[], rows: number) =>
  fc.record({
    members: fc.subarray(PARTIES.slice(0, parties), { minLength: 1 }),
    columns: fc.integer({ min: 1, max: 3 }),
    owners: fc.array(fc.nat(), { minLength: rows, maxLength: rows }),
    sources: fc.array(fc.nat(), { minLength: rows, maxLength: rows }),
    covered: fc.array(
      fc.integer({ min: 0, max: 4 }).map((n) => n > 0),
      { minLength: rows, maxLength: rows },
    ),
    cells: fc.tuple(
      ...sizes.map((size) =>
        fc.array(fc.array(value, { minLength: 3, maxLength: 3 }), { minLength: size, maxLength: size }),
      ),
    ),
  });

/** Targets of 2–12 training rows and a test row, of 1–3 parties with 0–6 rows each, in 1–4 groups: joins, unions and both. */
export const grouped: fc.Arbitrary<Grouped> = fc
  .record({
    trainRows: fc.integer({ min: 2, max: 12 }),
    sizes: fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 1, maxLength: 3 }),
  })
  .chain(({ trainRows, sizes }) =>
    fc.record({
      trainRows: fc.constant(trainRows),
      sizes: fc.constant(sizes),
      groups: fc.uniqueArray(group(sizes.length, sizes, trainRows + 1), {
        minLength: 1,
        maxLength: 4,
        selector: ({ members }) => groupId(members),
      }),
      weights: fc.option(
        fc.array(fc.constantFrom(0.5, 1, 2, 3), { minLength: trainRows, maxLength: trainRows }),
        { nil: undefined },
      ),
      offsets: fc.option(
        fc.array(fc.constantFrom(-1, 0, 0.5, 2), { minLength: trainRows, maxLength: trainRows }),
        { nil: undefined },
      ),
      labels: fc
        .array(fc.integer({ min: 0, max: 1 }), { minLength: trainRows, maxLength: trainRows })
        .filter((labels) => labels.includes(0) && labels.includes(1)),
    }),
  )
  .map(({ trainRows, sizes, groups, labels, weights, offsets }) => {
    const rows = trainRows + 1;
    const sorted = [...groups].sort((a, b) => (groupId(a.members) < groupId(b.members) ? -1 : 1));
    const made = sorted.map((one) => ({ ...one, shares: sharesOf(one, sizes) }));
    const target: TargetIndex = {
      rows,
      trainRows,
      labels: Float64Array.from([...labels, 1]),
      classes: ['no', 'yes'],
      ...(weights && { weights: Float64Array.from([...weights, 7]) }),
      ...(offsets && { offsets: Float64Array.from([...offsets, 9]) }),
      groups: made.map(({ members, shares }): ColumnGroup => ({ id: groupId(members), shares })),
    };
    const namesOf = (id: string, columns: number) =>
      Array.from({ length: columns }, (_, at) => `${id}.${at}`);
    const tables = new Map<string, PartyTable>();
    const sources: FactorizedSource[] = [];
    let offset = 0;
    for (const { members, columns, shares, cells } of made) {
      const id = groupId(members);
      const at = Int32Array.from({ length: columns }, (_, column) => offset + column);
      for (const share of shares) {
        const own = cells[PARTIES.indexOf(share.party)]!.flatMap((row) => row.slice(0, columns));
        const table = denseMatrix(dense(share.sourceRows, columns, Float64Array.from(own)));
        const counts = trainingCounts(share, trainRows);
        tables.set(members.length === 1 ? id : `${id}/${share.party}`, {
          table,
          names: namesOf(id, columns),
          counts,
          trainRows,
        });
        sources.push({ table, index: share.rows.subarray(0, trainRows), columns: at });
      }
      offset += columns;
    }
    return {
      target,
      tables,
      sources,
      names: made.flatMap(({ members, columns }) => namesOf(groupId(members), columns)),
      cells: Array.from({ length: trainRows }, (_, row) =>
        made.flatMap(({ shares, cells, columns }) => {
          const owner = shares.find((share) => share.rows[row]! >= 0);
          if (!owner) return new Array<number>(columns).fill(0);
          return cells[PARTIES.indexOf(owner.party)]![owner.rows[row]!]!.slice(0, columns);
        }),
      ),
    };
  });

interface Drawn {
  readonly members: readonly string[];
  readonly owners: readonly number[];
  readonly sources: readonly number[];
  readonly covered: readonly boolean[];
}

/** Every row of T has one owner among the members, unless it is not covered or the owner has no rows. */
function sharesOf({ members, owners, sources, covered }: Drawn, sizes: readonly number[]) {
  return members.map((party, at) => {
    const size = sizes[PARTIES.indexOf(party)]!;
    const rows = owners.map((owner, row) =>
      covered[row] && owner % members.length === at && size > 0 ? sources[row]! % size : -1,
    );
    return { party, sourceRows: size, rows: Int32Array.from(rows) };
  });
}
