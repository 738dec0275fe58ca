import { ActivityFailure, TimeoutFailure } from '@temporalio/common';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as Presence from '../../../workflows/silo-presence.js';

/** A host that has taken a question, and is gone before it answers. */
const GONE = 'taken and never answered';
/** What each queue does with a question: the host that answers, or none for so long. */
let answers: Record<string, (string | undefined)[]>;
let asked: string[];

interface Options {
  readonly taskQueue: string;
  readonly scheduleToStartTimeout: number;
}

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  proxyActivities: ({ taskQueue, scheduleToStartTimeout }: Options) => ({
    acquireHost: async () => {
      asked.push(taskQueue);
      const host = await Promise.resolve(answers[taskQueue]?.shift());
      if (host === undefined) throw untaken(scheduleToStartTimeout);
      if (host === GONE) throw unanswered();
      return host;
    },
  }),
}));

/** Time passes, and nobody has taken an activity. */
function untaken(milliseconds: number): ActivityFailure {
  vi.setSystemTime(Date.now() + milliseconds);
  const cause = new TimeoutFailure('untaken', undefined, 'SCHEDULE_TO_START');
  return new ActivityFailure('untaken', 'step', '1', 'NON_RETRYABLE_FAILURE', undefined, cause);
}

/** Ten seconds pass for each of three attempts, taken by somebody who does not answer. */
function unanswered(): ActivityFailure {
  vi.setSystemTime(Date.now() + 30_000);
  const cause = new TimeoutFailure('unanswered', undefined, 'START_TO_CLOSE');
  return new ActivityFailure('late', 'acquireHost', '1', 'MAXIMUM_ATTEMPTS_REACHED', undefined, cause);
}

const SITE = 'silo.shop';
const COMMON = 'amalur.silo.shop';
const A_ASKED = `${COMMON}.a.probe`;
const START = Date.UTC(2026, 0, 1);

let presence: typeof Presence;
let told: string[];
const watch: Presence.PresenceWatch = {
  host: (site, host) => told.push(`${site} at ${host}`),
  absent: (site, since) => {
    if (since !== undefined) told.push(`${site} absent for ${String(Date.now() - since)} ms`);
  },
};

beforeEach(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  [answers, asked, told] = [{}, [], []];
  // Every workflow has modules of its own.
  vi.resetModules();
  presence = await import('../../../workflows/silo-presence.js');
});
afterEach(() => {
  vi.useRealTimers();
});

/** Steps, each taken or not in turn. */
function steps(...taken: boolean[]) {
  const made: (readonly [string, number])[] = [];
  const call = async (host: string, limit: number) => {
    made.push([host, limit]);
    if (!(await Promise.resolve(taken.shift() ?? true))) throw untaken(limit);
    return host;
  };
  return { made, call };
}

it('steps go to the host that has answered, which is asked for once, also by steps side by side', async () => {
  answers = { [COMMON]: ['a', 'b'] };
  const { call } = steps();
  presence.followSilos({ watch });
  expect(await Promise.all([presence.atHost(SITE, call), presence.atHost(SITE, call)])).toEqual(['a', 'a']);
  expect(await presence.atHost(SITE, call)).toBe('a');
  expect(asked).toEqual([COMMON]);
  expect(told).toEqual(['silo.shop at a']);
});

it('a host that is merely busy gets the step again, and more time each time', async () => {
  answers = { [COMMON]: ['a'], [A_ASKED]: ['a', 'a'] };
  const { made, call } = steps(false, false, true);
  expect(await presence.atHost(SITE, call)).toBe('a');
  expect(made).toEqual([
    ['a', 5_000],
    ['a', 10_000],
    ['a', 20_000],
  ]);
});

it('a host that neither takes a step nor answers is given up for another', async () => {
  answers = { [COMMON]: ['a', 'b'] };
  const { made, call } = steps(false, true);
  presence.followSilos({ watch, begun: true });
  expect(await presence.atHost(SITE, call)).toBe('b');
  expect(asked).toEqual([COMMON, A_ASKED, COMMON]);
  expect(made.map(([queue]) => queue)).toEqual(['a', 'b']);
  expect(told).toEqual(['silo.shop at a', 'silo.shop at b']);
});

it('a silo without any host is waited for as long as the job says, from when it was missed, and then lost', async () => {
  answers = { [COMMON]: ['a'] };
  presence.followSilos({ watch, begun: true, onSiloLost: { policy: 'skip', after: 20 } });
  const { call } = steps(false);
  await expect(presence.atHost(SITE, call)).rejects.toMatchObject({
    type: 'AMALUR_SILO_UNAVAILABLE',
    site: SITE,
    since: START,
    message: `silo "shop" has no worker that answers, since ${new Date(START).toISOString()}`,
  });
  expect(Date.now() - START).toBe(20_000);
  expect(told).toEqual(['silo.shop at a', 'silo.shop absent for 13000 ms']);
  expect(presence.mayBeSkipped()).toBe(true);
});

it('at the beginning a job that says nothing waits for ten seconds', async () => {
  await expect(presence.atHost(SITE, steps().call)).rejects.toMatchObject({ site: SITE, since: START });
  expect(Date.now() - START).toBe(10_000);
});

it('a worker that comes late is used, and its silo absent no more', async () => {
  answers = { [COMMON]: [undefined, 'b'] };
  presence.followSilos({ watch, onSiloLost: { policy: 'wait' } });
  expect(await presence.atHost(SITE, steps().call)).toBe('b');
  expect(told).toEqual(['silo.shop absent for 5000 ms', 'silo.shop at b']);
});

it('a run that continues as new goes on with its hosts', async () => {
  presence.followSilos({ hosts: { [SITE]: 'b' } });
  expect(await presence.atHost(SITE, steps().call)).toBe('b');
  expect(asked).toEqual([]);
});

it('a question that nobody takes up is asked again when the site has a worker', async () => {
  answers = { [COMMON]: ['a', 'b'] };
  const outcomes = [false, true];
  const answer = presence.askSite(SITE, async () => {
    if (!(await Promise.resolve(outcomes.shift()))) throw untaken(10_000);
    return 'versions';
  });
  // Missed for longer than a run that has not begun allows, it is asked for once more.
  expect(await answer).toBe('versions');
  expect(asked).toEqual([COMMON, COMMON]);
});

it('a step that fails for another reason is no sign of a lost host', async () => {
  answers = { [COMMON]: ['a'] };
  const broken = () => Promise.reject(new Error('broken'));
  await expect(presence.atHost(SITE, broken)).rejects.toThrow('broken');
  expect(asked).toEqual([COMMON]);
});

it('a question that somebody took who then died loses no silo: it is asked again for as long as the job says', async () => {
  answers = { [COMMON]: [GONE, GONE, 'b'] };
  presence.followSilos({ watch, onSiloLost: { policy: 'wait', after: 120 } });
  expect(await presence.atHost(SITE, steps().call)).toBe('b');
  expect(asked).toEqual([COMMON, COMMON, COMMON]);
  expect(told).toEqual(['silo.shop absent for 30000 ms', 'silo.shop at b']);
});

it('who is never answered is told that the silo is lost, and not that a question failed', async () => {
  answers = { [COMMON]: [GONE, GONE, GONE, GONE, GONE] };
  presence.followSilos({ onSiloLost: { policy: 'fail', after: 60 } });
  await expect(presence.atHost(SITE, steps().call)).rejects.toMatchObject({
    type: 'AMALUR_SILO_UNAVAILABLE',
    site: SITE,
    since: START,
  });
  expect(Date.now() - START).toBe(60_000);
});

it('a host that took the question whether it is there, and never answered, is given up for another', async () => {
  answers = { [COMMON]: ['a', 'b'], [A_ASKED]: [GONE] };
  presence.followSilos({ begun: true });
  expect(await presence.atHost(SITE, steps(false, true).call)).toBe('b');
});

it('of steps side by side the one that misses the old host last does not give up the host that another has found', async () => {
  answers = { [COMMON]: ['a', 'b', 'c'] };
  presence.followSilos({ watch, begun: true });
  let found = (): void => undefined;
  const moved = new Promise<void>((resolve) => (found = resolve));
  const early = presence.atHost(SITE, async (host, limit) => {
    if (host === 'a') throw untaken(limit);
    await Promise.resolve();
    found();
    return host;
  });
  const late = presence.atHost(SITE, async (host, limit) => {
    if (host !== 'a') return host;
    await moved;
    throw untaken(limit);
  });
  expect(await Promise.all([early, late])).toEqual(['b', 'b']);
  expect(told).toEqual(['silo.shop at a', 'silo.shop at b']);
});
