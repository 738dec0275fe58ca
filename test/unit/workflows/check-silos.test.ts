import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { beforeEach, expect, test, vi } from 'vitest';
import { withVersionsOfNow } from '../../../workflows/check-silos.js';
import { resolvedJob } from '../../support/catalog-facts.js';

/** What each question meets, in turn: a worker that dies, or one that answers. Default: an answer. */
const meets = vi.hoisted(() => ({ asked: [] as string[], untaken: new Set<string>() }));

vi.mock('../../../workflows/activity-proxies.js', () => {
  const taken = <T>(question: string, answer: T): Promise<T> => {
    meets.asked.push(question);
    if (!meets.untaken.delete(question)) return Promise.resolve(answer);
    const cause = new TimeoutFailure('untaken', undefined, 'SCHEDULE_TO_START');
    return Promise.reject(new ActivityFailure('untaken', question, '1', 'TIMEOUT', undefined, cause));
  };
  return {
    probeOf: (site: string) => ({
      tableVersions: (tables: string[]) =>
        taken(`versions of ${site}`, Object.fromEntries(tables.map((table) => [table, 'of now']))),
      describeSilo: () => taken(`description of ${site}`, { silo: site, host: {}, tables: [] }),
      profileTable: (table: string) =>
        taken(`profile of ${site} ${table}`, { table, contentHash: 'of now', columns: [] }),
    }),
    catalog: { recordSilo: () => taken('recorded', undefined) },
  };
});

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  proxyActivities: () => ({ acquireHost: () => Promise.resolve('host') }),
}));

const resolved = resolvedJob();

beforeEach(() => {
  meets.asked = [];
  meets.untaken = new Set();
});

test('a worker that dies between telling versions and profiling what has changed is waited for, as at any other time', async () => {
  const [{ silo, table } = expect.fail()] = resolved.parties;
  const questions = [`versions of`, `description of`, `profile of`].map((one) => `${one} silo.${silo}`);
  meets.untaken = new Set([questions[0]!, questions[1]!, `${questions[2]!} ${table}`]);
  const { resolved: now, changed } = await withVersionsOfNow(resolved);
  expect(changed).toBe(true);
  expect(new Set(now.parties.map(({ version }) => version))).toEqual(new Set(['of now']));
  for (const question of questions.slice(0, 2))
    expect(meets.asked.filter((one) => one === question)).toHaveLength(2);
  expect(meets.asked.filter((one) => one === `${questions[2]!} ${table}`)).toHaveLength(2);
});

test('nothing is profiled or recorded again where nothing has changed', async () => {
  const parties = resolved.parties.map((party) => ({ ...party, version: 'of now' }));
  expect(await withVersionsOfNow({ ...resolved, parties })).toMatchObject({ changed: false });
  expect(meets.asked.filter((one) => !one.startsWith('versions'))).toEqual([]);
});
