import { z } from 'zod';
import type { ModelVersionRecord } from '../catalog/catalog.js';
import { AmalurError } from '../core/errors.js';
import { decodeBundle, type BlobRef, type Bundle, type Store } from '../core/exchange/index.js';
import { acrossNames } from '../core/integration/interactions-across.js';
import { encodedColumns, type Encoder } from '../core/integration/encoder.js';
import { isGlm } from '../core/models/glm/party.js';
import { readInteractions } from '../core/models/interaction-part.js';
import { readPart } from '../core/models/model-part.js';

// Parameters and names of classes are in blobs. Whoever reaches the exchange can read those of a model that is not federated; nobody else can.

/** What an encoded column of T weighs. */
export interface Coefficient {
  /** Group of columns and encoded column. */
  readonly column: string;
  /** Silos that supply it. */
  readonly silos: readonly string[];
  /** One, or one for each class: in units of the encoded column. */
  readonly values: readonly number[];
  /** Where it is known. */
  readonly standardError?: number;
}

const namesJson = z.object({ classes: z.array(z.string()) });

/** Names of a model's classes by code; undefined of a model without, and where they cannot be read. */
export async function readClassNames(
  { manifest }: ModelVersionRecord,
  exchange: Store,
): Promise<readonly string[] | undefined> {
  const bundle = manifest.classes && (await readFrom(exchange, manifest.classes));
  return bundle && namesJson.parse(bundle.json).classes;
}

/**
 * The coefficients of a generalised linear model or a softmax regression, in the order of T's columns; undefined of other models, and where
 * not all of them can be read.
 */
export async function readCoefficients(
  { manifest, resolved }: ModelVersionRecord,
  exchange: Store,
): Promise<readonly Coefficient[] | undefined> {
  const { model } = resolved.job;
  if (!isGlm(model) && model.type !== 'softmax-regression') return undefined;
  const silos = new Map(resolved.parties.map(({ id, silo }) => [id, silo]));
  const silosOf = (groups: readonly string[]) => {
    const shares = resolved.groups.filter(({ id }) => groups.includes(id)).flatMap((group) => group.shares);
    return [...new Set(shares.flatMap(({ party }) => silos.get(party) ?? []))].sort();
  };
  const coefficients: Coefficient[] = [];
  const encoders = new Map<string, Encoder>();
  for (const [share, ref] of Object.entries(manifest.parts).sort(([a], [b]) => (a < b ? -1 : 1))) {
    // Of columns that several tables supply each has a part, all alike.
    const [group = share] = share.split('/');
    if (encoders.has(group)) continue;
    const bundle = await readFrom(exchange, ref);
    if (bundle === undefined) return undefined;
    const { encoder, theta, standardErrors } = readPart(bundle);
    encoders.set(group, encoder);
    encodedColumns(encoder).forEach((name, row) => {
      const standardError = standardErrors?.[row];
      coefficients.push({
        ...{ column: `${group}.${name}`, silos: silosOf([group]), values: rowOf(theta, row) },
        ...(standardError !== undefined && { standardError }),
      });
    });
  }
  if (manifest.interactions) {
    const bundle = await readFrom(exchange, manifest.interactions);
    if (bundle === undefined) return undefined;
    const { pairs, theta } = readInteractions(bundle);
    let row = 0;
    for (const pair of pairs) {
      for (const column of acrossNames([pair], encoders)) {
        const from = silosOf(pair.map(({ group }) => group));
        coefficients.push({ column, silos: from, values: rowOf(theta, row++) });
      }
    }
  }
  return coefficients;
}

function rowOf({ columns, data }: { columns: number; data: Float64Array }, row: number): number[] {
  return [...data.subarray(row * columns, (row + 1) * columns)];
}

/** Undefined for what is private to a silo, or not in the exchange of this machine. */
async function readFrom(exchange: Store, { home, sha256 }: BlobRef): Promise<Bundle | undefined> {
  if (home !== 'exchange') return undefined;
  try {
    return decodeBundle(await exchange.get(sha256));
  } catch (error) {
    if (error instanceof AmalurError && error.code === 'AMALUR_BLOB_MISSING') return undefined;
    throw error;
  }
}
