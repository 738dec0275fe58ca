import { expect, test, vi } from 'vitest';
import type { Run } from '../../../workflows/publish.js';
import type { RoundsState } from '../../../workflows/train-in-rounds.js';
import { trainValidated } from '../../../workflows/validate-in-rounds.js';
import { plan, resolvedJob } from '../../support/catalog-facts.js';

const events = vi.hoisted(() => [] as string[]);

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  workflowInfo: () => ({ continueAsNewSuggested: false }),
}));
/** Every training takes two segments. */
vi.mock('../../../workflows/segment.js', () => ({
  firstSegment: () => 1,
  makeSegment: (_run: Run, _candidate: object, state: RoundsState, told?: object) => {
    events.push(told ? `segment told ${JSON.stringify(told)}` : 'segment');
    const round = state.round + 1;
    return Promise.resolve({ ...state, round, ...(round === 2 && { stopped: 'converged' }) });
  },
}));
/** Whatever a site is asked, it answers with what a training needs. */
vi.mock('../../../workflows/activity-proxies.js', () => {
  const site = () => new Proxy({}, { get: () => () => Promise.resolve(answer()) });
  return { siloAt: site, aggregatorAt: site };
});
const answer = () => ({
  ...{ cost: {}, model: resolvedJob().job.model, rows: {}, heads: {}, shares: {}, head: 'h', down: {} },
  ...{ value: 0.5, report: {}, metrics: {}, measured: {} },
});

test('a cross-validation in rounds can be paused between any two segments of a fold, and tells folds nothing else', async () => {
  const { job, ...resolved } = resolvedJob({ validation: { folds: 2 } });
  const begun = { round: 0, exchanges: 0, segment: 1, aggregator: 'h', heads: {}, down: {} } as never;
  const told = [{ tolerance: 0.25 }];
  const steering = {
    told: {},
    gate: () => Promise.resolve(void events.push('may wait')),
    next: () => Promise.resolve(told.shift()),
    snapshot: () => Promise.resolve({}),
    reasonOf: () => 'converged',
  };
  const watch = {
    phase: () => undefined,
    trial: () => undefined,
    silo: () => undefined,
    round: () => undefined,
  };
  const ledger = { together: () => undefined, snapshot: () => ({}) };
  const run = {
    execution: 'e',
    resolved: { ...resolved, job, parties: [], groups: [] },
    watch,
    ledger,
    steering,
  };
  const validation = { whole: begun, made: 0, values: [], best: null };
  await trainValidated(run as unknown as Run, plan.candidates[0]!, () => expect.fail(), {
    validation,
  } as never);
  const fold = ['may wait', 'may wait', 'segment', 'may wait', 'segment'];
  expect(events).toEqual([...fold, ...fold, 'segment told {"tolerance":0.25}', 'segment']);
});
