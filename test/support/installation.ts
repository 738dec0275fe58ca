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
  /** Stops everything and removes the folder. */
  remove(): Promise<void>;
}

/**
 * A whole installation of an example in a folder of its own: a real server and real workers as separate processes, silos
 * registered.
 * @param prepare changes the copied folder before anything starts
 */
export async function installExample(
  name: 'orders' | 'credit' | 'flight-counts' | 'late-flights' | 'heart-disease' | 'clinic',
  prepare?: (folder: string) => Promise<void>,
  options: Omit<LocalInstallationOptions, 'say'> = {},
): Promise<TestInstallation> {
  const folder = await mkdtemp(path.join(tmpdir(), `amalur ${name} `));
  await cp(path.join(examples, name), folder, { recursive: true });
  await prepare?.(folder);
  const config = loadConfig(folder);
  const lines: string[] = [];
  const installation = await startLocalInstallation(config, {
    ...options,
    say: (line) => lines.push(line),
  });
  await Promise.all(config.silos.map((silo) => installation.client.registerSilo(silo.name)));
  return {
    ...installation,
    folder,
    config,
    async remove() {
      await installation.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
