import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  startLocalInstallation,
  type LocalInstallation,
  type LocalInstallationOptions,
} from '../../client/local-installation.js';
import { loadConfig, type AmalurConfig } from '../../core/config/index.js';

const examples = fileURLToPath(new URL('../../examples', import.meta.url));

export interface TestInstallation extends LocalInstallation {
  readonly folder: string;
  readonly config: AmalurConfig;
  /** What the installation has said, a line each. */
  readonly said: readonly string[];
  /** Stops everything and removes the folder. */
  remove(): Promise<void>;
}

export type Example = 'orders' | 'credit' | 'flight-counts' | 'late-flights' | 'heart-disease' | 'clinic';

/** @returns a folder of its own with the files of an example */
export async function copyExample(name: Example): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), `amalur ${name} `));
  await cp(path.join(examples, name), folder, { recursive: true });
  return folder;
}

/**
 * A whole installation of an example in a folder of its own: a real server and real workers as separate processes, silos
 * registered.
 * @param prepare changes the copied folder before anything starts
 */
export async function installExample(
  name: Example,
  prepare?: (folder: string) => Promise<void>,
  options: Omit<LocalInstallationOptions, 'say'> = {},
): Promise<TestInstallation> {
  const folder = await copyExample(name);
  await prepare?.(folder);
  const config = loadConfig(folder);
  const lines: string[] = [];
  const installation = await startLocalInstallation(config, {
    // Other files start installations at the same moment: the usual port would be free for both of them.
    ...{ port: 'any', uiPort: 'any' },
    ...options,
    say: (line) => lines.push(line),
  });
  await Promise.all(config.silos.map((silo) => installation.client.registerSilo(silo.name)));
  return {
    ...installation,
    folder,
    config,
    said: lines,
    async remove() {
      await installation.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
