import type { KeyTokens } from '../../core/integration/key-tokens.js';
import { layOutRows, type Layout, type LinkedTable } from '../../core/integration/lay-out.js';
import type { ResolvedGroup, ResolvedJoin, Scenario } from '../../core/job/resolved.js';
import { plainKey } from '../../core/sources/key-column.js';

/** A dimension with the keys by which rows of the base find its own. */
export interface StarDimension {
  readonly party: string;
  readonly baseKeys: KeyTokens;
  readonly keys: KeyTokens;
}

export interface Star {
  readonly base: string;
  readonly baseRows: number;
  readonly dimensions: readonly StarDimension[];
  readonly scenario?: Scenario;
  /** Path of the joins in the job. */
  readonly field?: string;
}

/** A base whose rows find one row or none of each dimension. */
export function layOutStar({
  base,
  baseRows,
  dimensions,
  scenario = 'left',
  field = 'integration.joins',
}: Star): {
  readonly layout: Layout;
  readonly joins: readonly ResolvedJoin[];
} {
  const joins = dimensions.map(({ party }, at): ResolvedJoin => {
    const columns = [plainKey('key')];
    return {
      party,
      scenario,
      to: [{ party: base, columns }],
      columns,
      matches: 'one',
      field: `${field}[${at}]`,
    };
  });
  const tables = new Map<string, LinkedTable>([
    [base, { rows: baseRows, keys: new Map(dimensions.map(({ party, baseKeys }) => [party, baseKeys])) }],
    ...dimensions.map(({ party, keys }): [string, LinkedTable] => [
      party,
      { rows: keys.codes.length, keys: new Map([[party, keys]]) },
    ]),
  ]);
  return { layout: layOutRows({ base, joins, tables, maxRows: 1e6 }), joins };
}

/** For each row of a base the row of equal key, −1 for none, and how many have found one. */
export function matchRows(
  baseKeys: KeyTokens,
  keys: KeyTokens,
): { readonly rows: Int32Array; readonly matched: number } {
  const party = 'weather.hourly';
  const { layout } = layOutStar({
    base: 'airline.flights',
    baseRows: baseKeys.codes.length,
    dimensions: [{ party, baseKeys, keys }],
  });
  return {
    rows: layout.indices.get(party) ?? new Int32Array(0),
    matched: layout.joins[0]?.matched ?? NaN,
  };
}

/** Groups of parties that share no column, sorted by id. */
export function ownGroups(parties: readonly string[]): ResolvedGroup[] {
  return [...parties].sort().map((party) => ({ id: party, features: [], shares: [{ party, columns: [] }] }));
}
