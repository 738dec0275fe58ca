import { columnName, type Field } from './encoded-sql.js';

/**
 * Numbers cut into pieces (`pieces`): bins, in one of which a number is, and splines of degree 1, a hat over each knot; and the names of
 * all their columns (`piece_names`).
 */
export function piecesSql(fields: readonly Field[]): string[] {
  const cuts: string[] = [];
  const cells: string[] = [];
  for (const one of fields) {
    const { feature, field } = one;
    if (feature.encoding !== 'bins' && feature.encoding !== 'spline') continue;
    const prefix = columnName(one, feature.encoding === 'bins' ? ':bin-' : ':spline-');
    const parts = feature.encoding === 'bins' ? feature.count : feature.knots - 1;
    const uniform = feature.encoding === 'spline' && feature.at === 'uniform';
    const places = Array.from({ length: parts + 1 }, (_, part) =>
      uniform
        ? `min(${field}) + ${part / parts} * (max(${field}) - min(${field}))`
        : `quantile_cont(${field}, ${part / parts})`,
    );
    cells.push(
      `SELECT id, ${prefix} AS prefix, '${feature.encoding}' AS form, ${field} AS x FROM kept WHERE ${field} IS NOT NULL`,
    );
    cuts.push(
      `SELECT ${prefix} AS prefix, '${feature.encoding}' AS form, list_sort(list_distinct([${places.join()}])) AS q FROM kept WHERE train`,
    );
  }
  const rise = '(inside - k[i - 1]) / (k[i] - k[i - 1])';
  const fall = '(k[i + 1] - inside) / (k[i + 1] - k[i])';
  return [
    `cuts(prefix, form, q) AS (${cuts.length > 0 ? cuts.join(' UNION ALL ') : "SELECT '', '', []::DOUBLE[] WHERE false"})`,
    `numbered_cells(id, prefix, form, x) AS (${cells.length > 0 ? cells.join(' UNION ALL ') : "SELECT 0, '', '', 0::DOUBLE WHERE false"})`,
    // Beside the only knot there is another, at 0 or beyond.
    `knots AS (
      SELECT prefix, CASE WHEN len(q) > 1 THEN q WHEN q[1] > 0 THEN [q[1] - greatest(1, q[1]), q[1]]
        ELSE [coalesce(q[1], 0), coalesce(q[1], 0) + greatest(1, -coalesce(q[1], 0))] END AS k
      FROM cuts WHERE form = 'spline')`,
    `edges AS (SELECT prefix, CASE WHEN len(q) > 2 THEN q[2:len(q) - 1] ELSE []::DOUBLE[] END AS e FROM cuts WHERE form = 'bins')`,
    `pieces AS (
      SELECT id, prefix || i AS name, greatest(0, least(coalesce(${rise}, 1), coalesce(${fall}, 1))) AS value
      FROM (SELECT id, prefix, k, unnest(range(1, len(k) + 1)) AS i, greatest(k[1], least(k[len(k)], x)) AS inside
        FROM numbered_cells JOIN knots USING (prefix))
      UNION ALL SELECT id, prefix || (len(list_filter(e, lambda q: q <= x)) + 1), 1
      FROM numbered_cells JOIN edges USING (prefix))`,
    `piece_names(name) AS (
      SELECT prefix || unnest(range(1, len(k) + 1)) FROM knots
      UNION ALL SELECT prefix || unnest(range(1, len(e) + 2)) FROM edges)`,
  ];
}
