import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import getPort from 'get-port';
import { spawnSupervised } from './spawn-supervised.js';
import { SEARCH_ATTRIBUTES } from '../workflows/contracts/results.js';
import { temporalBinary } from './toolchain.js';

/** Options of {@link startTemporalServer}. */
export interface TemporalServerOptions {
  /** File of the server's state; a second server on the same file must never run. @default in memory */
  readonly databaseFile?: string;
  /** @default a free port */
  readonly port?: number;
  /** Port of the web UI; `false` for none. @default false */
  readonly uiPort?: number | false;
  /** @default 'default' */
  readonly namespace?: string;
  /** More flags for `temporal server start-dev`. */
  readonly extraArgs?: readonly string[];
  /** File descriptor for the server's log. @default discarded */
  readonly log?: number;
  /** @default 30 */
  readonly startSeconds?: number;
}

export interface TemporalServer {
  readonly address: string;
  readonly namespace: string;
  /** The supervisor of the server: its exit is the server's. */
  readonly process: ChildProcess;
  /** Stops the server and waits until it is gone. */
  stop(): Promise<void>;
}

function flags(port: number, options: TemporalServerOptions): string[] {
  const { databaseFile, uiPort = false, namespace = 'default', extraArgs = [] } = options;
  const args = [
    'server',
    'start-dev',
    '--ip',
    '127.0.0.1',
    '--port',
    String(port),
    '--log-level',
    'warn',
    '--ui-disable-news-fetch',
  ];
  args.push('--namespace', namespace);
  if (uiPort === false) args.push('--headless');
  else args.push('--ui-port', String(uiPort));
  // Without the pragmas every commit waits for the disk; without the dynamic value, which is 20 by default, every dispatch
  // costs 50 ms. Together they make a training round four times faster.
  if (databaseFile !== undefined) {
    args.push(
      '--db-filename',
      databaseFile,
      '--sqlite-pragma',
      'journal_mode=wal',
      '--sqlite-pragma',
      'synchronous=normal',
    );
  }
  args.push('--dynamic-config-value', 'history.transferProcessorMaxPollRPS=2000');
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES))
    args.push('--search-attribute', `${name}=${type}`);
  return [...args, ...extraArgs];
}

async function untilReady(
  address: string,
  namespace: string,
  server: ChildProcess,
  deadline: number,
): Promise<void> {
  for (;;) {
    if (server.exitCode !== null)
      throw new Error(`The Temporal server ended with code ${server.exitCode} while starting.`);
    try {
      const connection = await Connection.connect({ address, connectTimeout: 1_000 });
      try {
        await connection.workflowService.describeNamespace({ namespace });
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (Date.now() > deadline)
        throw new Error(`The Temporal server is not ready at ${address}.`, { cause: error });
      await sleep(100);
    }
  }
}

/** How often a server is started on other ports before what it says is believed. */
export const STARTS = 3;

/**
 * Starts a dev server on 127.0.0.1 that ends with this process, and waits until its namespace answers. It takes free ports for its parts
 * besides, which another process may have taken when it comes to listen, and then it ends: where no port is given it is started again.
 */
export async function startTemporalServer(options: TemporalServerOptions = {}): Promise<TemporalServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnce(options);
    } catch (error) {
      if (options.port !== undefined || attempt === STARTS) throw error;
    }
  }
}

async function startOnce(options: TemporalServerOptions): Promise<TemporalServer> {
  const { namespace = 'default', startSeconds = 30 } = options;
  const port = options.port ?? (await getPort());
  const address = `127.0.0.1:${port}`;
  const server = spawnSupervised(temporalBinary(), flags(port, options), { output: options.log ?? 'ignore' });
  const stop = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGTERM');
    await gone;
  };
  try {
    await untilReady(address, namespace, server, Date.now() + startSeconds * 1000);
  } catch (error) {
    await stop();
    throw error;
  }
  return { address, namespace, process: server, stop };
}
