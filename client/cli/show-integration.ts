import type { IntegrationRecord } from '../../catalog/catalog.js';
import type { IntegrationFacts } from '../../core/integration/describe.js';
import { formatBytes, formatCount, formatShare, NONE } from './format.js';
import { table } from './output.js';

/** An integration in words and tables, for a person to check before anything is trained. */
export function showIntegration({ name, version, facts }: IntegrationRecord): string {
  return [
    `${name}, integration version ${String(version)}: ${formatCount(facts.rows)} target rows, ${formatCount(facts.columns.length)} columns`,
    heading('How rows come together', facts.mappings.map((sentence) => `  ${sentence}`).join('\n')),
    heading('Row patterns', showPatterns(facts)),
    heading('Target columns', showColumns(facts)),
    ...(facts.overlaps.length === 0 ? [] : [heading('Overlaps', showOverlaps(facts))]),
    heading('Redundancy', showRedundancy(facts)),
  ].join('\n\n');
}

function heading(title: string, body: string): string {
  return `${title}\n${body}`;
}

/** Longest bar, in characters. */
const BAR = 30;

/** Which tables have how many rows, the share of T as a bar. */
function showPatterns({ patterns, rows }: IntegrationFacts): string {
  const others = patterns.reduce((left, pattern) => left - pattern.rows, rows);
  const all = [
    ...patterns.map((pattern) => ({ rows: pattern.rows, where: pattern.parties.join(', ') })),
    ...(others > 0 ? [{ rows: others, where: 'other patterns' }] : []),
  ];
  return table(
    [{ head: 'rows', align: 'right' }, { head: 'share', align: 'right' }, { head: '' }, { head: 'found in' }],
    all.map((pattern) => [
      formatCount(pattern.rows),
      formatShare(pattern.rows, rows),
      '█'.repeat(Math.max(1, Math.round((BAR * pattern.rows) / Math.max(1, rows)))),
      pattern.where,
    ]),
  );
}

function showColumns({ columns }: IntegrationFacts): string {
  return table(
    [{ head: 'column' }, { head: 'encoding' }, { head: 'from, the owner of an overlapping cell first' }],
    columns.map(({ name, encoding, sources }) => [name, encoding, sources.join(', ')]),
  );
}

function showOverlaps({ overlaps }: IntegrationFacts): string {
  return overlaps
    .map(({ group, owned, rows, disagreements }) =>
      [
        `${group.split('+').join(' and ')}: ${formatCount(rows)} rows in more than one of them`,
        ...Object.entries(owned).map(([party, own]) => `  ${party} owns ${formatCount(own)} rows`),
        table(
          [{ head: '  column' }, { head: 'rows that disagree', align: 'right' }],
          Object.entries(disagreements).map(([column, count]) => [
            `  ${column}`,
            `${formatCount(count)} (${formatShare(count, rows)})`,
          ]),
        ),
      ].join('\n'),
    )
    .join('\n');
}

function showRedundancy({ redundancy }: IntegrationFacts): string {
  const { tables, bytesOfSources, bytesOfTarget } = redundancy;
  const ratio = bytesOfSources === 0 ? NONE : `${(bytesOfTarget / bytesOfSources).toFixed(1)} times`;
  return [
    table(
      [
        { head: 'table' },
        { head: 'rows', align: 'right' },
        { head: 'columns', align: 'right' },
        { head: 'tuple ratio', align: 'right' },
        { head: 'feature ratio', align: 'right' },
      ],
      tables.map(({ party, rows, columns, tupleRatio, featureRatio }) => [
        party,
        formatCount(rows),
        formatCount(columns),
        tupleRatio.toFixed(1),
        featureRatio.toFixed(2),
      ]),
    ),
    `The target table would take ${formatBytes(bytesOfTarget)}, its sources with their index vectors take ${formatBytes(bytesOfSources)}: ${ratio} as much.`,
  ].join('\n');
}
