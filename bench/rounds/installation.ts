import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import { processorMs } from './processor-time.js';

/** npm runs this in the folder of the project. */
const CLI = resolve('dist', 'client', 'cli', 'main.js');
const ROWS = 2000;
/** Of each table but the base. */
const JOINED_ROWS = 100;

export interface Trained {
  readonly rounds: number;
  readonly events: number;
  readonly historyBytes: number;
  /** Processor time of all processes of the installation while it went on. */
  readonly cpuMs: number | null;
}

export interface Installation {
  readonly folder: string;
  train(job: object): Promise<Trained>;
}

/** Logistic regression over all silos that makes just so many rounds: what separates the classes can always be made larger. */
export function jobOf(silos: number, rounds: number): object {
  return {
    name: `rounds-${String(rounds)}`,
    task: 'classification',
    target: { base: 's0.facts', label: { column: 'y', equals: 1 }, rowKey: ['id'] },
    integration: {
      scenario: 'left',
      joins: others(silos).map((silo) => ({
        table: `s${String(silo)}.parts`,
        on: [{ base: `k${String(silo)}`, table: 'id' }],
      })),
    },
    features: {
      exclude: [
        's0.facts.id',
        ...others(silos).flatMap((silo) => [`s0.facts.k${String(silo)}`, `s${String(silo)}.parts.id`]),
      ],
    },
    model: { type: 'logistic-regression', l2: 0, tolerance: 1e-300, maxRounds: rounds },
    split: { test: 0.2, seed: 7 },
    strategy: 'federate',
  };
}

/** A server and workers on data of their own, as long as `measure` takes. */
export async function withInstallation<T>(
  silos: number,
  measure: (installation: Installation) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'amalur-rounds-'));
  let up: ChildProcess | undefined;
  try {
    await writeData(folder, silos);
    up = await start(folder);
    const { address, namespace } = JSON.parse(await readFile(join(folder, '.amalur', 'up.json'), 'utf8')) as {
      address: string;
      namespace: string;
    };
    const connection = await Connection.connect({ address });
    const client = new Client({ connection, namespace });
    const root = up.pid;
    const train = async (job: object): Promise<Trained> => {
      await writeFile(join(folder, 'job.json'), JSON.stringify(job));
      const before = await processorMs(root);
      const { run, rounds } = JSON.parse(await amalur(folder, 'train', 'job.json', '--json')) as {
        run: string;
        rounds: number;
      };
      const after = await processorMs(root);
      const { raw } = await client.workflow.getHandle(run).describe();
      const { historyLength, historySizeBytes } = raw.workflowExecutionInfo ?? {};
      return {
        rounds,
        events: Number(historyLength),
        historyBytes: Number(historySizeBytes),
        cpuMs: before === null || after === null ? null : after - before,
      };
    };
    const result = await measure({ folder, train });
    await connection.close();
    return result;
  } finally {
    if (up?.kill('SIGTERM') === true) await once(up, 'exit');
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function others(silos: number): number[] {
  return Array.from({ length: silos - 1 }, (_, at) => at + 1);
}

/** A star: facts with a key for each other silo, whose table has two columns. Numbers of a linear congruence, the same every time. */
async function writeData(folder: string, silos: number): Promise<void> {
  let seed = 1;
  const draw = () => (seed = (seed * 48271) % 2147483647) / 2147483647;
  const keys = others(silos).map((silo) => `k${String(silo)}`);
  const facts = Array.from({ length: ROWS }, (_, id) => {
    const drawn = keys.map(() => Math.floor(draw() * JOINED_ROWS));
    const [a, b] = [draw(), draw()];
    return [id, ...drawn, a, b, a > b ? 1 : 0].join(',');
  });
  await writeFile(
    join(folder, 's0.csv'),
    [['id', ...keys, 'a', 'b', 'y'].join(','), ...facts, ''].join('\n'),
  );
  for (const silo of others(silos)) {
    const rows = Array.from({ length: JOINED_ROWS }, (_, id) => [id, draw(), draw()].join(','));
    await writeFile(join(folder, `s${String(silo)}.csv`), ['id,u,v', ...rows, ''].join('\n'));
  }
  const config = ['silos:'];
  for (let silo = 0; silo < silos; silo++) {
    const table = silo === 0 ? 'facts' : 'parts';
    const name = `s${String(silo)}`;
    config.push(
      `  ${name}:`,
      '    tables:',
      `      ${table}:`,
      `        csv: ${name}.csv`,
      '        key: [id]',
    );
  }
  await writeFile(join(folder, 'amalur.config.yaml'), `${config.join('\n')}\n`);
}

/** @throws Error where it does not start */
async function start(folder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [CLI, 'up'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('Ready')) continue;
    // What it says from now on is not read; a full pipe would stop it.
    child.stdout.resume();
    return child;
  }
  throw new Error('the installation did not start');
}

async function amalur(folder: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, ...args], { cwd: folder });
  return stdout;
}
