import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { chromium, type Browser } from 'playwright-core';

export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** The package unpacks what the browser needs (libraries too, where it takes the machine for a bare one) into the temporary folder. */
const UNPACK = `import('@sparticuz/chromium').then(async (it) => process.stdout.write(await it.default.executablePath()))`;

/**
 * A real browser: the Chromium that comes as a package, with its libraries and fonts, where there is one for this machine, else
 * the Chrome that is installed.
 * @throws Error where there is neither
 */
export async function launchBrowser(): Promise<TestBrowser> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    const browser = await chromium.launch({ channel: 'chrome' });
    return { browser, close: () => browser.close() };
  }
  const folder = await mkdtemp(join(tmpdir(), 'amalur-browser-'));
  const remove = () => rm(folder, { recursive: true, force: true, maxRetries: 5 });
  try {
    const { stdout: executablePath } = await promisify(execFile)(process.execPath, ['-e', UNPACK], {
      env: { ...process.env, TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: 'nodejs20.x' },
    });
    const browser = await chromium.launch({
      executablePath,
      // The root of a container may not make a sandbox; the pages are our own.
      args: ['--no-sandbox'],
      env: {
        HOME: folder,
        LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
        FONTCONFIG_PATH: join(folder, 'fonts'),
      },
    });
    return {
      browser,
      async close() {
        await browser.close();
        await remove();
      },
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
