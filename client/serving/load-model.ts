import { z } from 'zod';
import type { BlobRef } from '../../core/exchange/store.js';
import type { Stores } from '../../core/exchange/stores.js';
import { readLink } from '../../core/exchange/table-bundle.js';
import { readPart } from '../../core/models/model-part.js';
import type { ServedModel } from '../../core/serving/served-model.js';
import { denseOf } from '../../core/training/tensors.js';
import type { PreparedScoring } from '../../workflows/contracts/serving.js';

const namesJson = z.object({ classes: z.array(z.string()) });

/** Reads what rows are scored by into memory. What was read before and has not changed is not read again. */
export function modelLoader(stores: Stores): (prepared: PreparedScoring) => Promise<ServedModel> {
  let known = new Map<string, unknown>();
  return async (prepared) => {
    const used = new Map<string, unknown>();
    const read = async <T>({ home, sha256, kind }: BlobRef, parse: (bundle: BundleOf) => T): Promise<T> => {
      const name = `${home} ${kind} ${sha256}`;
      const found = known.has(name)
        ? (known.get(name) as T)
        : parse(await stores.get({ home, sha256, kind, bytes: 0 }));
      used.set(name, found);
      return found;
    };
    const all = async <T>(refs: Readonly<Record<string, BlobRef>>, parse: (bundle: BundleOf) => T) => {
      const made = new Map<string, T>();
      for (const [name, ref] of Object.entries(refs)) made.set(name, await read(ref, parse));
      return made;
    };
    const { manifest, offsets, secret, ...plan } = prepared;
    const { classes, network, ...numbers } = manifest;
    const hashedUnder = secret && (await read(secret, secretOf));
    const model = {
      ...numbers,
      ...{ base: plan.base, columns: plan.columns, joins: plan.joins, groups: plan.groups },
      ...(offsets.length > 0 && { offsets }),
      ...(classes && { classes: await read(classes, ({ json }) => namesJson.parse(json).classes) }),
      ...(network && { network: await read(network, (bundle) => bundle) }),
      parts: await all(plan.parts, readPart),
      links: await all(plan.links, readLink),
      scores: await all(plan.scores, ({ tensors }) => denseOf(tensors, 'scores')),
      ...(hashedUnder && { secret: hashedUnder }),
    };
    known = used;
    return model;
  };
}

type BundleOf = Awaited<ReturnType<Stores['get']>>;

function secretOf({ tensors }: BundleOf): Uint8Array {
  const data = tensors['secret']?.data;
  if (!(data instanceof Uint8Array)) throw new Error('the secret of the keys is missing');
  return data;
}
