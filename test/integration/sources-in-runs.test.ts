import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { quoteText } from '../../core/sources/sql.js';
import { duckdbExtensionFolder } from '../../workers/toolchain.js';
import { installExample, type TestInstallation } from '../support/installation.js';
import { jobOf, referenceOf, trained } from '../support/jobs.js';
import { startPostgres, type PostgresServer } from '../support/postgres.js';
import { largestDifference, readModel } from '../support/stored-model.js';

let postgres: PostgresServer;
let files: TestInstallation;
let mixed: TestInstallation;

/** Puts the example's tables, which are CSV files, into PostgreSQL, SQLite and Parquet, and writes the configuration for them. */
async function intoDatabases(folder: string, url: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const csv = (name: string) => `read_csv(${quoteText(path.join(folder, 'data', `${name}.csv`))})`;
  // DuckDB by itself takes yes and no for a boolean, our CSV files have them as text.
  const yesOrNo = `CASE returned WHEN true THEN 'yes' WHEN false THEN 'no' END`;
  const sqlite = path.join(folder, 'crm.sqlite');
  const parquet = path.join(folder, 'products.parquet');
  for (const statement of [
    ...['postgres_scanner', 'sqlite_scanner'].map(
      (name) => `LOAD ${quoteText(path.join(duckdbExtensionFolder(), `${name}.duckdb_extension`))}`,
    ),
    `ATTACH ${quoteText(url)} AS shop (TYPE postgres)`,
    `CREATE TABLE shop.orders AS SELECT * REPLACE (${yesOrNo} AS returned) FROM ${csv('orders')}`,
    `ATTACH ${quoteText(sqlite)} AS crm (TYPE sqlite)`,
    `CREATE TABLE crm.customers AS FROM ${csv('customers')}`,
    `COPY (FROM ${csv('products')}) TO ${quoteText(parquet)} (FORMAT parquet)`,
  ])
    await connection.run(statement);
  connection.closeSync();
  instance.closeSync();
  const computed = { month: 'month(ordered_on)' };
  const silos = {
    shop: { tables: { orders: { postgres: '${SHOP_URL}', table: 'orders', key: ['order_id'], computed } } },
    crm: { tables: { customers: { sqlite: 'crm.sqlite', table: 'customers', key: ['customer_id'] } } },
    warehouse: { tables: { products: { parquet: 'products.parquet', key: ['sku'] } } },
  };
  await writeFile(path.join(folder, 'amalur.config.yaml'), stringify({ silos }));
}

beforeAll(async () => {
  postgres = await startPostgres();
  const url = await postgres.freshDatabase();
  // Workers inherit it; the file names only the variable.
  process.env['SHOP_URL'] = url;
  [files, mixed] = await Promise.all([
    installExample('orders'),
    installExample('orders', (folder) => intoDatabases(folder, url)),
  ]);
}, 120_000);
afterAll(async () => {
  await Promise.all([files.remove(), mixed.remove()]);
  await postgres.stop();
  delete process.env['SHOP_URL'];
});

// Not to the bit: PostgreSQL keeps no order of rows, so that theirs is another, and with it the order in which they are summed.
test.each(['materialize', 'factorize', 'federate'] as const)(
  'PostgreSQL, SQLite and Parquet give the model of the same rows in CSV files, to 1e-10: %s',
  async (strategy) => {
    const [one, other] = await Promise.all(
      [files, mixed].map(async (installation) => {
        const result = await trained(installation, jobOf(installation, 'returns', { strategy }));
        return { rows: result.rows, model: await readModel(installation, referenceOf(result)) };
      }),
    );
    expect(other!.rows).toEqual(one!.rows);
    expect(Object.keys(other!.model.parameters)).toHaveLength(3);
    expect(largestDifference(other!.model, one!.model)).toBeLessThan(1e-10);
  },
);
