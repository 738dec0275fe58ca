import { expect, test } from 'vitest';
import { requireServable } from '../../core/job/require-servable.js';
import type { ResolvedJob } from '../../core/job/resolved.js';
import { resolvedJob } from '../support/catalog-facts.js';

const plain = resolvedJob();
const others = plain.parties.slice(1).map(({ id }) => id);

/** The job of flights, two tables of which supply the same columns. */
function shared(
  overlap: ResolvedJob['overlap'],
  scenario: ResolvedJob['joins'][number]['scenario'] = 'left',
): ResolvedJob {
  const shares = [plain.parties[0]?.id ?? '', others[0] ?? ''].map((party) => ({ party, columns: ['x'] }));
  const job = { ...plain.job, integration: { ...plain.job.integration, overlap } };
  const joins = plain.joins.map((join) => (join.party === others[0] ? { ...join, scenario } : join));
  return { ...plain, job, overlap, joins, groups: [{ id: 'shared', features: [], shares }] };
}

const refused = { code: 'AMALUR_NOT_SERVABLE', field: 'integration.overlap' };
const caught = (resolved: ResolvedJob): unknown => {
  try {
    requireServable({}, resolved, {});
    return undefined;
  } catch (error) {
    return error;
  }
};

test('a model is not served whose tables must agree, or of which the newest owns a cell', () => {
  expect(caught(shared('fail'))).toMatchObject(refused);
  expect(caught(shared({ newest: { [others[0] ?? '']: 'at' } }))).toMatchObject(refused);
});

test('it is served where the first table owns a cell, or no row has cells of two tables', () => {
  expect(caught(shared('first'))).toBeUndefined();
  expect(caught(shared('fail', 'union'))).toBeUndefined();
  expect(caught({ ...shared('fail'), groups: plain.groups })).toBeUndefined();
});
