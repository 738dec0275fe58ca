import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Locator, Page } from 'playwright-core';

/** How every picture of the documentation looks. */
export const PICTURED = {
  viewport: { width: 1280, height: 960 },
  colorScheme: 'light',
  deviceScaleFactor: 1,
  locale: 'en-GB',
  timezoneId: 'UTC',
} as const;

/**
 * Takes a picture for the documentation, where `AMALUR_PICTURES` names the folder for it (`docs/images`).
 * @param name of the file, without its ending
 */
export async function photograph(what: Page | Locator, name: string): Promise<void> {
  const folder = process.env['AMALUR_PICTURES'];
  if (folder === undefined) return;
  await mkdir(resolve(folder), { recursive: true });
  await what.screenshot({
    path: join(resolve(folder), `${name}.png`),
    animations: 'disabled',
    caret: 'hide',
  });
}
