import type { Command } from 'commander';
import { readJob } from './job-file.js';
import { print, printJson } from './output.js';
import { optionsOf, withClient } from './session.js';
import { showIntegration } from './show-integration.js';

/** `amalur integration explain JOB` */
export function addIntegration(root: Command): void {
  const integration = root
    .command('integration')
    .description('look at how the tables of a job come together');
  integration
    .command('explain')
    .description(
      'show the target table: columns with their sources, row patterns, owners, overlaps, redundancy; nothing is trained',
    )
    .argument('<job>', 'job file, JSON or YAML')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur integration explain returns.json\n  $ amalur integration explain returns.json --json',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const job = await readJob(path);
      await withClient(options, async ({ client }) => {
        const record = await client.explainIntegration(job);
        if (options.json === true) printJson(record);
        else print(showIntegration(record));
      });
    });
}
