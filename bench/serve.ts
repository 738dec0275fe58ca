import { writeFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { createHttpServer, listen } from '../client/serving/http-server.js';
import type { ModelServer } from '../client/serving/model-server.js';
import { createScorer, type Scorer } from '../core/serving/scorer.js';
import type { Row } from '../core/serving/row-features.js';
import type { PreparedScoring } from '../workflows/contracts/serving.js';
import { machine, textTable } from './report.js';
import { generatedModel, LATE_FLIGHTS, oneLargeTable, type Problem } from './serve/generated-model.js';

interface Latency {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly rowsPerSecond: number;
}

/** What is measured on the one side, and on the other: the same joined row, encoded and multiplied whole. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      keys: { type: 'string', default: '1000000' },
      rows: { type: 'string', default: '20000' },
      json: { type: 'string' },
    },
  });
  const rows = Number(values.rows);
  const results = [
    { name: 'late-flights', ...(await measure(LATE_FLIGHTS, rows)) },
    { name: `${values.keys} keys`, ...(await measure(oneLargeTable(Number(values.keys)), rows)) },
  ];
  const told = ({ p50, p95, p99, rowsPerSecond }: Latency) => [
    ...[p50, p95, p99].map((us) => us.toFixed(1)),
    rowsPerSecond.toFixed(0),
  ];
  const lines = results.flatMap(({ name, inProcess, wholeRow, http, loadSeconds, megabytes }) => [
    [`${name}, in process`, ...told(inProcess), loadSeconds.toFixed(2), megabytes.toFixed(0)],
    [`${name}, the joined row whole`, ...told(wholeRow), '', ''],
    [`${name}, over HTTP`, ...told(http), '', ''],
  ]);
  const head = ['', 'p50 µs', 'p95 µs', 'p99 µs', 'rows/s', 'load s', 'memory MB'];
  process.stdout.write(`${textTable(head, lines)}\n`);
  if (values.json !== undefined)
    await writeFile(resolve(values.json), JSON.stringify({ machine: machine(), rows, results }, null, 2));
}

async function measure(problem: Problem, rows: number) {
  const made = generatedModel(problem);
  const before = memory();
  const started = performance.now();
  const scorer = createScorer(made.byKeys);
  const loadSeconds = (performance.now() - started) / 1000;
  const megabytes = (memory() - before) / 1e6;
  const asked = Array.from({ length: rows }, (_, i) => made.row(i));
  const wholeRows = asked.map((_, i) => made.wholeRow(i));
  return {
    ...{ loadSeconds, megabytes },
    inProcess: oneByOne(scorer, asked),
    wholeRow: oneByOne(createScorer(made.whole), wholeRows),
    http: await overHttp(scorer, asked.slice(0, Math.min(rows, 5000))),
  };
}

/** Of the index that the scorer makes, keys and partial scores being there. */
function memory(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function oneByOne(scorer: Scorer, rows: readonly Row[]): Latency {
  // What is compiled on the way is not measured.
  for (const row of rows.slice(0, 5000)) scorer.score(row);
  const times = rows.map((row) => {
    const from = performance.now();
    scorer.score(row);
    return (performance.now() - from) * 1000;
  });
  return latency(times);
}

async function overHttp(scorer: Scorer, rows: readonly Row[]): Promise<Latency> {
  const prepared = { model: 'bench@1', version: 1 } as PreparedScoring;
  const now = new Date().toISOString();
  const server: ModelServer = {
    served: () => ({ scorer, prepared, loadedAt: now }),
    ...{ checkedAt: () => now, stale: () => undefined, refresh: () => Promise.resolve() },
  };
  const app = await createHttpServer(server, '0');
  const url = `${await listen(app, { host: '127.0.0.1', port: 0 })}/v1/predict`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const times: number[] = [];
  for (const row of [...rows.slice(0, 500), ...rows]) {
    const from = performance.now();
    await posted(url, agent, JSON.stringify(row));
    times.push((performance.now() - from) * 1000);
  }
  agent.destroy();
  await app.close();
  return latency(times.slice(Math.min(rows.length, 500)));
}

function posted(url: string, agent: Agent, body: string): Promise<void> {
  return new Promise((done, failed) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const asked = request(url, { method: 'POST', agent, headers }, (answer) => {
      if (answer.statusCode !== 200) failed(new Error(`status ${String(answer.statusCode)}`));
      answer.resume().once('end', done);
    });
    asked.once('error', failed);
    asked.end(body);
  });
}

function latency(microseconds: readonly number[]): Latency {
  const sorted = [...microseconds].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const total = sorted.reduce((sum, one) => sum + one, 0);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99), rowsPerSecond: (1e6 * sorted.length) / total };
}

await main();
