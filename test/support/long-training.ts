import { expect } from 'vitest';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunHandle, TrainingResult } from '../../client/index.js';
import type { JobInput } from '../../core/job/schema.js';
import { sha256 } from '../../core/json.js';
import { privateStores } from './committed.js';
import type { TestInstallation } from './installation.js';
import { jobOf, referenceOf } from './jobs.js';
import { readModel } from './stored-model.js';
import { computePid, until } from './worker-processes.js';

/** What a run that nothing disturbs brings forth. */
export interface Outcome {
  readonly result: TrainingResult;
  /** sha256 over the bits of all parameters. */
  readonly bits: string;
}

/** A training of many rounds, which go on after the model has converged: nothing is ever precise enough for it. */
export function longReturns(installation: TestInstallation): JobInput {
  const model = { type: 'logistic-regression', l1: 0.002, tolerance: 1e-300, maxRounds: 300 } as const;
  return jobOf(installation, 'returns', { model, strategy: 'federate' });
}

export function startLong(installation: TestInstallation): Promise<RunHandle<TrainingResult>> {
  return installation.client.train(longReturns(installation));
}

export async function outcomeOf(
  installation: TestInstallation,
  run: RunHandle<TrainingResult>,
): Promise<Outcome> {
  const result = await run.result();
  return { result, bits: (await readModel(installation, referenceOf(result))).bits };
}

/** The run when it is past its third round, and not near its end. */
export async function midway(
  installation: TestInstallation,
  job = longReturns(installation),
): Promise<RunHandle<TrainingResult>> {
  const run = await installation.client.train(job);
  await until('round 3', async () => ((await run.progress()).round >= 3 ? true : undefined));
  return run;
}

/**
 * Stops the compute child of a silo, or of the aggregator, and waits until a step hangs in it: what is killed next is killed in the middle of a step.
 * @returns the child's process id
 */
export async function hangIn(
  installation: TestInstallation,
  silo: string | undefined,
  run: RunHandle<TrainingResult>,
): Promise<number> {
  const child = computePid(installation, silo)!;
  process.kill(child, 'SIGSTOP');
  let before = '';
  await until(`a step that hangs at ${silo ?? 'the aggregator'}`, async () => {
    const { raw } = await installation.client.temporal.workflow.getHandle(run.id).describe();
    // 2 is PENDING_ACTIVITY_STATE_STARTED.
    const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === 2);
    // One, or a session at each site, of which those that do not hang wait for the one that does.
    const now = started.map(({ activityId }) => activityId ?? '').join();
    await sleep(300);
    const hangs = now !== '' && now === before;
    before = now;
    return hangs ? true : undefined;
  });
  return child;
}

export async function expectUndisturbed(
  installation: TestInstallation,
  run: RunHandle<TrainingResult>,
  undisturbed: Outcome,
): Promise<void> {
  const { result, bits } = await outcomeOf(installation, run);
  expect(result.rounds).toBe(undisturbed.result.rounds);
  expect(bits).toBe(undisturbed.bits);
  expect(result.metrics).toEqual(undisturbed.result.metrics);
  expect(result.bytesOut).toEqual(undisturbed.result.bytesOut);
}

/** Records of steps, not of messages, in all private stores of the installation by the name of their file, each with the sha256 of its content. */
export async function stepRecords(installation: TestInstallation): Promise<ReadonlyMap<string, string>> {
  const { stateFolder } = installation.config;
  const records = new Map<string, string>();
  for (const store of privateStores(installation)) {
    const folder = path.join(store, 'records');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
    for (const entry of entries.filter((one) => one.isFile())) {
      const file = path.join(entry.parentPath, entry.name);
      const content = await readFile(file, 'utf8');
      if (content.includes('"actor":')) records.set(path.relative(stateFolder, file), sha256(content));
    }
  }
  return records;
}
