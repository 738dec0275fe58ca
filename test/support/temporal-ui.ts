import type { Locator, Page } from 'playwright-core';
import type { TestInstallation } from './installation.js';

/** The pages of Temporal's Web UI as a person finds their way through them. */
export interface TemporalUi {
  readonly page: Page;
  /** Opens a page of the namespace. */
  open(path: string): Promise<void>;
  /** Opens the run's latest execution at one of its tabs. */
  openRun(workflow: string, tab: 'timeline' | 'history' | 'user-metadata'): Promise<void>;
  /** What the tab `User Metadata` of a run shows: its summary, and its details as they are now. */
  readonly summary: Locator;
  readonly details: Locator;
  /** Asks for the details of now, as the page says it. */
  refreshDetails(): Promise<void>;
  /** Fills in the form for a start, and starts. */
  start(what: { readonly workflow: string; readonly type: string; readonly input: string }): Promise<void>;
  /** Sends an update to the run that is open, which takes it. */
  update(name: string, input?: string): Promise<void>;
  /** Sends an update, which the run refuses for this reason. */
  updateInVain(name: string, reason: string): Promise<void>;
  /** Until no request is under way. */
  settled(): Promise<void>;
}

export function temporalUi(page: Page, { ui, client }: TestInstallation): TemporalUi {
  const open = async (path: string): Promise<void> => {
    await page.goto(`${ui}/namespaces/default/${path}`);
  };
  const settled = (): Promise<void> => page.waitForLoadState('networkidle');
  const type = async (into: Locator, input: string): Promise<void> => {
    await into.click();
    await page.keyboard.press('ControlOrMeta+A');
    await page.keyboard.insertText(input);
  };
  const dialog = page.getByRole('dialog');
  const submit = async (name: string, input?: string): Promise<void> => {
    await page.getByRole('button', { name: 'More Actions' }).click();
    await page.getByRole('menuitem', { name: 'Send an Update' }).click();
    await dialog.getByRole('button', { name: 'Select an Update' }).click();
    await page.getByRole('option', { name: new RegExp(`^${name}\\b`) }).click();
    if (input !== undefined) await type(dialog.getByRole('textbox', { name: 'Data' }), input);
    await dialog.getByRole('button', { name: 'Submit' }).click();
  };
  return {
    page,
    open,
    async openRun(workflow, tab) {
      const { runId } = await client.temporal.workflow.getHandle(workflow).describe();
      await open(`workflows/${encodeURIComponent(workflow)}/${runId}/${tab}`);
    },
    summary: page.frameLocator('#user-metadata-summary').locator('main'),
    details: page.frameLocator('#user-metadata-current-details').locator('main'),
    refreshDetails: () => page.keyboard.press('r'),
    async start({ workflow, type: workflowType, input }) {
      const where = new URLSearchParams({ workflowId: workflow, taskQueue: 'amalur', workflowType });
      await open(`workflows/start-workflow?${where.toString()}`);
      // The form fills in what the latest run of the type was given, if it finds one.
      await settled();
      await type(page.getByRole('textbox', { name: 'Data' }), input);
    },
    async update(name, input) {
      await submit(name, input);
      await dialog.waitFor({ state: 'hidden' });
    },
    async updateInVain(name, reason) {
      await submit(name);
      await dialog.getByText(reason).first().waitFor();
      await dialog.getByRole('button', { name: 'Cancel' }).last().click();
      await dialog.waitFor({ state: 'hidden' });
    },
    settled,
  };
}
