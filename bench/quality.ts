import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { machine, textTable } from './report.js';

const USAGE = 'npm run bench:quality -- [--splits 5] [--strategy federate] [--json FILE]';
const JOBS = ['credit-default', 'credit-default-curves', 'credit-default-network'];
/** npm runs this in the folder of the project. */
const CLI = resolve('dist', 'client', 'cli', 'main.js');
const EXAMPLE = resolve('examples', 'credit');

/** How a model did on each split. */
interface Quality {
  readonly name: string;
  readonly auc: readonly number[];
  /** To train: of a peer on the joined table, of ours from the start of the run to its end. */
  readonly seconds: readonly number[];
  /** Out of all silos, in one training; of a peer all tables have left theirs. */
  readonly megabytes?: number;
}

/** What `amalur train --json` prints, as far as it is wanted here. */
interface Trained {
  readonly metrics: { readonly test: { readonly auc: number } };
  readonly seconds: { readonly total: number };
  readonly bytesOut: Readonly<Record<string, number>>;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      splits: { type: 'string', default: '5' },
      strategy: { type: 'string', default: 'federate' },
      json: { type: 'string' },
    },
  });
  const splits = Number(values.splits);
  if (!Number.isInteger(splits) || splits < 1)
    throw new Error(`--splits must be a whole number from 1\nusage: ${USAGE}`);
  const results = [...(await ours(splits, values.strategy)), ...peers(splits)];
  console.log(
    textTable(
      ['', `test AUC, ${splits} splits`, 'deviation', 'seconds', 'MB out of silos'],
      results.map(({ name, auc, seconds, megabytes }) => [
        name,
        mean(auc).toFixed(4),
        deviation(auc).toFixed(4),
        mean(seconds).toFixed(1),
        megabytes?.toFixed(1) ?? 'all tables',
      ]),
    ),
  );
  if (values.json !== undefined)
    await writeFile(resolve(values.json), `${JSON.stringify({ machine: machine(), results }, null, 2)}\n`);
}

/** The jobs of examples/credit, on an installation of their own. */
async function ours(splits: number, strategy: string): Promise<Quality[]> {
  const folder = await mkdtemp(join(tmpdir(), 'amalur-quality-'));
  await cp(EXAMPLE, folder, { recursive: true, filter: (path) => !path.includes('.amalur') });
  let installation: ChildProcess | undefined;
  try {
    installation = await up(folder);
    const results: Quality[] = [];
    for (const name of JOBS) {
      console.error(`${name}, ${strategy}: ${splits} trainings …`);
      const job = JSON.parse(await readFile(join(folder, `${name}.json`), 'utf8')) as object;
      const runs: Trained[] = [];
      for (let seed = 0; seed < splits; seed++) {
        const changed = { ...job, strategy, split: { test: 0.2, seed } };
        await writeFile(join(folder, 'job.json'), JSON.stringify(changed));
        runs.push(JSON.parse(amalur(folder, 'train', 'job.json', '--json')) as Trained);
      }
      results.push({
        name: `${name}, ${strategy}`,
        auc: runs.map(({ metrics }) => metrics.test.auc),
        seconds: runs.map(({ seconds }) => seconds.total),
        megabytes: mean(runs.map(({ bytesOut }) => sum(Object.values(bytesOut)) / 1e6)),
      });
    }
    return results;
  } finally {
    if (installation?.kill('SIGTERM') === true) await once(installation, 'exit');
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** A server and workers, which are there when this returns. @throws Error where they do not start */
async function up(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'up'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('Ready')) continue;
    // What it says from now on is not read; a full pipe would stop it.
    child.stdout.resume();
    return child;
  }
  throw new Error('the installation did not start');
}

function amalur(folder: string, ...args: readonly string[]): string {
  return execFileSync(process.execPath, [CLI, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** scikit-learn and LightGBM on the joined table; none where Python or a package is missing. */
function peers(splits: number): Quality[] {
  const script = resolve('bench', 'peers', 'quality.py');
  const python = process.env['AMALUR_PYTHON'] ?? 'python3';
  console.error(`peers: ${splits} trainings each …`);
  try {
    const printed = execFileSync(python, ['-W', 'ignore', script, join(EXAMPLE, 'data'), String(splits)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    return JSON.parse(printed) as Quality[];
  } catch {
    console.error(
      'the peers are missing: pip install -r bench/peers/requirements.txt, or name a Python by AMALUR_PYTHON',
    );
    return [];
  }
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, x) => total + x, 0);
const mean = (numbers: readonly number[]) => sum(numbers) / numbers.length;

function deviation(numbers: readonly number[]): number {
  const centre = mean(numbers);
  return Math.sqrt(mean(numbers.map((x) => (x - centre) ** 2)));
}

await main();
