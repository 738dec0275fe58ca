import { extname } from 'node:path';
import { Option, type Command } from 'commander';
import { EXPORT_FORMATS, type ExportFormat } from '../../core/job/export-formats.js';
import { parseExportRequest } from '../../core/job/export-request.js';
import { openDestination } from './destination.js';
import { formatBytes } from './format.js';
import { isModelFolder, openModelFolder } from './model-folder.js';
import { print, printJson, tell } from './output.js';
import { optionsOf, withClient } from './session.js';

interface ExportCommandOptions {
  readonly output?: string;
  readonly format?: ExportFormat;
}

/** `amalur export MODEL` */
export function addExport(root: Command): void {
  root
    .command('export')
    .description(
      'write a model with the encoding of its columns: for other programs, or for another installation',
    )
    .argument('<model>', 'name, name@version or name@alias')
    .option(
      '-o, --output <file>',
      '.onnx, .amalur, or a folder for a model.json, on this host; default: into the folder of predictions of the aggregator',
    )
    .addOption(
      new Option('--format <format>', 'default: by the name of the file, or else onnx').choices(
        EXPORT_FORMATS,
      ),
    )
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur export returns -o returns.onnx\n  $ amalur export returns@2 -o returns.amalur     (for: amalur import)' +
        '\n  $ amalur export returns-network -o returns-tfjs   (TensorFlow.js: model.json, weights.bin, encoding.json)' +
        '\n  $ amalur export returns --format amalur',
    )
    .action(async (model: string, _options: unknown, command: Command) => {
      const options = optionsOf<ExportCommandOptions>(command);
      const { output, format } = options;
      const toFolder = output !== undefined && (format === 'tfjs' || isModelFolder(output));
      const asked = { model, ...(format && { format }) };
      // What is wrong with a name is said before anything is made.
      parseExportRequest({
        ...asked,
        ...(output !== undefined && { output: toFolder ? 'x/model.json' : `x${extname(output)}` }),
      });
      await withClient(options, async ({ client }) => {
        const open = toFolder ? openModelFolder : openDestination;
        const destination = output === undefined ? undefined : await open(output);
        try {
          const result = await client.exportModel({
            ...asked,
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
