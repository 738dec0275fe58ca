import { encodedColumns, type Encoder } from './encoder.js';

/** Names of a party's encoded columns in T: unique there, and the same wherever the party's rows are. */
export function columnNames(id: string, encoder: Encoder): string[] {
  return encodedColumns(encoder).map((column) => `${id}.${column}`);
}
