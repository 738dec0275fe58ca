import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import type { RunRecord } from '../../catalog/catalog.js';
import type { AmalurClient } from '../amalur-client.js';
import type { ReportedModel } from '../report/report.js';
import { unwritable } from './destination.js';
import { print, printJson } from './output.js';
import { exchangeOf, optionsOf, withClient, type GlobalOptions } from './session.js';

/** `amalur report RUN` */
export function addReport(root: Command): void {
  root
    .command('report')
    .description(
      'write all that is known of a run as one HTML page, with plots; it needs no network to be read',
    )
    .argument('<run>', 'workflow id or execution id')
    .option('-o, --output <file>', 'where to (default: RUN.html in this folder); overwritten if it is there')
    .addHelpText(
      'after',
      '\nExamples:\n  $ amalur report train-returns-1f2e3d4c\n  $ amalur report train-returns-1f2e3d4c -o returns.html',
    )
    .action(async (id: string, _options: unknown, command: Command) => {
      const options = optionsOf<{ readonly output?: string }>(command);
      await withClient(options, async ({ client }) => {
        const { run } = await client.ask({ about: 'run', run: id });
        if (run === undefined) return;
        // Loaded only here: plotting is a large library, and no other command needs it.
        const { renderReport } = await import('../report/report.js');
        const file = resolve(options.output ?? `${run.run}.html`);
        const stored = await storedModelOf(client, run, options);
        await write(file, await renderReport(run, new Date().toISOString(), stored));
        if (options.json === true) printJson({ run: run.run, file });
        else print(file);
      });
    });
}

/** What the catalog knows of the run's model, and what of it can be read from here. */
async function storedModelOf(
  client: AmalurClient,
  run: RunRecord,
  options: GlobalOptions,
): Promise<ReportedModel> {
  if (run.kind !== 'training' || run.model === null) return {};
  const { model } = await client.ask({ about: 'model', model: run.model });
  if (!model) return {};
  const { validation } = model.manifest;
  const { readClassNames, readCoefficients } = await import('../stored-model.js');
  const exchange = exchangeOf(options);
  const coefficients = exchange && (await readCoefficients(model, exchange));
  const classes = exchange && (await readClassNames(model, exchange));
  return {
    ...(coefficients && { coefficients }),
    ...(classes && { classes }),
    ...(validation && { validation }),
  };
}

async function write(file: string, page: string): Promise<void> {
  try {
    await writeFile(file, page);
  } catch (error) {
    throw unwritable(file, error);
  }
}
