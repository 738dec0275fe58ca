import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { machine, textTable } from './report.js';
import { jobOf, withInstallation, type Installation } from './rounds/installation.js';
import { roundsIn, type Round } from './rounds/journal-rounds.js';

const USAGE = 'npm run bench:rounds -- [--silos 2,8] [--rounds 60] [--repeats 3] [--json FILE]';
/** Rounds of the short training, whose history is taken off that of the long one. */
const SHORT = 5;

interface Percentiles {
  readonly p50: number;
  readonly p95: number;
}

interface Result {
  readonly silos: number;
  readonly rounds: number;
  /** Of a round, its wall time less the arithmetic: of the slowest silo, and of the aggregator. */
  readonly orchestrationMs: Percentiles;
  readonly computeMs: Percentiles;
  readonly eventsPerRound: number;
  readonly historyBytesPerRound: number;
  /** Of all processes: server, workers, their compute children. None where the system does not tell. */
  readonly cpuMsPerRound: number | null;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      silos: { type: 'string', default: '2,8' },
      rounds: { type: 'string', default: '60' },
      repeats: { type: 'string', default: '3' },
      json: { type: 'string' },
    },
  });
  const counts = values.silos.split(',').map((text) => wholeNumber('--silos', text, 2));
  const rounds = wholeNumber('--rounds', values.rounds, SHORT + 1);
  const repeats = wholeNumber('--repeats', values.repeats, 1);
  const results: Result[] = [];
  for (const silos of counts) {
    console.error(`${String(silos)} silos: trainings of ${String(rounds)} rounds …`);
    results.push(
      await withInstallation(silos, (installation) => measure(installation, silos, rounds, repeats)),
    );
  }
  console.log(
    textTable(
      ['silos', 'orchestration p50', 'p95, ms', 'compute p50, ms', 'events', 'bytes of history', 'CPU, ms'],
      results.map((result) => [
        String(result.silos),
        result.orchestrationMs.p50.toFixed(1),
        result.orchestrationMs.p95.toFixed(1),
        result.computeMs.p50.toFixed(1),
        result.eventsPerRound.toFixed(2),
        result.historyBytesPerRound.toFixed(0),
        result.cpuMsPerRound?.toFixed(1) ?? '–',
      ]),
    ),
  );
  if (values.json !== undefined)
    await writeFile(resolve(values.json), `${JSON.stringify({ results, machine: machine() }, null, 2)}\n`);
}

async function measure(
  installation: Installation,
  silos: number,
  rounds: number,
  repeats: number,
): Promise<Result> {
  // What starts the compute children and compiles the code would count as that of the short one.
  await installation.train(jobOf(silos, rounds));
  const short = await installation.train(jobOf(silos, SHORT));
  const made: Round[] = [];
  const cpu: (number | null)[] = [];
  let long = short;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const since = Date.now();
    long = await installation.train(jobOf(silos, rounds));
    if (long.rounds !== rounds) throw new Error(`${String(long.rounds)} rounds were made`);
    made.push(...(await roundsIn(installation.folder, since)));
    cpu.push(long.cpuMs);
  }
  const more = rounds - SHORT;
  const known = cpu.filter((each) => each !== null);
  return {
    silos,
    rounds,
    orchestrationMs: percentiles(made.map(({ wallMs, computeMs }) => wallMs - computeMs)),
    computeMs: percentiles(made.map(({ computeMs }) => computeMs)),
    eventsPerRound: (long.events - short.events) / more,
    historyBytesPerRound: (long.historyBytes - short.historyBytes) / more,
    cpuMsPerRound:
      short.cpuMs === null || known.length === 0 ? null : (percentiles(known).p50 - short.cpuMs) / more,
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1] ?? NaN;
  return { p50: at(0.5), p95: at(0.95) };
}

function wholeNumber(option: string, text: string, least: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= least) return number;
  throw new Error(`${option} must be a whole number from ${String(least)}\nusage: ${USAGE}`);
}

await main();
