import type { DateFeature, FeatureColumn, ResolvedGroup } from '../../../core/job/resolved.js';
import { partiesOf, sqlName, sqlOf } from '../arbitrary-joins.js';
import { piecesSql } from './pieces-sql.js';
import { NUMBERS, TEXTS, type Cells, type Integrated } from './integrated.js';

/** Columns of a source's cells, in the order in which VALUES has them. */
const CELLS = [...NUMBERS, ...TEXTS, 'label', 'weight', 'position'] as const;
const isText = (name: string) => (TEXTS as readonly string[]).includes(name);

/**
 * T in numbers as one query, from the definitions of scenarios, ownership and encodings: triples (row, column, value), of which
 * - (NULL, column, 0) says that T has the column, whatever is in it;
 * - `#train`, `#label`, `#weight` and `#row s.t0`, … are facts of the row; the last name the source rows that it is made of.
 */
export function encodedSql(integrated: Integrated): string {
  const { scene, cells, groups, labelled, weighted, testShare } = integrated;
  const parties = partiesOf(scene);
  const parts: string[] = [];
  for (const [party, rows] of cells) parts.push(cellsSql(sqlName(party), rows));
  const joins = [...cells.keys()]
    .map(sqlName)
    .map((t) => `LEFT JOIN c_${t} ON c_${t}.row_${t} = target.${t}`);
  parts.push(`whole AS (SELECT * FROM target ${joins.join(' ')})`);

  const fields = groups.flatMap((group, g) =>
    group.features.map((feature, at) => ({ group, feature, field: `cell_${g}_${at}` })),
  );
  const owned = fields.map(({ group, feature, field }) => {
    const sources = group.shares.map(({ party }) => party);
    return `${ownedCell(integrated, sources, feature.name)} AS ${field}`;
  });
  parts.push(`rated AS (
    SELECT row_number() OVER () AS id, ${parties.map(sqlName).join()},
      ${[...owned, `${ownedCell(integrated, labelled, 'label')} AS label`].join(',\n      ')},
      ${weighted ? ownedCell(integrated, labelled, 'weight') : '1'} AS weight,
      NOT ${ownedCell({ ...integrated, aged: undefined }, originsOf(integrated), 'position')} < ${testShare} AS train
    FROM whole)`);
  parts.push(`kept AS (SELECT * FROM rated WHERE label IS NOT NULL)`);

  parts.push(...numbersSql(integrated, fields), ...piecesSql(fields), ...categoriesSql(fields));
  const rowFacts = [
    ['#train', 'train::INTEGER'],
    ['#label', 'label'],
    ['#weight', 'weight'],
    ...parties.map((party) => [`#row ${party}`, sqlName(party)]),
  ].map(
    ([name, value]) =>
      `SELECT id, ${quoted(name ?? '')} AS name, (${value ?? ''})::DOUBLE AS value FROM kept`,
  );
  parts.push(`answer AS (
    ${rowFacts.join(' UNION ALL ')}
    UNION ALL SELECT * FROM (SELECT * FROM encoded UNION ALL SELECT * FROM turned UNION ALL SELECT * FROM pieces UNION ALL SELECT * FROM hot) WHERE value <> 0
    UNION ALL SELECT NULL, name, 0 FROM columns)`);
  return `${sqlOf(scene).text}, ${parts.join(',\n')} SELECT id, name, value FROM answer`;
}

export interface Field {
  readonly group: ResolvedGroup;
  readonly feature: FeatureColumn;
  /** Its column in `kept`. */
  readonly field: string;
}

function cellsSql(t: string, rows: readonly Cells[]): string {
  const header = `c_${t}(row_${t}, ${CELLS.map((name) => `${t}_${name}`).join()})`;
  if (rows.length === 0) {
    const none = CELLS.map((name) => `NULL::${isText(name) ? 'VARCHAR' : 'DOUBLE'}`);
    return `${header} AS (SELECT NULL::INTEGER, ${none.join()} WHERE false)`;
  }
  const typed = CELLS.map((name) => {
    if (isText(name)) return `${name}::VARCHAR`;
    return name === 'f' ? `${name}::BOOLEAN::INTEGER::DOUBLE` : `${name}::DOUBLE`;
  });
  const lines = rows.map((row, at) => `(${[at, ...CELLS.map((name) => literal(row[name]))].join()})`);
  return `${header} AS (SELECT id, ${typed.join()} FROM (VALUES ${lines.join()}) AS v(id, ${CELLS.join()}))`;
}

function literal(value: Cells[keyof Cells]): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return quoted(value);
  // Digits with an exponent are read as a double, and others as a decimal.
  return typeof value === 'boolean' ? String(value) : value.toExponential();
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The first source that has the row, or the newest of which no earlier one is as new; NULL where none has it. */
function ownedCell({ aged }: Pick<Integrated, 'aged'>, sources: readonly string[], column: string): string {
  const age = (party: string) => (aged?.includes(party) ? `coalesce(${sqlName(party)}_age, -1)` : '-1');
  const whens = sources.map((party, at) => {
    const t = sqlName(party);
    const others = sources
      .filter((other) => other !== party)
      .map((other) => {
        const newer = sources.indexOf(other) < at ? '>' : '>=';
        return `AND (${sqlName(other)} IS NULL OR ${age(party)} ${newer} ${age(other)})`;
      });
    return `WHEN ${t} IS NOT NULL ${others.join(' ')} THEN ${t}_${column}`;
  });
  return `CASE ${whens.join(' ')} END`;
}

/** The base, then the tables that are united or fully joined with it. */
function originsOf({ scene }: Integrated): readonly string[] {
  const { scenario: usual, joins } = scene.job.integration;
  const bringing = joins.filter(({ scenario = usual }) => scenario === 'union' || scenario === 'outer');
  return ['s.t0', ...bringing.map(({ table }) => table)];
}

export const columnName = ({ group, feature }: Field, rest = '') =>
  quoted(`${group.id}.${feature.name}${rest}`);

/** Numbers and parts of dates: scaled (`encoded`), or turned into sines and cosines (`turned`). */
function numbersSql({ nonNegative }: Integrated, fields: readonly Field[]): string[] {
  const scaled: string[] = [];
  const rules: string[] = [];
  const turned: string[] = [];
  const powers: string[] = [];
  const rule = (name: string, scale = 'standard', missing: 'mean' | { readonly constant: number } = 'mean') =>
    rules.push(`(${name}, ${quoted(scale)}, ${missing === 'mean' ? 'NULL' : missing.constant})`);
  for (const one of fields) {
    const { feature, field } = one;
    if (feature.encoding === 'numeric' || feature.encoding === 'polynomial') {
      scaled.push(`SELECT id, train, ${columnName(one)} AS name, ${field} AS value FROM kept`);
      rule(columnName(one), feature.scale, feature.missing);
      const highest = feature.encoding === 'polynomial' ? feature.degree : 1;
      for (let power = 2; power <= highest; power++)
        powers.push(`(${columnName(one)}, ${columnName(one, `^${power}`)}, ${power})`);
    } else if (feature.encoding === 'date') {
      const instant = `(TIMESTAMP '1970-01-01' + to_seconds((${field} * ${feature.unit === 'day' ? 86_400 : 1})::BIGINT))`;
      for (const part of feature.parts) {
        const [value, turn] = PARTS[part];
        if (feature.cyclic && turn !== undefined) {
          for (const wave of ['sin', 'cos']) {
            const angle = turn.replaceAll('@', instant);
            turned.push(
              `SELECT id, ${columnName(one, `:${part}:${wave}`)} AS name, ${wave}(2 * pi() * (${angle})) AS value FROM kept`,
            );
          }
        } else {
          const name = columnName(one, `:${part}`);
          scaled.push(
            `SELECT id, train, ${name} AS name, (${value.replaceAll('@', instant)})::DOUBLE AS value FROM kept`,
          );
          rule(name, feature.scale);
        }
      }
    }
  }
  const mean = `coalesce(avg(value) FILTER (train), 0)`;
  const median = `coalesce(quantile_cont(value, 0.5) FILTER (train), 0)`;
  const center = nonNegative
    ? 'coalesce(min(value) FILTER (train), 0)'
    : `CASE WHEN any_value(missing) IS NOT NULL THEN any_value(missing) WHEN any_value(scale) = 'robust' THEN ${median} ELSE ${mean} END`;
  return [
    `rules(name, scale, missing) AS (SELECT * FROM (${rules.length > 0 ? `VALUES ${rules.join()}` : "SELECT '', '', NULL WHERE false"}))`,
    `numbers AS (${scaled.length > 0 ? scaled.join(' UNION ALL ') : "SELECT 0 AS id, true AS train, '' AS name, NULL::DOUBLE AS value WHERE false"})`,
    // NULL stands for the center, so that differences from it are 0.
    `learned AS (
      SELECT name, any_value(scale) AS scale, (${center})::DOUBLE AS center,
        quantile_cont(value, 0.75) FILTER (train) - quantile_cont(value, 0.25) FILTER (train) AS quartiles
      FROM numbers JOIN rules USING (name) GROUP BY name)`,
    `moved AS (SELECT id, train, name, coalesce(value, center) - center AS value FROM numbers JOIN learned USING (name))`,
    `spread AS (
      SELECT name, any_value(center) AS center, CASE any_value(scale)
        WHEN 'standard' THEN CASE WHEN max(value) FILTER (train) > min(value) FILTER (train) THEN stddev_pop(value) FILTER (train) END
        WHEN 'min-max' THEN max(value) FILTER (train) - min(value) FILTER (train)
        WHEN 'robust' THEN any_value(quartiles) END AS spread
      FROM moved JOIN learned USING (name) GROUP BY name)`,
    `powers(name, power_name, power) AS (SELECT * FROM (${powers.length > 0 ? `VALUES ${powers.join()}` : "SELECT '', '', 1 WHERE false"}))`,
    `scaled AS (
      SELECT id, name, ${nonNegative ? 'greatest(0, value / scale)' : 'value / scale'} AS value
      FROM moved JOIN (SELECT name, CASE WHEN spread > 0 THEN spread ELSE 1 END AS scale FROM spread) USING (name))`,
    `encoded AS (
      SELECT * FROM scaled UNION ALL SELECT id, power_name, value ** power FROM scaled JOIN powers USING (name))`,
    `turned AS (${turned.length > 0 ? turned.join(' UNION ALL ') : "SELECT 0 AS id, '' AS name, 0::DOUBLE AS value WHERE false"})`,
  ];
}

/** Parts of a date as numbers, and the share of a turn that they have gone through; @ stands for the instant. */
const PARTS: Readonly<Record<DateFeature['parts'][number], readonly [value: string, turn?: string]>> = {
  year: ['year(@)'],
  month: ['month(@)', '(month(@) - 1) / 12'],
  day: ['day(@)', '(day(@) - 1) / day(last_day(@))'],
  weekday: ['isodow(@)', '(isodow(@) - 1) / 7'],
  hour: ['hour(@)', 'hour(@) / 24'],
  'day-of-year': ['dayofyear(@)', '(dayofyear(@) - 1) / dayofyear(make_date(year(@), 12, 31))'],
};

/** Indicator columns: of levels, of buckets, and of what is there at all (`hot`); and the names of all columns (`columns`). */
function categoriesSql(fields: readonly Field[]): string[] {
  const texts: string[] = [];
  const limits: string[] = [];
  const hot: string[] = [];
  const names: string[] = [
    'SELECT name FROM rules',
    'SELECT DISTINCT name FROM turned',
    'SELECT power_name FROM powers',
    'SELECT name FROM piece_names',
  ];
  const listed: string[] = [];
  for (const one of fields) {
    const { feature, field } = one;
    if (feature.encoding === 'categorical') {
      const prefix = columnName(one, '=');
      texts.push(
        `SELECT id, train, ${prefix} AS prefix, ${field} AS text FROM kept WHERE ${field} IS NOT NULL`,
      );
      limits.push(`(${prefix}, ${feature.minCount ?? 1}, ${feature.maxLevels ?? 1_000_000})`);
      listed.push(columnName(one, '=(other)'));
    } else if (feature.encoding === 'hash') {
      const prefix = columnName(one, '#');
      hot.push(
        `SELECT id, ${prefix} || ('0x' || left(sha256(${field}), 12))::BIGINT % ${feature.buckets}, 1 FROM kept WHERE ${field} IS NOT NULL`,
      );
      for (let bucket = 0; bucket < feature.buckets; bucket++) listed.push(columnName(one, `#${bucket}`));
    }
    if ('indicator' in feature && feature.indicator) {
      const name = columnName(one, '=(present)');
      hot.push(`SELECT id, ${name}, 1 FROM kept WHERE ${field} IS NOT NULL`);
      listed.push(name);
    }
  }
  if (listed.length > 0) names.push(`VALUES ${listed.map((name) => `(${name})`).join()}`);
  hot.unshift(
    `SELECT id, prefix || coalesce(level, '(other)') AS name, 1 AS value
     FROM texts LEFT JOIN (SELECT prefix, text, text AS level FROM levels) USING (prefix, text)`,
  );
  names.push('SELECT prefix || text FROM levels');
  return [
    `limits(prefix, fewest, most) AS (SELECT * FROM (${limits.length > 0 ? `VALUES ${limits.join()}` : "SELECT '', 0, 0 WHERE false"}))`,
    `texts AS (${texts.length > 0 ? texts.join(' UNION ALL ') : "SELECT 0 AS id, true AS train, '' AS prefix, '' AS text WHERE false"})`,
    `counted AS (SELECT prefix, text, count(*) AS times FROM texts WHERE train GROUP BY prefix, text)`,
    `levels AS (
      SELECT prefix, text FROM counted JOIN limits USING (prefix) WHERE times >= fewest
      QUALIFY row_number() OVER (PARTITION BY prefix ORDER BY times DESC, text) <= any_value(most) OVER (PARTITION BY prefix))`,
    `hot AS (${hot.join(' UNION ALL ')})`,
    `columns(name) AS (${names.join(' UNION ALL ')})`,
  ];
}
