import { aggregatorAt, catalog } from './activity-proxies.js';
import type { ImportRequest, ImportResult } from './contracts/results.js';
import { Ledger } from './ledger.js';
import { Watch } from './progress.js';
import { recorded } from './recorded.js';

/**
 * Brings a model from a file into this installation: its blobs into the exchange, itself into the catalog, as the end of a training
 * does. What is read again changes nothing.
 */
export async function importModel(request: ImportRequest): Promise<ImportResult> {
  const watch = new Watch();
  return recorded('import', undefined, async ({ run, execution }) => {
    const ledger = new Ledger(
      { startedAt: Date.now(), join: 0, compute: 0, transfer: 0, bytesOut: {} },
      (bytesOut) => watch.bytesOut(bytesOut),
    );
    watch.phase('storing');
    const read = await aggregatorAt('aggregator', 'read a model').importModel({ execution, request });
    ledger.together([{ silo: undefined, cost: read.cost }]);
    const { model, digest } = read;
    const { name, version, known } = await catalog.publishImport(execution, request, model, digest);
    const seconds = ledger.seconds(Date.now());
    // What is told of its training is told of the import that made it here.
    const { rounds, stopReason, curve, evaluation } = (!known && model.training) || NOTHING;
    const metrics = known ? null : model.metrics;
    const facts = { rounds, stopReason, curve, evaluation, metrics, seconds, bytesOut: {} };
    await catalog.finishRun(execution, facts, `${name}@${version}`);
    watch.phase('completed');
    return { run, model: { name, version }, known, origin: `${model.name}@${model.version}` };
  });
}

const NOTHING = { rounds: 0, stopReason: null, curve: [], evaluation: null };
