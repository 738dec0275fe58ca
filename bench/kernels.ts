import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { forkMode, runningThreads, setThreads } from '../core/algebra/threads/pool.js';
import { InputError } from './hamlet/numbers.js';
import { readStarSet } from './hamlet/star-set.js';
import {
  elapsed,
  measureInTurn,
  relativeDifference,
  type Clock,
  type Measured,
  type Times,
} from './measure.js';
import { operations, type Operation } from './operations.js';
import { startC, startPython, writeProblem, type Peer } from './peers.js';
import { problemOf } from './problem.js';
import { machine, milliseconds, ratio, textTable } from './report.js';

const USAGE =
  'npm run bench:kernels -- --dir FOLDER [--json FILE] [--iterations 20] [--rounds 5] [--clock wall|cpu] [--threads 1]';
/** Results that differ by more are not the same computation, and their times mean nothing. */
const TOLERANCE = 1e-10;
/** Short operations are repeated until a measurement takes this long, in milliseconds. */
const LEAST = 20;

interface Peers {
  readonly c: Peer | undefined;
  readonly python: Peer | undefined;
}

type Way = 'factorized' | 'materialized' | 'scipyFactorized' | 'scipyJoined' | 'cKernel' | 'sklearn';

interface Result {
  readonly op: string;
  readonly times: Record<Way, Times | null>;
  readonly maxRelDiff: number;
  /** Of scikit-learn's centres, which may have ended elsewhere: an empty cluster it moves. */
  readonly sklearnRelDiff: number | null;
}

async function main(): Promise<void> {
  const { dir, json, iterations, rounds, clock, threads } = options();
  await startThreads(threads);
  const set = await readStarSet(dir);
  const problem = problemOf(set);
  const folder = await mkdtemp(join(tmpdir(), 'amalur-bench-'));
  const sources = resolve('bench', 'peers');
  const started: Peer[] = [];
  try {
    await writeProblem(folder, set, problem, iterations);
    const c = startC(sources, folder, clock);
    const python = await startPython(sources, folder, clock);
    for (const missing of [c, python])
      if (typeof missing === 'string') console.error(`not measured: ${missing}`);
    const peers: Peers = {
      c: typeof c === 'string' ? undefined : c,
      python: typeof python === 'string' ? undefined : python.peer,
    };
    started.push(...[peers.c, peers.python].filter((peer) => peer !== undefined));

    const results: Result[] = [];
    for (const operation of operations(problem, iterations)) {
      process.stderr.write(`${set.name}: ${operation.title} …\n`);
      results.push(await measureOperation(operation, peers, rounds, clock));
    }
    const facts = { ...machine(), threads, python: typeof python === 'string' ? 'none' : python.versions };
    const report = {
      set: set.name,
      rows: set.rows,
      columns: problem.materialized.columns,
      iterations,
      clock,
      threads,
      results: results.map(jsonOf),
      buildTms: problem.buildTms,
      bytesFactorized: problem.bytesFactorized,
      bytesT: problem.bytesT,
      machine: facts,
    };
    print(report, results);
    if (json !== undefined) await writeFile(json, `${JSON.stringify(report, null, 2)}\n`);
  } finally {
    for (const peer of started) await peer.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** @throws InputError where not all of them can be started: fewer would be measured under a wrong name */
async function startThreads(threads: number): Promise<void> {
  setThreads(threads);
  for (let waited = 0; runningThreads() < threads; waited++) {
    if (waited > 500) throw new InputError(`only ${runningThreads()} of ${threads} threads have started`);
    await sleep(10);
  }
}

/** @throws Error unless several threads give the bits of one */
function checkThreads({ title, run }: Operation): void {
  for (const form of ['factorized', 'materialized'] as const) {
    forkMode.value = 'never';
    const alone = run(form).slice();
    forkMode.value = 'auto';
    // Who computes what is another each time.
    for (let time = 0; time < 3; time++)
      run(form).forEach((value, at) => {
        if (!Object.is(value, alone[at])) throw new Error(`${title}: threads change bits, ${form}`);
      });
  }
}

async function measureOperation(
  operation: Operation,
  peers: Peers,
  rounds: number,
  clock: Clock,
): Promise<Result> {
  const { name, title, run } = operation;
  checkThreads(operation);
  const expected = run('factorized').slice();
  const check = (who: string, actual: Float64Array | undefined) => {
    const difference = actual === undefined ? 0 : relativeDifference(actual, expected);
    if (!(difference <= TOLERANCE))
      throw new Error(
        `${title}: ${who} differs from the factorized result by ${difference} of its largest number`,
      );
    return difference;
  };
  const maxRelDiff = Math.max(
    check('the materialized result', run('materialized')),
    check('the C peer', await peers.c?.result(name, `c.${name}`)),
    check("SciPy's factorized form", await peers.python?.result(`factorized ${name}`, `factorized.${name}`)),
    check("SciPy's joined table", await peers.python?.result(`joined ${name}`, `joined.${name}`)),
  );
  const centres =
    name === 'KMeans' ? await peers.python?.result('joined sklearn', 'joined.sklearn') : undefined;

  const ours =
    (form: 'factorized' | 'materialized'): Measured =>
    () =>
      elapsed(repetitions, () => run(form), clock);
  const repetitions = Math.max(
    1,
    Math.min(200, Math.round(LEAST / elapsed(1, () => run('factorized'), clock))),
  );
  const theirs =
    (peer: Peer | undefined, operation: string): Measured =>
    () =>
      peer === undefined ? null : peer.measure(operation, repetitions);
  const times = await measureInTurn<Way>(
    {
      factorized: ours('factorized'),
      cKernel: theirs(peers.c, name),
      materialized: ours('materialized'),
      scipyFactorized: theirs(peers.python, `factorized ${name}`),
      scipyJoined: theirs(peers.python, `joined ${name}`),
      sklearn: name === 'KMeans' ? theirs(peers.python, 'joined sklearn') : () => null,
    },
    rounds,
  );
  return {
    op: title,
    times,
    maxRelDiff,
    sklearnRelDiff: centres === undefined ? null : relativeDifference(centres, expected),
  };
}

function jsonOf({ op, times, maxRelDiff, sklearnRelDiff }: Result) {
  const median = (way: Way) => times[way]?.median ?? null;
  const [factorizedMs, materializedMs] = [median('factorized'), median('materialized')];
  return {
    op,
    factorizedMs,
    materializedMs,
    peers: {
      scipyFactorizedMs: median('scipyFactorized'),
      scipyJoinedMs: median('scipyJoined'),
      cKernelMs: median('cKernel'),
      sklearnMs: median('sklearn'),
    },
    speedup: factorizedMs !== null && materializedMs !== null ? materializedMs / factorizedMs : null,
    maxRelDiff,
    sklearnRelDiff,
    /** Median, least and greatest of each. */
    times,
  };
}

function print(
  report: {
    set: string;
    clock: Clock;
    threads: number;
    rows: number;
    columns: number;
    buildTms: number;
    bytesFactorized: number;
    bytesT: number;
    machine: object;
  },
  results: readonly Result[],
): void {
  const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  console.log(
    `${report.set}: ${report.rows} × ${report.columns}; ms of one run (${report.clock}, threads: ${report.threads}) as median (least–greatest), F/… of the least`,
  );
  console.log(
    textTable(
      [
        '',
        'factorized',
        'materialized',
        'C',
        'SciPy fact.',
        'SciPy joined',
        'sklearn',
        'F/M',
        'F/C',
        'F/SciPy',
        'diff.',
      ],
      results.map(({ op, times, maxRelDiff }) => [
        op,
        milliseconds(times.factorized),
        milliseconds(times.materialized),
        milliseconds(times.cKernel),
        milliseconds(times.scipyFactorized),
        milliseconds(times.scipyJoined),
        milliseconds(times.sklearn),
        ratio(times.factorized, times.materialized),
        ratio(times.factorized, times.cKernel),
        ratio(times.factorized, times.scipyFactorized),
        maxRelDiff.toExponential(0),
      ]),
    ),
  );
  console.log(
    `building T ${report.buildTms.toFixed(0)} ms; factorized ${mib(report.bytesFactorized)}, T ${mib(report.bytesT)}`,
  );
  console.log(JSON.stringify(report.machine));
}

function options() {
  const { values } = parseArgs({
    options: {
      dir: { type: 'string' },
      json: { type: 'string' },
      iterations: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '5' },
      clock: { type: 'string', default: 'wall' },
      threads: { type: 'string', default: '1' },
    },
  });
  const count = (name: 'iterations' | 'rounds' | 'threads') => {
    const value = Number(values[name]);
    if (!Number.isInteger(value) || value < 1)
      throw new InputError(`--${name} must be a whole number from 1`);
    return value;
  };
  if (values.dir === undefined) throw new InputError(`--dir is missing\n${USAGE}`);
  // npm runs scripts from the package's folder; what the user types is relative to the user's.
  const from = process.env['INIT_CWD'] ?? process.cwd();
  return {
    dir: resolve(from, values.dir),
    json: values.json === undefined ? undefined : resolve(from, values.json),
    iterations: count('iterations'),
    rounds: count('rounds'),
    clock: clockOf(values.clock),
    threads: count('threads'),
  };
}

function clockOf(name: string): Clock {
  if (name !== 'wall' && name !== 'cpu') throw new InputError('--clock must be wall or cpu');
  return name;
}

try {
  await main();
} catch (error) {
  const expected = error instanceof InputError || (error instanceof TypeError && 'code' in error);
  console.error(expected ? error.message : error);
  process.exitCode = 1;
}
