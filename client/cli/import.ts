import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { openStore } from '../../core/exchange/index.js';
import { parseImportRequest } from '../../core/job/import-request.js';
import type { ImportResult } from '../../workflows/contracts/results.js';
import { facts, print, printJson } from './output.js';
import { configOf, optionsOf, withClient } from './session.js';

interface ImportCommandOptions {
  readonly name?: string;
  readonly nextVersion?: boolean;
}

/** `amalur import FILE` */
export function addImport(root: Command): void {
  root
    .command('import')
    .description('bring a model that another installation exported as .amalur into this one')
    .argument('<file>', 'what `amalur export MODEL -o FILE.amalur` wrote')
    .option('--name <name>', 'name of the model here; default: the one that it has there')
    .option('--next-version', 'where there are models of that name: make it the next version')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur import returns.amalur\n  $ amalur import returns.amalur --name returns-of-berlin' +
        '\n\nThe tables and columns that the model reads have to be here, under their names. A model that is here already stays as it is.',
    )
    .action(async (given: string, _options: unknown, command: Command) => {
      const options = optionsOf<ImportCommandOptions>(command);
      const { name, nextVersion } = options;
      const bytes = await bytesOf(given);
      // What is wrong with a file or a name is said before anything is made.
      const { readModelFile } = await import('../../core/export/amalur/model-file.js');
      readModelFile(bytes);
      const asked = { ...(name !== undefined && { name }), ...(nextVersion === true && { nextVersion }) };
      parseImportRequest({ file: '0'.repeat(64), ...asked });
      const { exchange, s3 } = configOf(options);
      await withClient(options, async ({ client }) => {
        const file = await openStore(exchange, s3).put(bytes);
        const result = await client.importModel({ file, ...asked });
        if (options.json === true) printJson(result);
        else print(showImport(result));
      });
    });
}

async function bytesOf(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    const there = (cause as NodeJS.ErrnoException).code !== 'ENOENT';
    throw new AmalurError(
      there ? 'AMALUR_SOURCE_UNREADABLE' : 'AMALUR_SOURCE_MISSING',
      there ? `the file ${file} cannot be read` : `there is no file ${file}`,
      { field: 'file', suggestion: 'give the path of a file that amalur export wrote' },
      { cause },
    );
  }
}

function showImport({ model: { name, version }, known, origin, run }: ImportResult): string {
  return facts([
    ['model', `${name}@${version}${known ? ', which was here already' : ''}`],
    ['exported as', origin],
    ['run', run],
  ]);
}
