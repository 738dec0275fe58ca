import { beforeEach, expect, test, vi } from 'vitest';
import { withRepeats } from '../../../activities/heartbeats.js';
import type { Candidate } from '../../../core/planner/plan.js';
import type { RunProgress } from '../../../workflows/contracts/results.js';
import { Watch } from '../../../workflows/progress.js';
import { failureDetails, runDetails } from '../../../workflows/run-details.js';
import { resolvedJob } from '../../support/catalog-facts.js';

/** What the UI shows now. */
let shown = '';

vi.mock('@temporalio/workflow', async (original) => ({
  ...(await original<object>()),
  setHandler: () => undefined,
  upsertSearchAttributes: () => undefined,
  setCurrentDetails: (details: string) => (shown = details),
}));
// Counters and logs are there in a workflow only.
vi.mock('../../../workflows/observed.js', () => ({
  observePhase: () => undefined,
  observeRound: () => undefined,
  observeRounds: () => undefined,
}));

const PROGRESS: RunProgress = {
  phase: 'training',
  strategy: 'federate',
  site: 'silo.shop',
  subject: 'returns (logistic-regression)',
  why: 'about 2 s: chosen as the fastest that is allowed',
  round: 12,
  maxRounds: 100,
  loss: 0.51234567,
  begun: { round: 1, loss: 0.6931472 },
  gradientNorm: 3.21e-4,
  tolerance: 1e-6,
  silos: [
    { silo: 'crm', state: 'in step', round: 12, bytesOut: 14_400, seconds: 1.25, rows: 12_000 },
    { silo: 'shop', state: 'in step', round: 12, bytesOut: 0, seconds: 0.5, rows: 340, repeats: 2 },
  ],
};

beforeEach(() => (shown = ''));

test('a person who looks at a training sees phase, round, loss, plan with its reason, and each silo in a row', () => {
  expect(runDetails(PROGRESS).split('\n')).toEqual([
    '**returns (logistic-regression): training, round 12 of at most 100**',
    '',
    '| | |',
    '| --- | --- |',
    '| **loss**\u2003| 0.512346; 0.693147 in round 1 |',
    '| **gradient norm**\u2003| 3.21e-4; stops at 0.000001 |',
    '',
    '| silo\u2003| rows\u2003| state\u2003| seconds\u2003| bytes out\u2003| repeated |',
    '| :-- | :-- | :-- | :-- | :-- | :-- |',
    '| crm\u2003| 12,000\u2003| in step\u2003| 1.3\u2003| 14 kB\u2003| 0 |',
    '| shop\u2003| 340\u2003| in step\u2003| 0.5\u2003| 0 B\u2003| 2 |',
    '',
    '| | |',
    '| --- | --- |',
    '| **plan**\u2003| federate, meeting at silo.shop |',
    '| **why**\u2003| about 2 s: chosen as the fastest that is allowed |',
  ]);
});

test('what somebody has asked, and who is missing, is told', () => {
  const details = runDetails({
    ...PROGRESS,
    phase: 'paused',
    asked: 'pause',
    told: { tolerance: 0.01, maxRounds: 50 },
    absent: [{ site: 'silo.crm', since: '2026-11-22T04:00:00.000Z' }],
    skipped: [{ silo: 'web', since: '2026-11-22T03:00:00.000Z', phase: 'training' }],
  });
  expect(details).toContain('paused, round 12');
  expect(details).toContain('| **asked**\u2003| to pause, until it is sent the update resume |');
  expect(details).toContain('| **told**\u2003| tolerance 0.01, at most 50 rounds |');
  expect(details).toContain('| **waits for**\u2003| a worker of silo.crm, since 2026-11-22 04:00:00 UTC |');
  expect(details).toContain('| **goes on without**\u2003| web, lost since 2026-11-22 03:00:00 UTC |');
  expect(details).toContain('| crm\u2003| 12,000\u2003| no worker (was: in step)\u2003|');
});

test.each<{ paused: boolean; stop?: true }>([{ paused: true }, { paused: false, stop: true }])(
  'what was asked in the last round, %o, is not told any more when the training is over',
  (asked) => {
    const watch = new Watch();
    watch.phase('training');
    watch.steered(asked);
    watch.phase('training');
    expect(shown).toContain('**asked**');
    watch.phase('evaluating');
    expect(shown).not.toContain('asked');
    expect(watch.snapshot().asked).toBeNull();
    watch.phase('completed');
    expect(shown).toMatch(/completed/);
    expect(shown).not.toContain('asked');
  },
);

test('a failure stands with code, field and suggestion, whatever signs are in them', () => {
  const message = 'the table shop.a|b has no column "x<y>"\nbut others';
  expect(
    failureDetails({
      code: 'AMALUR_UNKNOWN_COLUMN',
      message,
      field: 'joins[0].on',
      suggestion: 'see *it* of _eu_',
    }),
  ).toBe(
    [
      '**failed: AMALUR_UNKNOWN_COLUMN**',
      '',
      '| | |',
      '| --- | --- |',
      '| **what**\u2003| the table shop.a\\|b has no column "x\\<y\\>" but others |',
      '| **field**\u2003| joins\\[0\\].on |',
      '| **mend it**\u2003| see \\*it\\* of \\_eu\\_ |',
    ].join('\n'),
  );
});

test('the first loss is that of the training that goes on now: of another fold it is another', () => {
  const watch = new Watch();
  watch.round({ round: 0, loss: NaN, gradientNorm: null });
  watch.round({ round: 2, loss: 0.7, gradientNorm: null });
  watch.round({ round: 5, loss: 0.5, gradientNorm: null });
  expect(shown).toContain('| **loss**\u2003| 0.500000; 0.700000 in round 2 |');
  watch.round({ round: 0, loss: NaN, gradientNorm: null });
  expect(shown).not.toContain('loss');
  watch.round({ round: 3, loss: 0.6, gradientNorm: null });
  expect(shown).toContain('| **loss**\u2003| 0.600000; 0.600000 in round 3 |');
});

test('attempts that were lost are counted by silo, and so is a change of host', () => {
  const watch = new Watch();
  watch.resolved(resolvedJob());
  const [silo] = watch.snapshot().silos;
  const name = silo!.silo;
  const cost = { join: 1, compute: 0, transfer: 0, bytesOut: 0 };
  watch.silo(name, 'published', withRepeats({ cost }, 0).cost, 7);
  expect(watch.snapshot().silos[0]).toMatchObject({ rows: 7, seconds: 1 });
  expect(shown).not.toContain('repeated');
  watch.silo(name, 'in step', withRepeats({ cost }, 2).cost);
  watch.host(`silo.${name}`, 'a');
  expect(watch.snapshot().silos[0]).toMatchObject({ rows: 7, repeats: 2 });
  watch.host(`silo.${name}`, 'b');
  expect(watch.snapshot().silos[0]).toMatchObject({ repeats: 3, seconds: 2 });
  expect(shown).toContain('repeated');
});

test('a run that trains nothing has no rounds, and says what else it does', () => {
  const watch = new Watch();
  watch.resolved(resolvedJob(), false);
  watch.tell({ scores: 'factorize, meeting at silo.shop' });
  watch.phase('predicting');
  expect(watch.snapshot()).toMatchObject({ maxRounds: 0, tolerance: null });
  expect(shown).toMatch(/: predicting\*\*/);
  expect(shown).toContain('| **scores**\u2003| factorize, meeting at silo.shop |');
  expect(shown).not.toMatch(/round|gradient|plan/);
});

test('a planned run says why', () => {
  const watch = new Watch();
  const candidate = { strategy: 'factorize', site: 'aggregator', explanation: 'the fastest' } as Candidate;
  watch.planned(candidate);
  expect(shown).toContain('| **plan**\u2003| factorize, meeting at aggregator |');
  expect(shown).toContain('| **why**\u2003| the fastest |');
});
