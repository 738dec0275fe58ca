import path from 'node:path';
import type { ModelVersionRecord } from '../../catalog/catalog.js';
import { createFolderStore, createStores, type BlobRef, type Bundle } from '../../core/exchange/index.js';
import { encodedColumns } from '../../core/integration/encoder.js';
import { sha256 } from '../../core/json.js';
import { readPart } from '../../core/models/model-part.js';
import type { TestInstallation } from './installation.js';

/** Parameters by party and encoded column, as the fixtures of test/fixtures name them. */
export type Parameters = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface StoredModel {
  readonly record: ModelVersionRecord;
  readonly intercept: number;
  readonly parameters: Parameters;
  /** sha256 over the bits of all parameters and the intercept. */
  readonly bits: string;
}

/** Reads a blob from wherever it lives: a test may look into every silo's private store, a coordinator may not. */
export async function readBlob({ config }: TestInstallation, ref: BlobRef): Promise<Bundle> {
  const exchange = createFolderStore(config.exchange);
  if (ref.home === 'exchange') return createStores({ exchange }).get(ref);
  const site = ref.home.slice('private:'.length);
  const silo = config.silos.find(({ name }) => site === `silo.${name}`);
  const folder = silo?.store ?? path.join(config.stateFolder, 'aggregator');
  return createStores({ exchange, site: { name: site, store: createFolderStore(folder) } }).get(ref);
}

/** Reads a trained model together: from the exchange, or part by part out of the silos' own stores. */
export async function readModel(installation: TestInstallation, reference: string): Promise<StoredModel> {
  const { model: record } = await installation.client.ask({ about: 'model', model: reference });
  if (!record) throw new Error(`the catalog does not tell of ${reference}`);
  const { intercept, parts } = record.manifest;
  const parameters: Record<string, Record<string, number>> = {};
  const bytes: Uint8Array[] = [];
  for (const [party, ref] of Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { encoder, theta } = readPart(await readBlob(installation, ref));
    const names = encodedColumns(encoder);
    if (names.length !== theta.data.length) throw new Error(`${party} has a parameter without a column`);
    parameters[party] = Object.fromEntries(names.map((name, at) => [name, theta.data[at]!]));
    bytes.push(Buffer.from(theta.data.buffer, theta.data.byteOffset, theta.data.byteLength));
  }
  bytes.push(Buffer.from(Float64Array.of(intercept).buffer));
  return { record, intercept, parameters, bits: sha256(Buffer.concat(bytes)) };
}

/** Largest difference of two models in one parameter; infinite if they have not the same parameters. */
export function largestDifference(
  a: Pick<StoredModel, 'intercept' | 'parameters'>,
  b: Pick<StoredModel, 'intercept' | 'parameters'>,
): number {
  const flat = ({ parameters }: Pick<StoredModel, 'parameters'>) =>
    new Map(
      Object.entries(parameters).flatMap(([party, columns]) =>
        Object.entries(columns).map(([column, value]) => [`${party}.${column}`, value] as const),
      ),
    );
  const [left, right] = [flat(a), flat(b)];
  let largest = Math.abs(a.intercept - b.intercept);
  for (const name of new Set([...left.keys(), ...right.keys()])) {
    largest = Math.max(largest, Math.abs((left.get(name) ?? Infinity) - (right.get(name) ?? Infinity)));
  }
  return Number.isNaN(largest) ? Infinity : largest;
}
