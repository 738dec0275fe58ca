import type { Command } from 'commander';
import type { RegistrationResult } from '../../workflows/contracts/results.js';
import { formatCount } from './format.js';
import { print, printJson } from './output.js';
import { configOf, optionsOf, withClient } from './session.js';

/** `amalur register [SILO…]` */
export function addRegister(root: Command): void {
  root
    .command('register')
    .description('let silos profile their tables again and enter them into the catalog')
    .argument('[silos...]', 'names of silos (default: all of the configuration)')
    .addHelpText('after', '\nExamples:\n  $ amalur register\n  $ amalur register shop crm')
    .action(async (named: string[], _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const silos = named.length > 0 ? named : configOf(options).silos.map(({ name }) => name);
      await withClient(options, async ({ client }) => {
        const results = await Promise.all(silos.map((silo) => client.registerSilo(silo)));
        if (options.json === true) printJson(results);
        else for (const result of results) print(registered(result));
      });
    });
}

/** `shop: orders (5,000 rows)` */
export function registered({ silo, tables }: RegistrationResult): string {
  const names = tables.map(({ table, rows }) => `${table} (${formatCount(rows)} rows)`);
  return `${silo}: ${names.join(', ')}`;
}
