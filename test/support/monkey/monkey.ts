import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { draws } from '../../../core/models/draws.js';
import { privateStores, recordsIn } from '../committed.js';
import type { TestInstallation } from '../installation.js';
import { computePid, serverPid, workerPid, type Role } from '../worker-processes.js';

export const KINDS = ['silo worker', 'compute child', 'control', 'aggregator', 'Temporal server'] as const;
export type Kind = (typeof KINDS)[number];

/** A process that can be killed at any time. */
interface Victim {
  readonly kind: Kind;
  /** Its process id; undefined while it is down. */
  readonly pid: () => number | undefined;
  /** Stores in which its next committed step shows. */
  readonly stores: readonly string[];
}

export interface Kill {
  readonly kind: Kind;
  /** Seconds from the kill to the next step that is committed where it struck; undefined if nothing was to do there any more. */
  readonly recovery: number | undefined;
}

export interface Monkey {
  /** Kills no more. */
  rest(): Promise<void>;
  /** What was killed, and how long it took to recover; from now on nobody waits for what has not. */
  kills(): Promise<readonly Kill[]>;
}

/** Seconds between two kills. */
const PAUSE = { from: 5, to: 10 };
/** A site that has committed nothing for so long after a kill had nothing to do. */
const WATCHED_SECONDS = 60;

/** Kills a random process of the installation every 5 to 10 seconds, in an order that the seed decides. */
export function releaseMonkey(installation: TestInstallation, seed: number): Monkey {
  const victims = victimsOf(installation);
  const draw = draws(`monkey ${String(seed)}`);
  const kills: Promise<Kill>[] = [];
  const resting = new AbortController();
  const over = new AbortController();
  const going = (async () => {
    for (let turn = 0; ; turn++) {
      const seconds = PAUSE.from + draw(turn, 0) * (PAUSE.to - PAUSE.from);
      await sleep(seconds * 1000, undefined, { signal: resting.signal }).catch(() => undefined);
      if (resting.signal.aborted) break;
      // Each kind is as likely as another, however many processes of it there are.
      const kind = KINDS[Math.floor(draw(turn, 1) * KINDS.length)];
      const some = victims.filter((victim) => victim.kind === kind);
      const first = Math.floor(draw(turn, 2) * some.length);
      for (const victim of [...some.slice(first), ...some.slice(0, first)]) {
        const pid = victim.pid();
        if (pid === undefined || !killed(pid)) continue;
        kills.push(recovered(victim, pid, over.signal));
        break;
      }
    }
  })();
  return {
    async rest() {
      resting.abort();
      await going;
    },
    kills() {
      over.abort();
      return Promise.all(kills);
    },
  };
}

/** Kills a process; false if it was gone already. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}

function victimsOf(installation: TestInstallation): Victim[] {
  const { config } = installation;
  const aggregator = path.join(config.stateFolder, 'aggregator');
  const everywhere = privateStores(installation);
  const worker = (kind: Kind, role: Role, stores: readonly string[]): Victim => ({
    kind,
    stores,
    pid: () => workerPid(installation, role),
  });
  return [
    worker('control', { role: 'control' }, everywhere),
    worker('aggregator', { role: 'aggregator' }, [aggregator]),
    { kind: 'compute child', stores: [aggregator], pid: () => computePid(installation) },
    { kind: 'Temporal server', stores: everywhere, pid: () => serverPid(installation) },
    ...config.silos.flatMap(({ name: silo, store }): Victim[] => [
      worker('silo worker', { role: 'silo', silo }, [store]),
      { kind: 'compute child', stores: [store], pid: () => computePid(installation, silo) },
    ]),
  ];
}

/** Watches where a kill has struck until another process is there and has committed a step. */
async function recovered({ kind, pid, stores }: Victim, gone: number, end: AbortSignal): Promise<Kill> {
  const struck = performance.now();
  const passed = () => (performance.now() - struck) / 1000;
  let committed: number | undefined;
  while (passed() < WATCHED_SECONDS && !end.aborted) {
    await sleep(250);
    if (committed === undefined) {
      const now = pid();
      if (now !== undefined && now !== gone) committed = recordsIn(stores);
    } else if (recordsIn(stores) > committed) return { kind, recovery: passed() };
  }
  return { kind, recovery: undefined };
}
