import type { Command } from 'commander';
import { print, printJson } from './output.js';
import { optionsOf, withClient } from './session.js';

/** `amalur promote MODEL` */
export function addPromote(root: Command): void {
  root
    .command('promote')
    .description('let an alias of a model name this version')
    .argument('<model>', 'name@version; name alone is its latest')
    .option('--alias <alias>', 'default: production')
    .addHelpText('after', '\nExample, back to the version before:\n  $ amalur promote returns@2')
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ readonly alias?: string }>(command);
      const { alias } = options;
      await withClient(options, async ({ client }) => {
        const result = await client.promote({ model, ...(alias !== undefined && { alias }) });
        const { before } = result;
        if (options.json === true) printJson(result);
        else print(`${result.alias} is ${result.model}${before === null ? '' : `, before ${before}`}`);
      });
    });
}
