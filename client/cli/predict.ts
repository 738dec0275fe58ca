import { Option, type Command } from 'commander';
import type { InferenceRequest } from '../../workflows/contracts/results.js';
import { parseInferenceRequest } from '../../core/job/inference-request.js';
import { attend } from './attend.js';
import { openDestination } from './destination.js';
import { EXIT } from './exit-codes.js';
import { tell } from './output.js';
import { optionsOf, withClient } from './session.js';
import { showInference } from './show-result.js';

interface PredictCommandOptions {
  readonly strategy?: NonNullable<InferenceRequest['strategy']>;
  readonly output?: string;
  readonly detach?: boolean;
}

/** `amalur predict MODEL` */
export function addPredict(root: Command): void {
  root
    .command('predict')
    .description('score every row that the silos have now with a model, into a file')
    .argument('<model>', 'name, name@version or name@alias')
    .addOption(
      new Option('--strategy <strategy>', 'bring rows together, or sum partial scores of the silos').choices([
        'materialize',
        'factorize',
      ]),
    )
    .option(
      '-o, --output <file>',
      '.csv or .parquet on this host; default: into the folder of predictions where they come together',
    )
    .option('-d, --detach', 'start the run and return at once')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur predict returns\n  $ amalur predict returns@2 --output scores.parquet\n  $ amalur predict returns --strategy materialize',
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<PredictCommandOptions>(command);
      const { strategy, output, detach } = options;
      if (output !== undefined && detach)
        command.error(
          'error: nobody waits for a detached run to copy its predictions: leave out --output or --detach',
          {
            exitCode: EXIT.usage,
          },
        );
      await withClient(options, async ({ client }) => {
        const destination = output === undefined ? undefined : await openDestination(output);
        try {
          const request = {
            model,
            ...(strategy !== undefined && { strategy }),
            ...(destination && { output: destination.nameAtSite }),
          };
          parseInferenceRequest(request);
          const run = await client.predict(request);
          await attend(run, model, options, showInference, async (result) => {
            const file = await destination?.fill(result.file);
            if (destination && file === undefined) tell(`The predictions are on the host of ${result.site}.`);
            return file === undefined ? result : { ...result, file };
          });
        } finally {
          await destination?.discard();
        }
      });
    });
}
