import { setTimeout as sleep } from 'node:timers/promises';
import { AmalurError, type ErrorCode, type ErrorReport } from '../../core/errors.js';
import { createScorer, type Scorer } from '../../core/serving/scorer.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import type { PreparedScoring, ScoringRequest } from '../../workflows/contracts/serving.js';
import { toldInLog, whyStale } from './why-stale.js';

/** Garbage collection keeps all that stands in the name of an execution while some of it is young: so long one is gone on with. */
const EXECUTION_MS = 86_400_000;

/** What is served: swapped as a whole. */
export interface Served {
  readonly scorer: Scorer;
  readonly prepared: PreparedScoring;
  readonly loadedAt: string;
}

/** What is served may be out of date: why, and since when. */
export interface Stale extends Readonly<ErrorReport> {
  readonly since: string;
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
  let begun = Date.now();
  let checkedAt = now();
  let stale: Stale | undefined;

  const fail = (error: unknown) => {
    const why = whyStale(error);
    if (stale?.code !== why.code)
      say('WARN', `what is served may be out of date: ${toldInLog(error)}`, why.code);
    stale = { since: stale?.since ?? now(), ...why };
  };
  const renewed = async (execution?: string): Promise<Served | null> => {
    const { model: name, versions, columns } = served.prepared;
    const since = { ...(execution !== undefined && { execution }), model: name, versions, columns };
    const next = await options.prepare({ ...asked, since });
    return next && made(next);
  };
  const renew = async () => {
    const { execution } = served.prepared;
    const next = await renewed(Date.now() - begun < EXECUTION_MS ? execution : undefined).catch(
      (error: unknown) => {
        // Silos answer for what they have done before; in the name of another execution they do it again.
        if (isLostBlob(error)) return renewed();
        throw error;
      },
    );
    if (next !== null) {
      if (next.prepared.execution !== execution) begun = Date.now();
      served = next;
      say('INFO', `serving ${next.prepared.model}, prepared anew`);
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
      const patience = sleep(options.patienceMs, undefined, { signal: waiting.signal, ref: false }).then(
        () => stale ?? fail(late(options.patienceMs)),
        () => undefined,
      );
      try {
        await renew();
      } catch (error) {
        fail(error);
      } finally {
        waiting.abort();
        await patience;
      }
    },
  };
}

function isLostBlob(error: unknown): boolean {
  return error instanceof AmalurError && ['AMALUR_BLOB_MISSING', 'AMALUR_BLOB_CORRUPT'].includes(error.code);
}

function late(patienceMs: number): AmalurError {
  const message = `the silos have not answered within ${String(patienceMs / 1000)} s, and are waited for`;
  return new AmalurError('AMALUR_SERVER_UNREACHABLE', message, {
    suggestion: 'see that the Temporal server and the workers run: amalur doctor',
  });
}
