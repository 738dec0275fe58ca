import type { Command } from 'commander';
import { readJob } from './job-file.js';
import { print, printJson } from './output.js';
import { optionsOf, withClient } from './session.js';
import { showParties, showPlan } from './show-plan.js';

/** `amalur plan JOB` */
export function addPlan(root: Command): void {
  root
    .command('plan')
    .description('show what a training would do and cost, and why; nothing is trained')
    .argument('<job>', 'job file, JSON or YAML')
    .addHelpText('after', '\nExamples:\n  $ amalur plan returns.json\n  $ amalur plan returns.json --json')
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf(command);
      const job = await readJob(path);
      await withClient(options, async ({ client }) => {
        const result = await client.plan(job);
        if (options.json === true) printJson(result);
        else print(`${showParties(result.resolved)}\n\n${showPlan(result.plan)}`);
      });
    });
}
