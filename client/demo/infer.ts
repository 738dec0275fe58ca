import { DuckDBInstance } from '@duckdb/node-api';
import { quoteName, quoteText } from '../../core/sources/sql.js';
import type { InferenceResult } from '../../workflows/contracts/results.js';
import type { AmalurClient } from '../amalur-client.js';
import { watch } from '../cli/follow.js';
import { formatCount, formatSeconds } from '../cli/format.js';
import { tell } from '../cli/output.js';
import { progressView } from '../cli/progress-view.js';

export interface Inferred {
  readonly rows: number;
  /** Largest difference of a prediction between the two ways. */
  readonly maxAbsDiff: number;
  readonly files: readonly string[];
}

const WAYS = ['materialize', 'factorize'] as const;

/** Scores every row in both ways, each into a file, and compares the files row by row. */
export async function inferBothWays(client: AmalurClient, model: string): Promise<Inferred> {
  const results: InferenceResult[] = [];
  for (const strategy of WAYS) {
    const run = await client.predict({ model, strategy, output: `${strategy}.parquet` });
    const result = await watch(run, progressView(`inference, ${strategy}`));
    tell(
      `inference, ${strategy}: ${formatCount(result.rows)} rows in ${formatSeconds(result.seconds.total)} (run ${run.id})`,
    );
    results.push(result);
  }
  const files = results.map(({ file }) => file);
  const [first = '', second = ''] = files;
  return { ...(await compareFiles(first, second)), files };
}

const PREDICTION = 'prediction';

/** Infinite where the files do not name the same rows in the same order. */
async function compareFiles(a: string, b: string): Promise<Pick<Inferred, 'rows' | 'maxAbsDiff'>> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${quoteText(a)}`);
    const names = described.getRows().map(([name]) => String(name));
    const differs = names
      .filter((name) => name !== PREDICTION)
      .map((name) => `a.${quoteName(name)} IS DISTINCT FROM b.${quoteName(name)}`);
    const compared = await connection.runAndReadAll(`
      SELECT count(*)::DOUBLE, max(abs(a.${PREDICTION} - b.${PREDICTION})),
        count(*) FILTER (WHERE ${[...differs, `a.${PREDICTION} IS NULL`, `b.${PREDICTION} IS NULL`].join(' OR ')})::DOUBLE
      FROM ${quoteText(a)} a POSITIONAL JOIN ${quoteText(b)} b`);
    const [rows, difference, others] = compared.getRows()[0] ?? [];
    return { rows: Number(rows), maxAbsDiff: Number(others) === 0 ? Number(difference) : Infinity };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
