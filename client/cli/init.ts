import { constants } from 'node:fs';
import { access, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative, resolve } from 'node:path';
import type { Command } from 'commander';
import { AmalurError } from '../../core/errors.js';
import { inPackage } from '../package-root.js';
import { print } from './output.js';

const CONFIG = 'amalur.config.yaml';
const FILES = ['returns.json', 'delivery.json', 'data/orders.csv', 'data/customers.csv', 'data/products.csv'];

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
    .description('write an example: a commented configuration, small tables in three silos, two jobs')
    .argument('[folder]', 'where to; made if missing', '.')
    .addHelpText('after', '\nOverwrites nothing.\n\nExample:\n  $ amalur init shop && cd shop && amalur up')
    .action(async (folder: string) => {
      const target = resolve(folder);
      await refuseToOverwrite(target);
      for (const file of FILES) {
        await mkdir(dirname(join(target, file)), { recursive: true });
        await copyFile(inPackage('examples', 'orders', file), join(target, file), constants.COPYFILE_EXCL);
      }
      const config = await readFile(inPackage('examples', 'orders', CONFIG), 'utf8');
      await writeFile(join(target, CONFIG), `${GUIDE}\n${config}`, { flag: 'wx' });
      for (const file of [CONFIG, ...FILES]) print(`wrote ${join(relative('.', target), file)}`);
      print(`\nNext: ${folder === '.' ? '' : `cd ${folder} && `}amalur up`);
    });
}

async function refuseToOverwrite(target: string): Promise<void> {
  for (const file of [CONFIG, 'amalur.config.yml', 'amalur.config.json', ...FILES]) {
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
