#!/usr/bin/env node
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { print, tell, tellError } from '../cli/output.js';
import { startLocalInstallation, type LocalInstallation } from '../local-installation.js';
import { untilAskedToStop } from '../local/until-asked-to-stop.js';
import { tellStory } from './demo.js';
import { createWorkspace, type Workspace } from './workspace.js';

const USAGE = 'npm run demo -- [--json FILE] [--keep]';

async function main(): Promise<number> {
  const options = parse();
  if (options === undefined) return 2;
  const startedAt = Date.now();
  const asked = untilAskedToStop();
  const workspace = await createWorkspace();
  tell(
    `\nLate flights: one model over three silos, three ways\nWorking in ${workspace.folder}; starting a Temporal server and five workers …`,
  );
  let installation: LocalInstallation | undefined;
  // On ports that are free, so that it disturbs no other server.
  const starting = startLocalInstallation(workspace.config, { port: 'any', uiPort: 'any', say: tell });
  try {
    installation = await Promise.race([starting, asked]);
    if (installation === undefined) return 130;
    const told = tellStory(installation, workspace, options.json).then(() => 'told' as const);
    if ((await Promise.race([told, asked])) === undefined) return 130;
    print(`\nDone in ${Math.round((Date.now() - startedAt) / 1000)} s.`);
    if (options.keep) {
      print(howToLook(installation, workspace));
      await asked;
    } else {
      print(
        'The folder is removed now. To look at the runs in the Temporal UI and at the files: npm run demo -- --keep',
      );
    }
    return 0;
  } finally {
    tell('Stopping …');
    installation ??= await starting.catch(() => undefined);
    await installation?.stop();
    if (!options.keep) await workspace.remove();
  }
}

function parse(): { json: string | undefined; keep: boolean } | undefined {
  try {
    const { values } = parseArgs({
      options: { json: { type: 'string' }, keep: { type: 'boolean', default: false } },
    });
    return { json: values.json === undefined ? undefined : resolve(values.json), keep: values.keep };
  } catch (error) {
    tell(`${(error as Error).message}\nusage: ${USAGE}`);
    return undefined;
  }
}

function howToLook({ ui, address }: LocalInstallation, { folder }: Workspace): string {
  return [
    '',
    'Everything stays up until Ctrl-C:',
    `  Temporal UI   ${ui}   (a run's live table is in its User Metadata)`,
    `  temporal CLI  temporal workflow list --address ${address}`,
    `  Amalur CLI    npx amalur runs --config ${folder}`,
    `  files         ${folder}`,
  ].join('\n');
}

try {
  process.exitCode = await main();
} catch (error) {
  tellError(error);
  process.exitCode = 1;
}
// Connections that are half open must not keep the terminal waiting; children end with this process.
process.exit();
