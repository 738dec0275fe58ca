import path from 'node:path';
import { openDuckDB } from './duckdb.js';

/** Rows of the orders of an installed example as JSON, with what the configuration computes. */
export async function orderRows(
  folder: string,
): Promise<readonly { id: string; row: Record<string, unknown> }[]> {
  const { query, close } = await openDuckDB();
  const cells = await query(
    `SELECT order_id, channel, customer_id, product, quantity, discount, gift, month(ordered_on)
     FROM read_csv('${path.join(folder, 'data', 'orders.csv')}', types = {'customer_id': 'BIGINT', 'gift': 'BOOLEAN'})`,
  );
  close();
  return cells.map(([id, channel, customer_id, product, quantity, discount, gift, month]) => ({
    id: String(id),
    row: { channel, customer_id, product, quantity, discount, gift, month },
  }));
}
