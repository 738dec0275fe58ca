import {
  ActivityFailure,
  ApplicationFailure,
  CancelledFailure,
  ContinueAsNew,
  TimeoutFailure,
} from '@temporalio/workflow';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Standing } from '../../../workflows/contracts/standing.js';
import { StandingKeeper } from '../../../workflows/standing.js';

const START = Date.UTC(2026, 0, 1);
const MINUTE = 60_000;

/** What the catalog has; while it is away an activity fails when its time is over. */
const database = vi.hoisted((): { kept: unknown[]; away: boolean; patience: string[] } => ({
  ...{ kept: [], away: false, patience: [] },
}));

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  log: { warn: () => undefined },
  CancellationScope: { nonCancellable: <T>(work: () => Promise<T>) => work() },
  proxyActivities: ({ scheduleToCloseTimeout }: { scheduleToCloseTimeout: string }) => ({
    keepStanding: (_execution: string, standing: unknown) => {
      database.patience.push(scheduleToCloseTimeout);
      if (database.away) return Promise.reject(tooLate());
      database.kept.push(standing);
      return Promise.resolve();
    },
  }),
}));

function tooLate(cause: Error = new TimeoutFailure('late', undefined, 'SCHEDULE_TO_CLOSE')) {
  return new ActivityFailure('late', 'keepStanding', '1', 'TIMEOUT', undefined, cause);
}

const at = (round: number) => ({ here: { head: `head ${String(round)}`, progress: { round } } }) as never;
const roundsOf = () => (database.kept as Standing[]).map(({ reached }) => reached.here?.progress.round);

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: START });
  Object.assign(database, { kept: [], away: false, patience: [] });
});
afterEach(() => {
  vi.useRealTimers();
});

/** A training of a round a minute. */
async function train(keeper: StandingKeeper, rounds: number): Promise<number> {
  for (let round = 1; round <= rounds; round += 1) {
    await keeper.reached('run', at(round), {});
    vi.setSystemTime(Date.now() + MINUTE);
  }
  return rounds;
}

test('where a training stands is kept at its beginning and once a minute', async () => {
  const keeper = new StandingKeeper('run');
  for (const seconds of [0, 20, 59, 61, 119, 125]) {
    vi.setSystemTime(START + seconds * 1000);
    await keeper.reached('run', at(seconds), { tolerance: 0.5 });
  }
  expect(roundsOf()).toEqual([0, 61, 125]);
  expect(database.kept[0]).toEqual({ journal: 'run', reached: at(0), told: { tolerance: 0.5 } });
});

test('a catalog that is away for minutes neither ends nor holds up a training, which is kept again when it is back', async () => {
  const keeper = new StandingKeeper('run');
  await keeper.during(() => train(keeper, 2));
  database.away = true;
  expect(await keeper.during(() => train(keeper, 20))).toBe(20);
  // In passing it is waited for seconds, not for the minutes that other activities have.
  expect(new Set(database.patience)).toEqual(new Set(['20 s']));
  expect(database.patience).toHaveLength(22);
  database.away = false;
  await keeper.during(() => train(keeper, 1));
  expect(roundsOf()).toEqual([1, 2, 1]);
});

test('a training that fails or is cancelled says where it stood, patiently, and why it ended is what is thrown', async () => {
  const failure = ApplicationFailure.nonRetryable('the loss grew', 'AMALUR_DIVERGED');
  for (const ended of [failure, new CancelledFailure('cancelled')]) {
    for (const away of [false, true]) {
      Object.assign(database, { kept: [], away: false, patience: [] });
      const keeper = new StandingKeeper('run');
      const training = keeper.during(async () => {
        await keeper.reached('run', at(1), {});
        await keeper.reached('run', at(2), {});
        database.away = away;
        throw ended;
      });
      await expect(training).rejects.toBe(ended);
      expect(database.patience).toEqual(['20 s', '5 min']);
      expect(roundsOf()).toEqual(away ? [1] : [1, 2]);
    }
  }
});

test('a training that continues as new is not kept for that, and a cancellation while it is kept is one', async () => {
  const keeper = new StandingKeeper('run');
  await keeper.reached('run', at(1), {});
  const next = new ContinueAsNew({});
  await expect(keeper.during(() => Promise.reject(next))).rejects.toBe(next);
  expect(roundsOf()).toEqual([1]);
  database.away = true;
  const cancelled = tooLate(new CancelledFailure('cancelled'));
  vi.setSystemTime(START + 2 * MINUTE);
  const reached = vi.spyOn(keeper, 'keep').mockRejectedValue(cancelled);
  await expect(keeper.reached('run', at(2), {})).rejects.toBe(cancelled);
  expect(reached).toHaveBeenCalledOnce();
});
