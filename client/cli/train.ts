import type { Command } from 'commander';
import { readJob } from './job-file.js';
import { attend } from './attend.js';
import { EXIT } from './exit-codes.js';
import { optionsOf, withClient } from './session.js';
import { showTraining } from './show-result.js';

interface TrainCommandOptions {
  readonly detach?: boolean;
  readonly id?: string;
  readonly resumeFrom?: string;
}

/** `amalur train JOB` */
export function addTrain(root: Command): void {
  root
    .command('train')
    .description('train a model as a durable run, and watch it')
    .argument('[job]', 'job file, JSON or YAML; not needed with --resume-from')
    .option('-d, --detach', 'start the run and return at once')
    .option('--resume-from <run>', 'go on from where a run has ended; without JOB with the job of that run')
    .option('--id <id>', 'workflow id of the run (default: train-NAME-random)')
    .addHelpText(
      'after',
      '\nThe run lives on the server: Ctrl-C asks whether to cancel it or to leave it running.\n' +
        '\nExamples:\n  $ amalur train returns.json\n  $ amalur train returns.json --detach\n  $ amalur train returns.json --json > result.json',
    )
    .action(async (path: string | undefined, _options: unknown, command: Command) => {
      const options = optionsOf<TrainCommandOptions>(command);
      const { resumeFrom } = options;
      const id = options.id === undefined ? {} : { id: options.id };
      if (path === undefined) {
        if (resumeFrom === undefined)
          command.error('error: a JOB is wanted, or --resume-from', { exitCode: EXIT.usage });
        await withClient(options, async ({ client }) => {
          const run = await client.resume(resumeFrom, id);
          await attend(run, run.id, options, showTraining);
        });
        return;
      }
      const job = { ...(await readJob(path)), ...(resumeFrom !== undefined && { resumeFrom }) };
      await withClient(options, async ({ client }) => {
        const run = await client.train(job, id);
        await attend(run, job.name, options, showTraining);
      });
    });
}
