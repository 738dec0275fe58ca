import type { ModelVersionRecord } from '../../catalog/catalog.js';
import type { AmalurConfig } from '../../core/config/index.js';
import { decodeBundle, openStore, type BlobRef, type Store } from '../../core/exchange/index.js';
import { encodedColumns } from '../../core/integration/encoder.js';
import { readPart } from '../../core/models/model-part.js';
import { siteOf } from '../../workflows/contracts/task-queues.js';

/** A model's parameters by name: `party column`, `party column=level`, and the intercept. */
export type Parameters = ReadonlyMap<string, number>;

/**
 * All parameters of a model. The parts of a federated model are in the silos' private stores; the demo may read these because it runs
 * on the one machine that has them all. A coordinator has no access to them.
 */
export async function readParameters(
  { manifest }: ModelVersionRecord,
  config: AmalurConfig,
): Promise<Parameters> {
  const parameters = new Map([['intercept', manifest.intercept]]);
  for (const [party, ref] of Object.entries(manifest.parts)) {
    const { encoder, theta } = readPart(decodeBundle(await storeOf(ref, config).get(ref.sha256)));
    for (const [position, column] of encodedColumns(encoder).entries()) {
      parameters.set(`${party} ${column}`, theta.data[position] ?? NaN);
    }
  }
  return parameters;
}

/** Silos that alone keep their part of the model. */
export function keepersOf({ manifest }: ModelVersionRecord): string[] {
  return Object.values(manifest.parts)
    .filter(({ home }) => home !== 'exchange')
    .map(({ home }) => home.replace('private:', ''));
}

/** The largest difference; infinite where one model has a parameter that the other has not. */
export function largestDifference(a: Parameters, b: Parameters): number {
  let largest = 0;
  for (const name of new Set([...a.keys(), ...b.keys()])) {
    const difference = Math.abs((a.get(name) ?? NaN) - (b.get(name) ?? NaN));
    largest = Number.isNaN(difference) ? Infinity : Math.max(largest, difference);
  }
  return largest;
}

function storeOf({ home }: BlobRef, config: AmalurConfig): Store {
  if (home === 'exchange') return openStore(config.exchange, config.s3);
  const silo = config.silos.find(({ name }) => home === `private:${siteOf(name)}`);
  if (silo === undefined) throw new Error(`a part of the model is in ${home}, which is no silo's store`);
  return openStore(silo.store, config.s3);
}
