import { entryOf } from '../../core/entry-of.js';
import type { Stores } from '../../core/exchange/stores.js';
import type { PortableModel } from '../../core/export/amalur/model-file.js';
import type { ExportedModel } from '../../core/export/exported-model.js';
import { shareId } from '../../core/job/resolved.js';
import { ownParameters } from '../../core/models/manifest.js';
import { readInteractions } from '../../core/models/interaction-part.js';
import { readPart } from '../../core/models/model-part.js';
import { readClasses } from './class-names.js';

/** A model with its parts at hand, each column named as `silo.table.column`, or by its name in T where several tables supply it. */
export async function exportedModel(
  stores: Stores,
  { name, version, manifest, resolved }: PortableModel,
): Promise<ExportedModel> {
  const parts = [];
  for (const group of resolved.groups) {
    const [first, ...others] = group.shares;
    if (!first || group.features.length === 0) continue;
    // Those who share columns have parts that are alike.
    const { encoder, theta } = readPart(
      await stores.get(entryOf(manifest.parts, shareId(group, first.party))),
    );
    const prefix = others.length === 0 ? `${first.party}.` : '';
    parts.push({ group: group.id, inputName: (column: string) => `${prefix}${column}`, encoder, theta });
  }
  const classes = await readClasses(stores, manifest);
  const [offset, ...others] = resolved.offsets ?? [];
  const offsets =
    others.length === 0 ? offset && `${offset.party}.${offset.column}` : resolved.job.target.offset;
  return {
    ...{ type: manifest.type, name: `${name}@${version}`, parts, own: ownParameters(manifest) },
    ...(offsets !== undefined && { offsets }),
    ...(manifest.interactions && { interactions: readInteractions(await stores.get(manifest.interactions)) }),
    ...(classes && { classes }),
    ...(manifest.network && { network: await stores.get(manifest.network) }),
  };
}
