import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { renderReport } from '../../client/report/report.js';
import { launchBrowser, type TestBrowser } from '../support/browser.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, trained } from '../support/jobs.js';
import { cutOrCovered, faintTexts } from '../support/page-checks.js';

/** A classification by rounds, one with cross-validation and search, a regression, and a clustering. */
const JOBS = [
  ['returns', 'federate'],
  ['returns-search', 'materialize'],
  ['delivery', 'materialize'],
  ['order-groups', 'factorize'],
] as const;
const SCHEMES = ['light', 'dark'] as const;

let shop: TestInstallation;
let running: TestBrowser;
const pages = new Map<string, string>();

beforeAll(async () => {
  running = await launchBrowser();
  shop = await installExample('orders');
  for (const [name, strategy] of JOBS) {
    const { run } = await trained(shop, jobOf(shop, name, { strategy }));
    const { run: record } = await shop.client.ask({ about: 'run', run });
    const file = join(shop.folder, `${name}.html`);
    await writeFile(file, await renderReport(record!, '2026-01-01T00:00:00.000Z'));
    pages.set(name, pathToFileURL(file).href);
  }
}, 120_000);
afterAll(async () => {
  await running.close();
  await shop.remove();
});

describe.each(JOBS)('the report of %s by %s, in a browser', (name) => {
  test.each(SCHEMES)('asks for nothing else and has no error, %s', async (colorScheme) => {
    const seen: string[] = [];
    const page = await running.browser.newPage({ colorScheme });
    page.on('request', (request) => seen.push(request.url()));
    page.on('pageerror', (error) => seen.push(error.message));
    page.on('console', (message) => seen.push(message.text()));
    await page.goto(pages.get(name)!);
    expect(seen).toEqual([pages.get(name)]);
    await page.close();
  });

  test.each(SCHEMES)(
    'can be read: no text has less than 4.5 times the contrast of its ground, %s',
    async (colorScheme) => {
      const page = await open(name, { colorScheme });
      const faint = await page.evaluate(faintTexts);
      expect(faint).toEqual([]);
      await page.close();
    },
  );

  test.each([1000, 390])(
    'fits a window %i wide, and no text of a picture is cut or lies on another',
    async (width) => {
      const page = await open(name, { viewport: { width, height: 900 } });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      expect(await page.locator('svg').count()).toBeGreaterThan(2);
      expect(await page.evaluate(cutOrCovered)).toEqual([]);
      await page.close();
    },
  );

  test('prints to a PDF, dark on white whatever the screen is', async () => {
    const page = await open(name, { colorScheme: 'dark' });
    const pdf = await page.pdf({ format: 'A4' });
    expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
    expect(pdf.length).toBeGreaterThan(20_000);
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
      'rgb(255, 255, 255)',
    );
    expect(await page.evaluate(faintTexts)).toEqual([]);
    await page.close();
  });
});

async function open(name: string, options: Parameters<Browser['newPage']>[0]): Promise<Page> {
  const page = await running.browser.newPage(options);
  await page.goto(pages.get(name)!);
  // What is folded is part of the page, too.
  await page.evaluate(() => document.querySelectorAll('details').forEach((details) => (details.open = true)));
  return page;
}
