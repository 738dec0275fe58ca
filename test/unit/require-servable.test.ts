import { describe, expect, test } from 'vitest';
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
const caught = (resolved: ResolvedJob, manifest = {}, columns = {}): unknown => {
  try {
    requireServable(manifest, resolved, columns);
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
  expect(caught(shared({ newest: { [others[0] ?? '']: 'at' } }, 'union'))).toBeUndefined();
  expect(caught({ ...shared('fail'), groups: plain.groups })).toBeUndefined();
});

test('it is not served where the newest table owns the offset of a row, though they share no feature', () => {
  const sources = [plain.parties[0]?.id ?? '', others[0] ?? ''].map((party) => ({ party, column: 'x' }));
  const of = (overlap: ResolvedJob['overlap']) => ({
    ...shared(overlap),
    groups: plain.groups,
    offsets: sources,
  });
  expect(caught(of({ newest: { [others[0] ?? '']: 'at' } }))).toMatchObject(refused);
  expect(caught(of('first'))).toBeUndefined();
  expect(caught({ ...of({ newest: {} }), offsets: sources.slice(0, 1) })).toBeUndefined();
});

describe('a model that is not served is refused with the field of its job, and what to do instead', () => {
  const [join] = plain.joins;
  const joined = (change: object): ResolvedJob => ({ ...plain, joins: [{ ...join!, ...change }] });
  const dated = (column: string) =>
    joined({ to: [{ party: plain.parties[0]?.id, columns: [{ column, apply: ['date'] }] }] });
  test.each<[string, ResolvedJob, string, string, object?]>([
    [
      'products across tables',
      plain,
      'features.interactions',
      'train a model without them',
      { interactions: {} },
    ],
    [
      'a row that may match several',
      joined({ matches: 'all' }),
      `${join?.field ?? ''}.matches`,
      'train a model with "one"',
    ],
    ['cells that have to agree', shared('fail'), 'integration.overlap', 'train a model with "first"'],
    [
      'a date made of text',
      dated('text'),
      `${join?.field ?? ''}.on`,
      'train a model with a column that is a date',
    ],
  ])('%s', (_what, resolved, field, instead, manifest = {}) => {
    expect(caught(resolved, manifest, { text: 'text' })).toMatchObject({
      ...{ code: 'AMALUR_NOT_SERVABLE', field },
      suggestion: `score with \`amalur predict\`, or ${instead}`,
    });
  });

  test('but a key that is a date is one, cut to its day', () => {
    expect(caught(dated('day'), {}, { day: 'timestamp' })).toBeUndefined();
  });
});
