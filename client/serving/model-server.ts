import { setTimeout as sleep } from 'node:timers/promises';
import { AmalurError, type ErrorCode } from '../../core/errors.js';
import { createScorer, type Scorer } from '../../core/serving/scorer.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import type { PreparedScoring, ScoringRequest } from '../../workflows/contracts/serving.js';

/** What is served: swapped as a whole. */
export interface Served {
  readonly scorer: Scorer;
  readonly prepared: PreparedScoring;
  readonly loadedAt: string;
}

/** What is served may be out of date: why, and since when. */
export interface Stale {
  readonly since: string;
  readonly code: ErrorCode;
}

export interface ModelServer {
  served(): Served;
  /** When the silos were last asked, and answered. */
  checkedAt(): string;
  stale(): Stale | undefined;
  /** Asks the silos again; what is served stays where that fails. Never throws. */
  refresh(): Promise<void>;
}

export interface ModelServerOptions {
  readonly model: string;
  readonly silo?: string | undefined;
  /** Lets the silos prepare; null where nothing has changed. */
  readonly prepare: (request: ScoringRequest) => Promise<PreparedScoring | null>;
  readonly load: (prepared: PreparedScoring) => Promise<ServedModel>;
  /** Told what happens, a line each. */
  readonly say: (level: 'INFO' | 'WARN', message: string, code?: ErrorCode) => void;
  /** An answer that takes longer makes what is served stale; it is waited for all the same. */
  readonly patienceMs: number;
}

/** @throws what the first preparation throws */
export async function startModelServer(options: ModelServerOptions): Promise<ModelServer> {
  const { model, silo, load, say } = options;
  const now = () => new Date().toISOString();
  const asked = { model, ...(silo !== undefined && { silo }) };
  const made = async (prepared: PreparedScoring): Promise<Served> => {
    const scorer = createScorer(await load(prepared));
    return { scorer, prepared, loadedAt: now() };
  };
  const first = await options.prepare(asked);
  if (first === null) throw new Error('nothing was prepared');
  let served = await made(first);
  let checkedAt = now();
  let stale: Stale | undefined;

  const fail = (code: ErrorCode) => {
    if (stale?.code !== code) say('WARN', 'what is served may be out of date', code);
    stale = { since: stale?.since ?? now(), code };
  };
  const renew = async () => {
    const { execution, model: name, versions } = served.prepared;
    const next = await options.prepare({ ...asked, since: { execution, model: name, versions } });
    if (next !== null) {
      served = await made(next);
      say('INFO', `serving ${next.model}, prepared anew`);
    }
    if (stale) say('INFO', 'what is served is up to date again');
    stale = undefined;
    checkedAt = now();
  };
  return {
    served: () => served,
    checkedAt: () => checkedAt,
    stale: () => stale,
    async refresh() {
      const waiting = new AbortController();
      const late = sleep(options.patienceMs, undefined, { signal: waiting.signal, ref: false }).then(
        () => fail('AMALUR_SERVER_UNREACHABLE'),
        () => undefined,
      );
      try {
        await renew();
      } catch (error) {
        fail(error instanceof AmalurError ? error.code : 'AMALUR_SERVER_UNREACHABLE');
      } finally {
        waiting.abort();
        await late;
      }
    },
  };
}
