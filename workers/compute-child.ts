import type { ErrorReport } from '../core/errors.js';
import { AmalurError, reportOf } from '../core/errors.js';
import { setThreads } from '../core/algebra/threads/pool.js';
import { loadConfig } from '../core/config/index.js';
import { calibrate } from '../core/planner/calibration.js';
import { Journal, type StepKind } from '../core/training/journal.js';
import { createAggregatorOperations } from '../activities/aggregator/operations.js';
import { privateHome } from '../activities/compute/site.js';
import { createSiloOperations } from '../activities/silo/operations.js';
import { openSite } from './open-site.js';

/** From the worker: an operation to carry out. */
export interface Request {
  readonly id: number;
  readonly operation: string;
  readonly input: unknown;
}

/** To the worker: how far it is, what came out, or what went wrong. */
export type Reply =
  | { readonly id: number; readonly progress: unknown }
  | { readonly id: number; readonly step: StepKind }
  | { readonly id: number; readonly output: unknown }
  | { readonly id: number; readonly failure: ErrorReport }
  | {
      readonly id: number;
      readonly defect: { readonly message: string; readonly code?: string; readonly stack?: string };
    };

type Operation = (input: unknown) => Promise<unknown>;

/**
 * The process in which a worker's arithmetic happens, so that the worker itself always answers. It lives as long as the
 * worker's end of the channel does, whichever way the worker ends.
 */
function main(configFile: string, silo: string | undefined): void {
  const { threads, ...opened } = openSite(loadConfig(configFile), silo);
  setThreads(threads);
  let current = -1;
  const journal = new Journal(opened.stores, privateHome(opened.site), undefined, (step) => {
    send({ id: current, step });
  });
  const context = {
    ...opened,
    journal,
    report(progress: unknown) {
      send({ id: current, progress });
    },
  };
  const operations: Record<string, unknown> = {
    ...createSiloOperations(context),
    ...createAggregatorOperations(context),
    ping: async () => null,
    calibrate: () => calibrate(opened.stores.at(privateHome(opened.site))),
  };

  // The worker sends one operation at a time: two would only share the one thread, and the memory of both would be held.
  process.on('message', (request: Request) => {
    current = request.id;
    void answer(operations[request.operation] as Operation | undefined, request).then(send);
  });
  // By itself it would live as long as there is a socket of a store, or a thread.
  process.on('disconnect', () => process.exit(0));
}

async function answer(
  operation: Operation | undefined,
  { id, operation: name, input }: Request,
): Promise<Reply> {
  try {
    if (!operation) throw new Error(`there is no operation ${name}`);
    return { id, output: await operation(input) };
  } catch (error) {
    if (error instanceof AmalurError) return { id, failure: reportOf(error) };
    const { message, code, stack } = error as NodeJS.ErrnoException;
    return {
      id,
      defect: { message, ...(code !== undefined && { code }), ...(stack !== undefined && { stack }) },
    };
  }
}

/** Where the worker is gone and no event could tell of it yet, as during arithmetic, this fails, which ends the process too. */
function send(reply: Reply): void {
  process.send?.(reply);
}

const [configFile = '', silo] = process.argv.slice(2);
main(configFile, silo);
