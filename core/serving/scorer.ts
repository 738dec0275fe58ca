import { dense } from '../algebra/dense.js';
import type { Dense } from '../algebra/matrix.js';
import { entryOf } from '../entry-of.js';
import { AmalurError } from '../errors.js';
import { shareId } from '../job/resolved.js';
import { scoresOf } from '../models/family.js';
import { familyOf } from '../models/programs.js';
import { askedColumns, requireKnown, type AskedColumn } from './asked-columns.js';
import { rowFeatures, type Row } from './row-features.js';
import { rowKeys } from './row-keys.js';
import { rowLinks } from './row-links.js';
import { rowOffset } from './row-offset.js';
import { rowOutput, type Predicted } from './row-output.js';
import type { ServedModel } from './served-model.js';

/** What is said of one row. */
export interface Scored {
  /** By the names of the columns of an inference: `prediction`, or `class` and `probability_…`, or `cluster` and `distance`. */
  readonly predicted: Predicted;
  /** Tables that have no row for the row's keys: they add nothing to the score. */
  readonly unmatched: readonly string[];
}

export interface Scorer {
  readonly columns: readonly AskedColumn[];
  /**
   * Scores a row of the base table as an inference of the same model over the same tables does, to the bit.
   * @throws AMALUR_UNKNOWN_COLUMN, AMALUR_WRONG_TYPE, and AMALUR_NO_MATCH where an inner join leaves the row out
   */
  score(row: Row): Scored;
}

/** q numbers that the row gets from a share of a group: of the base table computed, of another looked up. */
type Contribution =
  { readonly compute: (row: Row) => Dense } | { readonly position: number; readonly scores: Dense };

/** Σ_k x_k Θ_k over the tables that have a part in the row. @throws AMALUR_REPEATED_KEY where a table's key names two rows */
export function createScorer(model: ServedModel): Scorer {
  const { base, columns, joins, groups, links } = model;
  const family = familyOf(model.type);
  const found = rowLinks(base, joins, links);
  const keys = rowKeys(model);
  const offset = rowOffset(model, found.parties);
  const output = rowOutput(model);
  const inner = joins.map(({ scenario }) => scenario === 'inner');
  const united = joins.map(({ scenario }) => scenario === 'union');

  // Who supplies a cell that several tables have is the first of them that the row has, as in core/integration/ownership.ts.
  const contributions = groups.map(({ shares, features, ...group }) =>
    shares.map(({ party, columns: sources }): Contribution => {
      const id = shareId(group, party);
      if (party !== base)
        return { position: found.parties.indexOf(party), scores: entryOf(model.scores, id) };
      const { encoder, theta } = entryOf(model.parts, id);
      const table = rowFeatures(encoder, features, sources, columns);
      return { compute: (row) => scoresOf(family, table(row), theta) };
    }),
  );
  const width = widthOf(contributions);
  const rows = new Int32Array(found.parties.length);

  return {
    columns: askedColumns(model),
    score(row) {
      requireKnown(row, columns);
      found.find(keys(row), rows);
      const unmatched = found.parties.filter((_, at) => rows[at]! < 0 && !united[at]!);
      const left = inner.findIndex((one, at) => one && rows[at]! < 0);
      if (left >= 0) refuseRow(found.parties[left] ?? '');
      const sum = dense(1, width);
      for (const shares of contributions) addFirst(sum, shares, row, rows);
      const added = offset?.(row, rows);
      if (added !== undefined) for (let j = 0; j < width; j++) sum.data[j]! += added;
      return { predicted: output(sum), unmatched };
    },
  };
}

/** Adds what the first table gives that the row has; the base is always there. */
function addFirst(into: Dense, shares: readonly Contribution[], row: Row, rows: Int32Array): void {
  for (const share of shares) {
    if ('compute' in share) {
      const { data } = share.compute(row);
      for (let j = 0; j < data.length; j++) into.data[j]! += data[j]!;
      return;
    }
    const at = rows[share.position]!;
    if (at < 0) continue;
    const { data, columns: q } = share.scores;
    for (let j = 0; j < q; j++) into.data[j]! += data[at * q + j]!;
    return;
  }
}

/** q: that of any table, or of the base's part for a row of NULLs. */
function widthOf(contributions: readonly (readonly Contribution[])[]): number {
  const [first] = contributions.flat();
  if (first === undefined) return 1;
  return 'compute' in first ? first.compute({}).columns : first.scores.columns;
}

function refuseRow(party: string): never {
  throw new AmalurError('AMALUR_NO_MATCH', `the row has no match in ${party}, which is joined by "inner"`, {
    suggestion: `an inference leaves such rows out; check the key, or wait until ${party} has the row`,
  });
}
