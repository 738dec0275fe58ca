import { constants } from 'node:fs';
import { access, copyFile, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import { Option, type Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { inPackage } from '../package-root.js';
import { print, printJson } from './output.js';
import { optionsOf } from './session.js';

const CONFIG = 'amalur.config.yaml';
/** Folders of examples/, the default first; examples/README.md tells what they show. */
const EXAMPLES = ['orders', 'clinic', 'credit', 'flight-counts', 'heart-disease', 'late-flights'] as const;

const GUIDE = `# An installation: which silos there are, their tables, and where these are. Every path is relative to this file.
#
# A table is one of
#   csv: data/orders.csv
#   parquet: data/orders.parquet
#   sqlite: shop.db                              with   table: orders
#   postgres: postgresql://me:\${PASSWORD}@host/db  with   table: orders      (\${…} is taken from the environment)
# and may have
#   key: [order_id]                              columns that identify a row; checked
#   computed: { month: 'month(ordered_on)' }     further columns, as DuckDB SQL over the table's own
#
# Also, with their defaults:
#   state: .amalur                               databases, logs, stores
#   exchange: .amalur/exchange                   folder that all silos reach; arrays travel through it
#   catalog: file:.amalur/catalog.db             or postgresql://…
#   predictions: predictions
`;

/** `amalur init [FOLDER]` */
export function addInit(root: Command): void {
  root
    .command('init')
    .description('write an example: a commented configuration, small tables in several silos, jobs')
    .argument('[folder]', 'where to; made if missing', '.')
    .addOption(new Option('--example <name>', 'which one').choices(EXAMPLES).default(EXAMPLES[0]))
    .addHelpText(
      'after',
      '\nOverwrites nothing.\n\nExamples:\n  $ amalur init shop && cd shop && amalur up' +
        '\n  $ amalur init clinic --example clinic',
    )
    .action(async (folder: string, _options: unknown, command: Command) => {
      const { example, json } = optionsOf<{ readonly example: (typeof EXAMPLES)[number] }>(command);
      const target = resolve(folder);
      const files = await filesOf(example);
      await refuseToOverwrite(target, files);
      for (const file of files) {
        await mkdir(dirname(join(target, file)), { recursive: true });
        await copyFile(inPackage('examples', example, file), join(target, file), constants.COPYFILE_EXCL);
      }
      const config = await readFile(inPackage('examples', example, CONFIG), 'utf8');
      await writeFile(join(target, CONFIG), `${GUIDE}\n${config}`, { flag: 'wx' });
      const wrote = [CONFIG, ...files].map((file) => join(relative('.', target), file));
      if (json === true) {
        printJson({ folder: target, wrote });
        return;
      }
      for (const file of wrote) print(`wrote ${file}`);
      print(`\nNext: ${folder === '.' ? '' : `cd ${folder} && `}amalur up`);
    });
}

/** Jobs, networks and data: not what runs may have left in the folder, nor how the data were made. */
async function filesOf(example: string): Promise<string[]> {
  const jobs = (await readdir(inPackage('examples', example))).filter((name) => name.endsWith('.json'));
  const folders = await Promise.all(
    ['networks', 'data'].map(async (folder) => {
      const names = await readdir(inPackage('examples', example, folder)).catch(() => []);
      return names.sort().map((name) => `${folder}/${name}`);
    }),
  );
  return [...jobs.sort(), ...folders.flat()];
}

async function refuseToOverwrite(target: string, files: readonly string[]): Promise<void> {
  for (const file of [CONFIG, 'amalur.config.yml', 'amalur.config.json', ...files]) {
    const there = await access(join(target, file)).then(
      () => true,
      () => false,
    );
    if (!there) continue;
    throw new AmalurError('AMALUR_DUPLICATE_NAME', `${join(target, file)} is there already`, {
      suggestion: 'choose an empty folder: amalur init FOLDER',
    });
  }
}
