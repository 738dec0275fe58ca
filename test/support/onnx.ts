import { InferenceSession, Tensor } from 'onnxruntime-web';
import type { Query } from './duckdb.js';

/**
 * Scores rows with an ONNX model in an ONNX runtime.
 * @param from the rows, a FROM clause in SQL
 * @param expressionOf the SQL of an input's cells, by its name
 * @returns one output for each row
 */
export async function scoreWithOnnx(
  bytes: Uint8Array,
  query: Query,
  from: string,
  expressionOf: (input: string) => string,
  output: string,
): Promise<number[]> {
  const session = await InferenceSession.create(bytes);
  const feeds: Record<string, Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor) throw new Error(`${input.name} is no tensor`);
    const text = input.type === 'string';
    const sql = `SELECT CAST(${expressionOf(input.name)} AS ${text ? 'VARCHAR' : 'DOUBLE'}) FROM ${from}`;
    const cells = (await query(sql)).map(([cell]) => cell);
    const dims = [cells.length, 1];
    feeds[input.name] = text
      ? new Tensor(
          'string',
          cells.map((cell) => (cell === null ? '' : String(cell))),
          dims,
        )
      : new Tensor(
          'float64',
          Float64Array.from(cells, (cell) => (cell === null ? NaN : Number(cell))),
          dims,
        );
  }
  const outputs = await session.run(feeds);
  await session.release();
  return Array.from(outputs[output]!.data as Float64Array);
}
