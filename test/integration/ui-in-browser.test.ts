import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TrainingResult } from '../../client/index.js';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { amalur } from '../support/command.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { longReturns } from '../support/long-training.js';
import { photograph, PICTURED } from '../support/photographs.js';
import { readModel } from '../support/stored-model.js';
import { paused } from '../support/steered.js';
import { temporalUi, type TemporalUi } from '../support/temporal-ui.js';
import { until } from '../support/worker-processes.js';

let running: TestBrowser;
let shop: TestInstallation;
let page: Page;
let ui: TemporalUi;

beforeAll(async () => {
  [running, shop] = await Promise.all([launchBrowser(), installExample('orders')]);
  const context = await running.browser.newContext(PICTURED);
  context.setDefaultTimeout(30_000);
  page = await context.newPage();
  ui = temporalUi(page, shop);
}, 120_000);
afterAll(async () => {
  await running.close();
  await shop.remove();
});

const job = (strategy: 'federate' | 'factorize') => jobOf(shop, 'returns', { strategy });

test('the form starts the job that the command line starts: same hash, same model to the bit', async () => {
  const input = JSON.stringify(job('federate'), null, 2);
  await ui.start({ workflow: 'by-form', type: 'trainModel', input });
  await page.getByText('Task Queue is Active').waitFor();
  await page.getByTestId('start-workflow').scrollIntoViewIfNeeded();
  await photograph(page, 'ui-start');
  await page.getByTestId('start-workflow-button').click();
  await page.getByRole('link', { name: 'Workflow started successfully' }).waitFor();
  const other = await trained(shop, job('federate'));
  const result = await shop.client.run<TrainingResult>('by-form').result();
  expect(result.jobHash).toBe(other.jobHash);
  const [one, two] = await Promise.all([result, other].map((made) => readModel(shop, referenceOf(made))));
  expect(one?.bits).toBe(two?.bits);
});

describe('a run that goes on', () => {
  test('shows phase, rounds, loss, plan with its reason and every silo, and is steered by updates', async () => {
    const run = await shop.client.train(longReturns(shop), { id: 'watched' });
    await until('rounds', async () => ((await run.progress()).round > 0 ? true : undefined));
    await paused(run);
    await ui.openRun('watched', 'user-metadata');
    await ui.details.getByText('to pause, until it is sent the update resume').waitFor();
    const text = await ui.details.innerText();
    expect(text).toMatch(/returns \(logistic-regression\): paused, round \d+ of at most 300/);
    expect(text).toMatch(/loss\s+0\.6\d+; 0\.\d+ in round \d+/);
    expect(text).toMatch(/plan\s+federate, meeting at silo\.shop/);
    expect(text).toMatch(/why\s+about .* s, .* chosen as/);
    const rows = await ui.details.getByRole('row').allInnerTexts();
    const cells = rows.map((row) => row.split('\t').map((cell) => cell.trim()));
    expect(cells).toContainEqual(['silo', 'rows', 'state', 'seconds', 'bytes out']);
    for (const [silo, count] of Object.entries({ shop: '400', crm: '84', warehouse: '36' }))
      expect(cells).toContainEqual([
        silo,
        count,
        'in step',
        expect.stringMatching(/^\d+\.\d$/),
        expect.stringMatching(/B$/),
      ]);
    expect(await ui.summary.innerText()).toContain('train returns');
    await photograph(page, 'ui-details');

    await ui.updateInVain('pause', 'the run is paused already');
    await ui.update('setTolerance', '{"tolerance": 0.5}');
    await ui.refreshDetails();
    await ui.details.getByText('tolerance 0.5').waitFor();
    await ui.update('resume');
    const { stopped, rounds } = await run.result();
    expect(stopped).toBe('converged');
    expect(rounds).toBeLessThan(300);
    await ui.refreshDetails();
    await ui.details.getByText(`converged after ${String(rounds)} rounds`).waitFor();
  });

  test('says beside each activity what it is for', async () => {
    await ui.openRun('watched', 'timeline');
    await page.getByRole('heading', { name: 'Timeline' }).evaluate((heading) => heading.scrollIntoView());
    const session = page.getByText(/partySession • crm, from round \d+/);
    await session.first().waitFor();
    await photograph(page, 'ui-timeline');
    await ui.openRun('watched', 'history');
    for (const text of ['store the model', 'store measures and costs', 'evaluate'])
      await page.getByText(text).first().waitFor();
  });
});

test('a run that failed says code, field and what to do', async () => {
  const broken = job('federate');
  const wrong = { ...broken, target: { ...broken.target, label: { column: 'retuned', equals: 'yes' } } };
  const run = await shop.client.train(wrong, { id: 'misspelt' });
  await expect(run.result()).rejects.toMatchObject({ code: 'AMALUR_UNKNOWN_COLUMN' });
  await ui.openRun('misspelt', 'timeline');
  const result = page.getByRole('textbox', { name: 'Result' });
  for (const text of ['AMALUR_UNKNOWN_COLUMN', 'target.label.column', 'did you mean'])
    await result.getByText(text).first().waitFor();
  expect(await result.innerText()).not.toContain('workflows/');
  await ui.openRun('misspelt', 'user-metadata');
  for (const text of ['failed: AMALUR_UNKNOWN_COLUMN', 'target.label.column', 'did you mean returned?'])
    await ui.details.getByText(text).waitFor();
  await photograph(page, 'ui-failed');
});

test('a schedule of the command line is on its page with the job, and has a turn when asked for', async () => {
  const { code, stderr } = await amalur(shop.folder, [
    'schedule',
    'create',
    'returns.json',
    '--cron',
    '0 3 * * 1',
  ]);
  expect(code, stderr).toBe(0);
  await ui.open('schedules');
  await page.getByRole('cell', { name: 'At 03:00 on Monday' }).waitFor();
  await page.getByRole('link', { name: 'retrain-returns' }).click();
  await page.getByRole('textbox', { name: 'Workflow Input' }).getByText('"crm.customers"').waitFor();
  await page.getByText('5 Upcoming Runs').waitFor();
  await photograph(page, 'ui-schedule');
  await page.getByRole('button', { name: 'Schedule Actions' }).click();
  await page.getByRole('menuitem', { name: 'Trigger' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Trigger' }).click();
  const started = await until('a run of the schedule', async () => {
    const { info } = await shop.client.temporal.schedule.getHandle('retrain-returns').describe();
    return info.recentActions.at(-1)?.action.workflow.workflowId;
  });
  expect(started).toMatch(/^train-returns-scheduled-/);
  expect(await shop.client.run<TrainingResult>(started).result()).toMatchObject({ stopped: 'converged' });
  await page.getByText(started).first().waitFor();
});

test('the list finds runs by what they are about, and has it in columns', async () => {
  await ui.open(`workflows?query=${encodeURIComponent('WorkflowType="trainModel"')}`);
  await page.getByRole('button', { name: 'Configure Columns' }).click();
  for (const column of ['Strategy', 'RunPhase', 'Round', 'BestMetric'])
    await page.getByRole('button', { name: new RegExp(`add.*${column}`, 'i') }).click();
  for (const column of ['Run ID', 'Type', 'Start', 'End'])
    await page.getByRole('button', { name: new RegExp(`remove.*${column}`, 'i') }).click();
  await page.getByRole('button', { name: /^close/i }).click();
  const row = (run: string) => page.getByRole('row').filter({ hasText: run });
  for (const cell of ['Completed', 'federate', 'completed'])
    await row('watched').getByRole('cell', { name: cell, exact: true }).waitFor();
  for (const cell of ['Failed', 'checking silos'])
    await row('misspelt').getByRole('cell', { name: cell, exact: true }).waitFor();
  await photograph(page, 'ui-runs');

  const query = 'Model="returns" AND Strategy="federate" AND RunPhase="completed"';
  await ui.open(`workflows?query=${encodeURIComponent(query)}`);
  await row('by-form').waitFor();
  expect(await row('misspelt').count()).toBe(0);
  expect(await row('register-').count()).toBe(0);
});
