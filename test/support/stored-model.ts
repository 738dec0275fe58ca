import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { ModelVersionRecord } from '../../catalog/catalog.js';
import { createStores, openStore, type BlobRef, type Bundle } from '../../core/exchange/index.js';
import type { Dense } from '../../core/algebra/matrix.js';
import { encodedColumns, type Encoder } from '../../core/integration/encoder.js';
import { acrossNames } from '../../core/integration/interactions-across.js';
import { sha256 } from '../../core/json.js';
import { readInteractions } from '../../core/models/interaction-part.js';
import { readPart } from '../../core/models/model-part.js';
import type { TestInstallation } from './installation.js';

/** Parameters by party and encoded column, as the fixtures of test/fixtures name them. */
export type Parameters = Readonly<Record<string, Readonly<Record<string, number>>>>;

export interface StoredModel {
  readonly record: ModelVersionRecord;
  readonly intercept: number;
  readonly parameters: Parameters;
  /** sha256 over the bits of all parameters, those that belong to no column and all layers of a network included. */
  readonly bits: string;
}

/** Reads a blob from wherever it lives: a test may look into every silo's private store, a coordinator may not. */
export async function readBlob({ config }: Pick<TestInstallation, 'config'>, ref: BlobRef): Promise<Bundle> {
  const exchange = openStore(config.exchange, config.s3);
  if (ref.home === 'exchange') return createStores({ exchange }).get(ref);
  const site = ref.home.slice('private:'.length);
  const silo = config.silos.find(({ name }) => site === `silo.${name}`);
  const folder = silo?.store ?? path.join(config.stateFolder, 'aggregator');
  return createStores({ exchange, site: { name: site, store: openStore(folder, config.s3) } }).get(ref);
}

/** Reads a trained model together: from the exchange, or part by part out of the silos' own stores. */
export async function readModel(
  installation: Pick<TestInstallation, 'client' | 'config'>,
  reference: string,
): Promise<StoredModel> {
  const { model: record } = await installation.client.ask({ about: 'model', model: reference });
  if (!record) throw new Error(`the catalog does not tell of ${reference}`);
  const { intercept, own = [], parts } = record.manifest;
  const parameters: Record<string, Record<string, number>> = {};
  const encoders = new Map<string, Encoder>();
  const bytes: Uint8Array[] = [];
  for (const [share, ref] of Object.entries(parts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Of columns that several tables supply, each table has a part, all alike.
    const [group = share] = share.split('/');
    const { encoder, theta } = readPart(await readBlob(installation, ref));
    const names = encodedColumns(encoder).flatMap((name) => namesOf(name, theta.columns));
    if (names.length !== theta.data.length) throw new Error(`${share} has a parameter without a column`);
    const weights = Object.fromEntries(names.map((name, at) => [name, theta.data[at]!]));
    if (parameters[group] && !isDeepStrictEqual(parameters[group], weights))
      throw new Error(`the tables of ${group} have different parameters`);
    parameters[group] = weights;
    bytes.push(bytesOf(theta));
    encoders.set(group, encoder);
  }
  if (record.manifest.interactions) {
    const { pairs, theta } = readInteractions(await readBlob(installation, record.manifest.interactions));
    const names = acrossNames(pairs, encoders).flatMap((name) => namesOf(name, theta.columns));
    parameters['(interactions)'] = Object.fromEntries(names.map((name, at) => [name, theta.data[at]!]));
    bytes.push(bytesOf(theta));
  }
  bytes.push(Buffer.from(Float64Array.of(intercept, ...own).buffer));
  // A blob's name is the sha256 of its bytes: the layers above the first of a network.
  if (record.manifest.network) bytes.push(Buffer.from(record.manifest.network.sha256));
  return { record, intercept, parameters, bits: sha256(Buffer.concat(bytes)) };
}

function bytesOf({ data }: Dense): Uint8Array {
  return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
}

/** A column has a parameter, or one for each cluster or component. */
function namesOf(column: string, count: number): string[] {
  return count === 1 ? [column] : Array.from({ length: count }, (_, at) => `${column}.${String(at)}`);
}

type Fitted = Pick<StoredModel, 'intercept' | 'parameters'>;

/** Largest difference of two models in one parameter; infinite if they have not the same parameters. */
export function largestDifference(a: Fitted, b: Fitted): number {
  return largest(a, b, () => 1);
}

/** The same in proportion to the parameter of `b`, where that is larger than 1. */
export function largestRelativeDifference(a: Fitted, b: Fitted): number {
  return largest(a, b, (value) => Math.max(1, Math.abs(value)));
}

function largest(a: Fitted, b: Fitted, sizeOf: (value: number) => number): number {
  const flat = ({ intercept, parameters }: Fitted) =>
    new Map([
      ['intercept', intercept],
      ...Object.entries(parameters).flatMap(([party, columns]) =>
        Object.entries(columns).map(([column, value]) => [`${party}.${column}`, value] as const),
      ),
    ]);
  const [left, right] = [flat(a), flat(b)];
  const differences = [...new Set([...left.keys(), ...right.keys()])].map((name) => {
    const [one, other] = [left.get(name), right.get(name)];
    if (one === undefined || other === undefined) return Infinity;
    return Math.abs(one - other) / sizeOf(other);
  });
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences);
}
