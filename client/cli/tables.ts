import type { Command } from 'commander';
import { findTable } from '../../core/job/known-tables.js';
import { print, printJson, tell } from './output.js';
import { optionsOf, withClient } from './session.js';
import { showColumns, showTables } from './show-tables.js';

/** `amalur tables [TABLE]` */
export function addTables(root: Command): void {
  root
    .command('tables')
    .description('list the tables that the silos have registered, or the columns of one')
    .argument('[table]', 'silo.table')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur tables\n  $ amalur tables shop.orders\n  $ amalur tables --json',
    )
    .action(async (name: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      await withClient(options, async ({ client }) => {
        const { tables = [] } = await client.ask({ about: 'tables' });
        const found = name === undefined ? undefined : findRecord(tables, name);
        if (options.json === true) printJson(found ?? tables);
        else if (found !== undefined) print(showColumns(found));
        else if (tables.length > 0) print(showTables(tables));
        else tell('No silo has registered a table yet: amalur up does it, or amalur register SILO.');
      });
    });
}

function findRecord<Record extends Parameters<typeof findTable>[0][number]>(
  tables: readonly Record[],
  name: string,
): Record {
  const found = findTable(tables, name, 'table');
  return tables.find((record) => record === found) as Record;
}
