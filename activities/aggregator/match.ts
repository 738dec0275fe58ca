import { entryOf } from '../../core/entry-of.js';
import { AmalurError } from '../../core/errors.js';
import { readLink, type LinkData } from '../../core/exchange/table-bundle.js';
import { targetBundle } from '../../core/exchange/target-bundle.js';
import { agesOf, buildTarget } from '../../core/integration/build-target.js';
import { commonClasses, requireClasses, withClasses } from '../../core/integration/classes.js';
import { requireTwoClasses } from '../../core/integration/label.js';
import { requireCounts, requireInRange } from '../../core/integration/label-range.js';
import { layOutRows, requireMatches, type Layout } from '../../core/integration/lay-out.js';
import { overlapOf, rowPatterns, rowsThatDiffer, type Overlap } from '../../core/integration/row-patterns.js';
import { trainingPart, type TargetIndex } from '../../core/integration/target-index.js';
import { requireOffsets, requireWeights } from '../../core/integration/weights.js';
import { requireFolds } from '../../core/validation/folds.js';
import { mayOverlap, originsOf } from '../../core/job/resolved.js';
import type { Job } from '../../core/job/schema.js';
import type { AggregatorOperations, MatchInput } from '../../workflows/contracts/operations.js';
import { measured, privateHome, type Measuring, type SiteContext } from '../compute/site.js';
import { sendCounts } from './send-counts.js';

/** Matches the parties' rows by their key tokens and lays out the target table; T itself is not built. */
export function matchOperations(context: SiteContext): Pick<AggregatorOperations, 'match' | 'survey'> {
  return {
    survey: (input) =>
      context.journal.once('survey', input.execution, input, () =>
        measured(context, async ({ stores, join }) => {
          const links = await readLinks(stores, input);
          return join(() => {
            const layout = layOut(context, input, links);
            const overlaps = overlapsOf(input.resolved, layout, links);
            return { rows: layout.rows, joins: layout.joins, patterns: rowPatterns(layout), overlaps };
          });
        }),
      ),

    match: (input) =>
      context.journal.once('match', input.execution, input, () =>
        measured(context, async ({ stores, join }) => {
          const { learn } = input;
          const links = await readLinks(stores, input);
          const { layout, target, overlaps } = await join(() => integrate(context, input, links));
          if (target.offsets) requireOffsets(target.offsets);
          if (learn) requireLearnable(learn.job, target);
          return {
            target: await stores.put(privateHome(context.site), 'target', targetBundle(target)),
            rows: target.rows,
            trainRows: target.trainRows,
            joins: layout.joins,
            overlaps,
            counts:
              learn?.counts === true ? await sendCounts(context.site, silosOf(input), stores, target) : {},
          };
        }),
      ),
  };
}

function requireLearnable(job: Job, target: TargetIndex): void {
  const training = trainingPart(target);
  const { labels, classes, weights } = training;
  if (weights) requireWeights(weights);
  if (classes) requireClasses(job, classes);
  else requireTwoClasses(job, labels, weights);
  requireInRange(job, target.labels);
  requireCounts(job, labels, weights);
  requireFolds(job, training);
}

type Links = ReadonlyMap<string, LinkData>;

async function readLinks(
  stores: Measuring['stores'],
  { resolved, published }: Pick<MatchInput, 'resolved' | 'published'>,
): Promise<Links> {
  const links = new Map<string, LinkData>();
  for (const { id } of resolved.parties) {
    links.set(id, readLink(await stores.get(entryOf(published, id).link)));
  }
  return links;
}

function layOut(
  context: SiteContext,
  { resolved, maxRows }: Pick<MatchInput, 'resolved' | 'maxRows'>,
  links: Links,
): Layout {
  const [base] = resolved.parties;
  if (!base) throw new Error('a target table has a base');
  return layOutRows({
    base: base.id,
    joins: resolved.joins,
    tables: links,
    maxRows,
    onJoin: (matching) => {
      context.report({ matching });
    },
  });
}

function integrate(
  context: SiteContext,
  input: MatchInput,
  published: Links,
): { layout: Layout; target: TargetIndex; overlaps: readonly Overlap[] } {
  const { resolved, overlap, learn } = input;
  const classes = commonClasses(published);
  const links = classes?.tables ?? published;
  const layout = layOut(context, input, links);
  if (learn) requireMatches(layout, resolved.joins);
  const built = buildTarget({
    layout,
    groups: resolved.groups,
    tables: links,
    origins: originsOf(resolved).map(({ id }) => id),
    ...(learn && {
      learn: { ...resolved, ...(learn.job.validation && { validation: learn.job.validation }) },
    }),
    ...(resolved.offsets && { offsets: resolved.offsets }),
  });
  const target = classes ? withClasses(built, classes.names) : built;
  const overlaps = overlapsOf(resolved, layout, links);
  if (overlap === 'fail') {
    requireAgreement(overlaps);
    if (learn) requireOneLabel(resolved, learn.job, layout, links);
  }
  return { layout, target, overlaps };
}

/** How tables overlap, of those whose cells were published. */
function overlapsOf({ groups, joins }: MatchInput['resolved'], layout: Layout, links: Links): Overlap[] {
  const cells = new Map([...links].map(([party, link]) => [party, link.cells]));
  return groups
    .filter(
      (group) =>
        mayOverlap(group, joins) && group.shares.every(({ party }) => entryOf(cells, party).size > 0),
    )
    .map((group) => overlapOf(group, layout, cells, agesOf(links)));
}

/** Throws AMALUR_OVERLAP_CONFLICT where the job wants tables to agree and they do not. */
function requireAgreement(overlaps: readonly Overlap[]): void {
  for (const { group, disagreements } of overlaps) {
    for (const [column, rows] of Object.entries(disagreements)) {
      if (rows > 0) refuseConflict(group.split('+'), column, rows);
    }
  }
}

/** The same of labels, as far as the job tells them apart: by their class, or by the number. */
function requireOneLabel(
  { labels }: MatchInput['resolved'],
  { target }: Job,
  layout: Layout,
  links: Links,
): void {
  const parties = labels.map(({ party }) => party);
  const values = new Map(
    parties.map((party) => [party, entryOf(links, party).labels ?? new Float64Array(0)]),
  );
  const rows = rowsThatDiffer(layout, values);
  if (rows > 0) refuseConflict(parties, target.label?.column ?? '', rows);
}

function refuseConflict(parties: readonly string[], column: string, rows: number): never {
  throw new AmalurError(
    'AMALUR_OVERLAP_CONFLICT',
    `the tables ${parties.join(', ')} disagree about "${column}" in ${String(rows)} rows`,
    {
      field: 'integration.overlap',
      suggestion: 'mend the sources, or let "first" or {newest: …} decide who owns a cell',
    },
  );
}

function silosOf({ resolved }: MatchInput): Record<string, string> {
  return Object.fromEntries(resolved.parties.map(({ id, silo }) => [id, silo]));
}
