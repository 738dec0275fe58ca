import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import getPort from 'get-port';
import { AmalurError } from '../../core/errors.js';
import { startTemporalServer, STARTS, type TemporalServer } from '../../workers/temporal-server.js';
import { temporalBinary, temporalVersion } from '../../workers/toolchain.js';

export interface Ports {
  /** @default 7233 if it is free, else any */
  readonly port?: number | 'any';
  /** @default 8233 if it is free, else any */
  readonly uiPort?: number | 'any';
  /** More flags for `temporal server start-dev`. @default none */
  readonly serverArgs?: readonly string[];
}

export interface ServerProcess {
  readonly address: string;
  readonly namespace: string;
  readonly ui: string;
  /** Of the server's supervisor; another one after a restart. */
  pid(): number;
  stop(): Promise<void>;
}

export interface ServerProcessOptions extends Ports {
  readonly stateFolder: string;
  readonly logFile: string;
  readonly say: (line: string) => void;
  /** The server was started again. */
  readonly onRestart: () => void;
}

/** Keeps a Temporal dev server running on a database in the state folder: it ends with this process, and not before. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  requireBinary();
  const first = await startFirst(options);
  const { port, uiPort } = first;
  let { server } = first;
  let stopping = false;

  const watch = (): void => {
    server.process.once('exit', () => {
      if (!stopping) void restart();
    });
  };
  const restart = async (): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      options.say(`the Temporal server ended; it is started again`);
      await sleep(500 * attempt);
      if (stopping) return;
      try {
        server = await start(options, port, uiPort);
        break;
      } catch (error) {
        options.say((error as Error).message);
      }
    }
    watch();
    options.onRestart();
  };
  watch();

  return {
    address: server.address,
    namespace: server.namespace,
    ui: `http://127.0.0.1:${uiPort}`,
    pid: () => server.process.pid ?? 0,
    async stop() {
      stopping = true;
      await server.stop();
    },
  };
}

/** Starts the server on ports that it keeps when it is started again. */
async function startFirst(
  options: ServerProcessOptions,
): Promise<{ readonly server: TemporalServer; readonly port: number; readonly uiPort: number }> {
  const chosen = typeof options.port === 'number' || typeof options.uiPort === 'number';
  for (let attempt = 1; ; attempt++) {
    // What was free, for the server or for its parts, may have been taken by another process since: then other ports, unless
    // somebody wants just these.
    const usual = attempt === 1;
    const port = await choosePort('port', options.port ?? (usual ? undefined : 'any'), 7233);
    const uiPort = await choosePort('ui-port', options.uiPort ?? (usual ? undefined : 'any'), 8233);
    try {
      return { server: await start(options, port, uiPort), port, uiPort };
    } catch (error) {
      if (chosen || attempt === STARTS) throw error;
    }
  }
}

async function start(
  { stateFolder, logFile, serverArgs = [] }: ServerProcessOptions,
  port: number,
  uiPort: number,
): Promise<TemporalServer> {
  const log = openSync(logFile, 'a');
  try {
    // A database belongs to one version of the server.
    const databaseFile = join(stateFolder, `temporal-${temporalVersion}.db`);
    return await startTemporalServer({ databaseFile, port, uiPort, log, extraArgs: serverArgs });
  } finally {
    closeSync(log);
  }
}

function requireBinary(): void {
  try {
    temporalBinary();
  } catch (error) {
    throw new AmalurError('AMALUR_TOOL_MISSING', (error as Error).message, {
      suggestion: 'npm run setup installs it',
    });
  }
}

async function choosePort(
  option: string,
  wanted: number | 'any' | undefined,
  usual: number,
): Promise<number> {
  if (wanted === 'any') return getPort({ host: '127.0.0.1' });
  const port = await getPort({ port: wanted ?? usual, host: '127.0.0.1' });
  if (wanted === undefined || port === wanted) return port;
  throw new AmalurError('AMALUR_DUPLICATE_NAME', `port ${wanted} is in use`, {
    field: `--${option}`,
    suggestion: 'choose another, or leave the option out',
  });
}
