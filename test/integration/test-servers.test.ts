import { Connection } from '@temporalio/client';
import pg from 'pg';
import { expect, inject, it } from 'vitest';
import { startPostgres } from '../support/postgres.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/results.js';

it('the Temporal server of the tests answers and knows the search attributes', async () => {
  const connection = await Connection.connect({ address: inject('temporalAddress') });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(Object.keys(SEARCH_ATTRIBUTES)));
  await connection.close();
});

it('the PostgreSQL server of the tests gives fresh databases', async () => {
  const server = await startPostgres();
  const url = await server.freshDatabase();
  expect(await server.freshDatabase()).not.toBe(url);
  const client = new pg.Client(url);
  await client.connect();
  expect((await client.query('SELECT 1 AS one')).rows).toEqual([{ one: 1 }]);
  await client.end();
  await server.stop();
});
