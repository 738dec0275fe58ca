import { entryOf } from '../entry-of.js';
import { writeKeyColumn } from '../job/key-expression.js';
import type { TableInSilo } from '../job/known-tables.js';
import type { ResolvedJob } from '../job/resolved.js';
import { describeData } from '../planner/data-statistics.js';
import type { KeyColumn } from '../sources/key-column.js';
import type { JoinFacts } from './lay-out.js';
import type { Overlap, RowPattern } from './row-patterns.js';

/** What is found where rows are matched: counts alone. */
export interface Survey {
  readonly rows: number;
  readonly joins: readonly JoinFacts[];
  readonly patterns: readonly RowPattern[];
  readonly overlaps: readonly Overlap[];
}

/** A column of the target table with where it comes from. */
export interface TargetColumn {
  readonly name: string;
  readonly encoding: string;
  /** `silo.table.column`, in the order in which they own a cell that several have. */
  readonly sources: readonly string[];
}

/** How much of T repeats what its sources say once. */
export interface Redundancy {
  readonly tables: readonly {
    readonly party: string;
    readonly rows: number;
    /** Encoded columns c_k. */
    readonly columns: number;
    /** r_T / r_k. */
    readonly tupleRatio: number;
    /** c_k over the columns of the base table. */
    readonly featureRatio: number;
  }[];
  /** Numeric form: 8 bytes a number, 4 a category. Sources include their index vectors, 4 bytes a target row. */
  readonly bytesOfSources: number;
  readonly bytesOfTarget: number;
}

/** An integration in words and counts: what `amalur integration explain` shows and the catalog keeps. */
export interface IntegrationFacts extends Survey {
  readonly columns: readonly TargetColumn[];
  /** How each table comes in, a sentence each. */
  readonly mappings: readonly string[];
  readonly redundancy: Redundancy;
}

/** Puts what was found beside what the job and the catalog say. */
export function describeIntegration(
  resolved: ResolvedJob,
  tables: readonly TableInSilo[],
  survey: Survey,
): IntegrationFacts {
  return {
    ...survey,
    columns: resolved.groups.flatMap(({ features, shares }) =>
      features.map(({ name, encoding }, at) => ({
        name: shares.length === 1 ? `${shares[0]?.party ?? ''}.${name}` : name,
        encoding,
        sources: shares.map(({ party, columns }) => `${party}.${columns[at] ?? ''}`),
      })),
    ),
    mappings: mappingsOf(resolved, survey),
    redundancy: redundancyOf(resolved, tables, survey),
  };
}

function mappingsOf({ parties, joins }: ResolvedJob, { joins: found }: Survey): string[] {
  const [base] = parties;
  const sentences = joins.map(({ party, scenario, to, columns, matches }, at) => {
    const facts = found[at];
    const count = (rows: number | undefined) => (rows ?? 0).toLocaleString('en-US');
    if (scenario === 'union') return `${party}: its ${count(facts?.matched)} rows are added below (union)`;
    const on = to
      .map((left) => {
        const pairs = left.columns.map((column, position) =>
          [of(left.party, column), of(party, columns[position])].join(' = '),
        );
        return pairs.join(' and ');
      })
      .join(', or ');
    const many = matches === 'all' ? ', each row repeated for every match' : '';
    const unmatched =
      scenario === 'inner'
        ? `${count(facts?.unmatched)} rows without a match are dropped`
        : `${count(facts?.unmatched)} rows find none`;
    const added =
      scenario === 'outer'
        ? `, ${count(facts?.unreferenced)} of its rows that nobody matches are added`
        : `, ${count(facts?.unreferenced)} of its rows are not referenced`;
    return `${party} (${scenario}): on ${on}${many}; ${count(facts?.matched)} rows find a match, ${unmatched}${added}`;
  });
  return [`${base?.id ?? ''}: the base, every row once`, ...sentences];
}

/** `lower(crm.customers.email)`. */
function of(party: string, key: KeyColumn | undefined): string {
  return key ? writeKeyColumn({ ...key, column: `${party}.${key.column}` }) : '';
}

function redundancyOf(resolved: ResolvedJob, tables: readonly TableInSilo[], { rows }: Survey): Redundancy {
  const { parties, targetNumeric, targetCategories } = describeData(resolved, tables);
  const statistics = new Map(parties.map((party) => [party.id, party]));
  const [base] = parties;
  return {
    tables: resolved.parties.map(({ id }) => {
      const { rows: own, columns } = entryOf(statistics, id);
      return {
        party: id,
        rows: own,
        columns,
        tupleRatio: own === 0 ? 0 : rows / own,
        featureRatio: base.columns === 0 ? columns : columns / base.columns,
      };
    }),
    bytesOfSources: parties.reduce(
      (sum, { rows: own, numeric, categories }) => sum + own * (8 * numeric + 4 * categories) + 4 * rows,
      0,
    ),
    bytesOfTarget: rows * (8 * targetNumeric + 4 * targetCategories),
  };
}
