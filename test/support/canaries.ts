import { appendFile, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Values that stand in no other place of the world, by the silo that owns them: in keys, features, labels and notes. */
export const CANARIES: Readonly<Record<string, readonly (string | number)[]>> = {
  shop: ['CANARYORDER', 'canarychannel', 'canarynote', 'canarylabel', 90210.28125, 61234.59375],
  crm: [98413577, 'canarysegment', 'Canaryville', 48215.0625],
  warehouse: ['CANARY-SKU', 'canaryname', 'canarycategory', 77123.40625],
};

/** Rows that hold the canaries; several orders, so that training sees them whatever the split. */
export async function plantCanaries(folder: string): Promise<void> {
  const orders = Array.from(
    { length: 6 },
    (_, at) =>
      `CANARYORDER${at},2024-05-17,canarychannel,98413577,CANARY-SKU,2,90210.28125,true,canarynote,61234.59375,${at % 2 ? 'canarylabel' : 'yes'}`,
  );
  const table = (name: string) => path.join(folder, 'data', `${name}.csv`);
  await appendFile(table('orders'), `${orders.join('\n')}\n`);
  await appendFile(table('customers'), '98413577,canarysegment,Canaryville,1931,true,48215.0625\n');
  await appendFile(table('products'), 'CANARY-SKU,canaryname,canarycategory,77123.40625,1.5,true,2024\n');
}

/** Those of the values that occur in texts of bytes: as text, or as a float64 in memory's order. */
export function canariesIn(
  contents: readonly string[],
  canaries: readonly (string | number)[],
): (string | number)[] {
  const forms = (canary: string | number) =>
    typeof canary === 'string'
      ? [canary]
      : [String(canary), Buffer.from(Float64Array.of(canary).buffer).toString('latin1')];
  return canaries.filter((canary) =>
    contents.some((text) => forms(canary).some((form) => text.includes(form))),
  );
}

/** Every file below a folder. */
export async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => path.join(parentPath, name));
}
