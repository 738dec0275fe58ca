import { resolve } from 'node:path';
import { Option, type Command } from 'commander';
import type { InferenceRequest } from '../../workflows/contracts/results.js';
import { attend } from './attend.js';
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
    .option('-o, --output <file>', '.csv or .parquet, on the host where the predictions come together')
    .option('-d, --detach', 'start the run and return at once')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur predict returns\n  $ amalur predict returns@2 --output scores.parquet\n  $ amalur predict returns --strategy materialize',
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<PredictCommandOptions>(command);
      const { strategy, output } = options;
      await withClient(options, async ({ client }) => {
        const run = await client.predict({
          model,
          ...(strategy !== undefined && { strategy }),
          ...(output !== undefined && { output: resolve(output) }),
        });
        await attend(run, model, options, showInference);
      });
    });
}
