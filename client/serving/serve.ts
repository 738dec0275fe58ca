import { setTimeout as sleep } from 'node:timers/promises';
import type { AmalurConfig, ListenAddress } from '../../core/config/index.js';
import { createStores, openStore, type Stores } from '../../core/exchange/index.js';
import { openSite } from '../../workers/open-site.js';
import { logLine, writeLine } from '../../workers/telemetry/log-line.js';
import { logSettings } from '../../workers/telemetry/log-settings.js';
import type { AmalurClient } from '../amalur-client.js';
import { packageVersion } from '../package-root.js';
import { closeWithin } from './close-within.js';
import { createHttpServer, listen, requireFreePort } from './http-server.js';
import { modelLoader } from './load-model.js';
import { startModelServer } from './model-server.js';

export interface ServeOptions {
  readonly config: AmalurConfig;
  readonly client: AmalurClient;
  readonly model: string;
  /** The silo on whose host this runs; its private store is read. */
  readonly silo: string | undefined;
  readonly address: ListenAddress;
  /** Undefined: what is served stays as it is. */
  readonly refreshMs: number | undefined;
}

export interface Serving {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** `name@version` */
  readonly model: string;
  /** Answers what has been asked, and ends. */
  stop(): Promise<void>;
}

/** How long an answer about changes may take before what is served counts as stale. */
const PATIENCE_MS = 30_000;
/** How long whoever is connected, and has not asked in full, is waited for at the end. */
const GRACE_MS = 10_000;

/** Serves a model over HTTP. @throws AMALUR_UNKNOWN_SILO, AMALUR_NOT_SERVABLE, AMALUR_DUPLICATE_NAME and what else preparing throws */
export async function serve(options: ServeOptions): Promise<Serving> {
  const { config, client, model, silo, address, refreshMs } = options;
  await requireFreePort(address);
  const stores = storesOf(config, silo);
  const { format } = logSettings();
  const server = await startModelServer({
    ...{ model, silo, patienceMs: PATIENCE_MS },
    prepare: (request) => client.prepareScoring(request),
    load: modelLoader(stores),
    say(level, message, code) {
      const line = logLine(level, message, code && { code }, { role: 'serve' }, new Date());
      process.stderr.write(`${writeLine(line, format)}\n`);
    },
  });
  const app = await createHttpServer(server, packageVersion());
  const at = await listen(app, address);
  const ended = new AbortController();
  const refreshing =
    refreshMs === undefined ? undefined : keepFresh(() => server.refresh(), refreshMs, ended.signal);
  return {
    address: at,
    model: server.served().prepared.model,
    async stop() {
      ended.abort();
      await closeWithin(app, GRACE_MS);
      // A question that is under way is not waited for.
      void refreshing;
    },
  };
}

/** Asks, and waits, and asks again, until it is told to end. */
async function keepFresh(refresh: () => Promise<void>, everyMs: number, signal: AbortSignal): Promise<void> {
  const again = () => sleep(everyMs, true, { signal, ref: false }).catch(() => false);
  while (await again()) await refresh();
}

function storesOf(config: AmalurConfig, silo: string | undefined): Stores {
  if (silo !== undefined) return openSite(config, silo).stores;
  return createStores({ exchange: openStore(config.exchange, config.s3) });
}
