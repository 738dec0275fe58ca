import { setTimeout as sleep } from 'node:timers/promises';
import { privateStores, recordsIn } from './committed.js';
import type { TestInstallation } from './installation.js';
import { computePid } from './worker-processes.js';

/** Operations of the middle of a run in rounds: many steps are in one of them. */
const SESSIONS = ['partySession', 'aggregatorSession'];
/** Operations of the middle of any run: the arithmetic of training, or the scores of an inference. */
const UNDER_WAY = [...SESSIONS, 'trainHere', 'trainSegment', 'score', 'predict'];
/** Records that a run in rounds has committed since its first round at the least: some rounds of all sites. */
const COMMITTED = 8;

/** A run that hangs in its middle. */
export interface Hanging {
  /** Compute children, all of them stopped: who kills them kills them in the middle of a step. */
  readonly children: readonly number[];
  /** Names of the operations that hang. */
  readonly operations: readonly string[];
}

/**
 * Stops all compute children when a run is in its middle: in rounds some of them are committed, in one place its arithmetic
 * has begun. The children have to be there, from a run before.
 * @returns undefined if the run has ended before it could be caught
 */
export async function hangUnderWay(
  installation: TestInstallation,
  workflow: string,
): Promise<Hanging | undefined> {
  const { client, config } = installation;
  const sites = [undefined, ...config.silos.map(({ name }) => name)];
  const children = sites.flatMap((silo) => computePid(installation, silo) ?? []);
  const stores = privateStores(installation);
  const signal = (name: 'SIGSTOP' | 'SIGCONT') => {
    for (const child of children) process.kill(child, name);
  };
  /** What has been begun of the middle, by id; undefined when the run is over. */
  const begun = async (): Promise<ReadonlyMap<string, string> | undefined> => {
    const { raw, status } = await client.temporal.workflow.getHandle(workflow).describe();
    if (status.name !== 'RUNNING') return undefined;
    // 2 is PENDING_ACTIVITY_STATE_STARTED.
    const started = (raw.pendingActivities ?? []).filter(({ state }) => Number(state) === 2);
    const named = started.map(({ activityId, activityType }) => [activityId ?? '', activityType?.name ?? '']);
    return new Map(named as [string, string][]);
  };

  let before: number | undefined;
  for (;;) {
    const seen = await begun();
    if (!seen) return undefined;
    if (![...seen.values()].some((operation) => UNDER_WAY.includes(operation))) {
      await sleep(5);
      continue;
    }
    signal('SIGSTOP');
    before ??= recordsIn(stores);
    await sleep(100);
    const first = await begun();
    await sleep(200);
    const second = await begun();
    if (first && second) {
      const hanging = [...second].filter(([id, name]) => first.has(id) && UNDER_WAY.includes(name));
      const operations = hanging.map(([, name]) => name);
      const enough =
        !operations.some((name) => SESSIONS.includes(name)) || recordsIn(stores) - before >= COMMITTED;
      if (operations.length > 0 && enough) return { children, operations };
    }
    // It has got away, or has just begun: some steps more.
    signal('SIGCONT');
    await sleep(10);
  }
}
