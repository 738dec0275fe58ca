import type { Command } from 'commander';
import type { HealthResult } from '../../workflows/contracts/health.js';
import { EXIT } from './exit-codes.js';
import { NONE } from './format.js';
import { print, printJson, table } from './output.js';
import { optionsOf, withClient } from './session.js';

/** `amalur health` */
export function addHealth(root: Command): void {
  root
    .command('health')
    .description('ask every site whether its worker answers and its tables can be read')
    .argument('[silos...]', 'names of silos (default: all that are registered)')
    .addHelpText(
      'after',
      '\nEnds with 1 if a site is not well. By the clock: amalur schedule health --cron …',
    )
    .action(async (silos: string[], _options: unknown, command: Command) => {
      const options = optionsOf(command);
      await withClient(options, async ({ client }) => {
        const health = await client.health(silos.length > 0 ? { silos } : {});
        if (options.json === true) printJson(health);
        else print(showHealth(health));
        if (!health.ok) process.exitCode = EXIT.error;
      });
    });
}

function showHealth({ sites }: HealthResult): string {
  return table(
    [
      { head: 'site' },
      { head: 'state' },
      { head: 'host' },
      { head: 'tables', align: 'right' },
      { head: 'changed since registered' },
    ],
    sites.map(({ site, ok, host, tables, changed, error }) => [
      site,
      ok ? 'ok' : `${error?.code ?? 'failed'}: ${error?.message ?? 'for an unknown reason'}`,
      host ?? NONE,
      tables === null ? NONE : String(tables),
      changed.join(', ') || NONE,
    ]),
  );
}
