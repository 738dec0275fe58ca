import type { Command } from 'commander';
import { parseExportRequest } from '../../core/job/export-request.js';
import { openDestination } from './destination.js';
import { formatBytes } from './format.js';
import { print, printJson, tell } from './output.js';
import { optionsOf, withClient } from './session.js';

/** `amalur export MODEL` */
export function addExport(root: Command): void {
  root
    .command('export')
    .description('write a model, with the encoding of its columns, as ONNX for other programs')
    .argument('<model>', 'name, name@version or name@alias')
    .option(
      '-o, --output <file>',
      '.onnx on this host; default: into the folder of predictions of the aggregator',
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur export returns -o returns.onnx\n  $ amalur export returns@2',
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ readonly output?: string }>(command);
      // What is wrong with a name is said before anything is made.
      parseExportRequest({
        model,
        ...(options.output !== undefined && { output: `x${options.output.slice(-5)}` }),
      });
      await withClient(options, async ({ client }) => {
        const destination = options.output === undefined ? undefined : await openDestination(options.output);
        try {
          const result = await client.exportModel({
            model,
            ...(destination && { output: destination.nameAtSite }),
          });
          const file = await destination?.fill(result.file);
          if (destination && file === undefined) tell('The file is on the host of the aggregator.');
          const exported = file === undefined ? result : { ...result, file };
          if (options.json === true) printJson(exported);
          else print(`${exported.file}  (${formatBytes(exported.bytes)})`);
        } finally {
          await destination?.discard();
        }
      });
    });
}
