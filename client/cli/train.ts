import type { Command } from 'commander';
import { readJob } from './job-file.js';
import { attend } from './attend.js';
import { optionsOf, withClient } from './session.js';
import { showTraining } from './show-result.js';

interface TrainCommandOptions {
  readonly detach?: boolean;
  readonly id?: string;
}

/** `amalur train JOB` */
export function addTrain(root: Command): void {
  root
    .command('train')
    .description('train a model as a durable run, and watch it')
    .argument('<job>', 'job file, JSON or YAML')
    .option('-d, --detach', 'start the run and return at once')
    .option('--id <id>', 'workflow id of the run (default: train-NAME-random)')
    .addHelpText(
      'after',
      '\nThe run lives on the server: Ctrl-C asks whether to cancel it or to leave it running.\n' +
        '\nExamples:\n  $ amalur train returns.json\n  $ amalur train returns.json --detach\n  $ amalur train returns.json --json > result.json',
    )
    .action(async (path: string, _options: unknown, command: Command) => {
      const options = optionsOf<TrainCommandOptions>(command);
      const job = await readJob(path);
      await withClient(options, async ({ client }) => {
        const run = await client.train(job, options.id === undefined ? {} : { id: options.id });
        await attend(run, job.name, options, showTraining);
      });
    });
}
